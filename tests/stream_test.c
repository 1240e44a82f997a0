/* A stream does what its model does, under every policy; and what only shows
 * from outside: memory that sparse runs hold, edges, ends. */
#include "core/base/owner.h"
#include "tests/stream_model.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>

#define ROUNDS 12 /* of each kind; with LONG=1 thousands */
#define STEPS 1500

static const struct stream_settings kinds[] = {
	{512, 1, 512, STREAM_BLOCK},
	{512, 3, 512, STREAM_BLOCK},
	{4096, 17, 1024, STREAM_BLOCK},
	{100000, 256, 2048, STREAM_BLOCK},
	{512, 1, 512, STREAM_DROP_OLDEST},
	{700, 4, 512, STREAM_DROP_OLDEST},
	{4096, 30, 512, STREAM_DROP_OLDEST},
	{512, 2, 512, STREAM_DROP_NEWEST},
	{4096, 64, 512, STREAM_DROP_NEWEST},
	{600, 5, 512, STREAM_FAIL},
	{2048, 16, 512, STREAM_NOWHERE},
	{512, 4, 2048, STREAM_GROW},
};

START_TEST(a_stream_does_what_its_model_does)
{
	static struct model model;
	uint64_t rounds = getenv("LONG")
				  ? 4000
				  : (uint64_t)(ROUNDS / test_slowness() + 1);

	for (uint64_t seed = 1; seed <= rounds; seed++) {
		model_init(&model, &kinds[_i], seed);
		for (uint32_t i = 0; i < STEPS; i++)
			model_step(&model);
		model_finish(&model, seed % 2);
	}
}
END_TEST

/* One stream with its ends at hand. */
struct edge {
	struct os os;
	struct chunks *chunks;
	struct stream_pool pool;
	struct stream stream;
	struct tau_out out;
	struct tau_in in;
	struct stream_listener reads, writes;
	uint32_t readable, writable; /* how often told */
};

static void tell_reader(struct stream_listener *listener)
{
	(OWNER_OF(listener, struct edge, reads))->readable++;
}

static void tell_writer(struct stream_listener *listener)
{
	(OWNER_OF(listener, struct edge, writes))->writable++;
}

static void edge_init(struct edge *edge, uint32_t capacity_bytes,
	uint32_t records, enum stream_policy policy)
{
	const struct stream_settings settings = {
		capacity_bytes, records, 512, policy};

	memset(edge, 0, sizeof *edge);
	os_linux_init(&edge->os);
	ck_assert_int_eq(chunks_create(&edge->chunks, &edge->os, NULL), 0);
	edge->pool.chunks = edge->chunks;
	stream_init(&edge->stream, &edge->pool, &settings, "edge");
	edge->reads.iota = tell_reader;
	edge->writes.iota = tell_writer;
	edge->stream.reader.listener = &edge->reads;
	edge->stream.writer.listener = &edge->writes;
}

static void edge_release(struct edge *edge)
{
	stream_end(&edge->stream, &edge->out, STREAM_CLOSED);
	stream_leave(&edge->stream, &edge->in);
	stream_release(&edge->stream);
	ck_assert_uint_eq(chunks_live(edge->chunks), 0);
	ring_pool_release(&edge->pool.rings);
	chunks_destroy(&edge->chunks);
}

static int put(
	struct edge *edge, const void *body, uint32_t bytes, uint16_t type)
{
	int flow = stream_room(&edge->stream, &edge->out, bytes, false);

	if (flow != TAU_OK)
		return flow;
	memcpy(edge->out.body, body, bytes);
	tau_commit_at(NULL, &edge->out, bytes, type);
	return stream_close(&edge->stream, &edge->out);
}

static void get(struct edge *edge, const char *expected)
{
	ck_assert_int_eq(stream_read(&edge->stream, &edge->in), TAU_OK);
	ck_assert_uint_eq(edge->in.next->bytes, strlen(expected));
	ck_assert(memcmp(edge->in.next->body, expected, strlen(expected)) == 0);
	edge->in.next++;
	stream_retire(&edge->stream, &edge->in);
}

/* What a filter passes on of a block must not keep the block. */
START_TEST(a_filter_that_passes_1_of_1000_holds_less_than_twice_its_data)
{
	enum { LINE = 64, BLOCKS = 4000, LINES = CHUNK_BYTES / LINE };
	struct edge edge;
	uint64_t passed = 0, slots = 0, line = 0;

	edge_init(&edge, 1024 * KIB, 100000, STREAM_BLOCK);
	for (uint32_t b = 0; b < BLOCKS; b++) {
		uint8_t *block = chunk_get(edge.chunks, CHUNK_BYTES);
		struct tau_record record = {NULL, LINE, TAU_BYTES, 0};

		ck_assert_ptr_nonnull(block);
		for (uint32_t i = 0; i < LINES; i++) {
			if (line++ % 1000)
				continue;
			ck_assert_int_eq(stream_room(&edge.stream, &edge.out,
						 LINE, true),
				TAU_OK);
			record.body = block + i * LINE;
			*edge.out.next++ = record;
			edge.out.credit -= LINE;
			passed += LINE;
		}
		ck_assert_int_eq(stream_close(&edge.stream, &edge.out), 0);
		chunk_drop(edge.chunks, chunk_slot(edge.chunks, block), 1);
	}
	for (uint32_t i = 0; i < edge.chunks->used_count; i++)
		slots += edge.chunks->slots[i].references > 0;
	ck_assert_uint_eq(edge.stream.used_bytes, passed);
	ck_assert_uint_le(slots * CHUNK_BYTES, 2 * passed);
	edge_release(&edge);
}
END_TEST

START_TEST(each_edge_is_told_once)
{
	struct edge edge;

	edge_init(&edge, 512, 2, STREAM_BLOCK);
	ck_assert(!stream_readable(&edge.stream));
	put(&edge, "a", 1, TAU_BYTES);
	put(&edge, "b", 1, TAU_BYTES);
	ck_assert_uint_eq(edge.readable, 1);
	ck_assert_int_eq(put(&edge, "c", 1, TAU_BYTES), TAU_WAIT);
	edge.writable = 0;
	get(&edge, "a");
	ck_assert_uint_eq(edge.writable, 0); /* not a whole atomic yet */
	get(&edge, "b");
	ck_assert_uint_eq(edge.writable, 1);
	edge_release(&edge);
}
END_TEST

START_TEST(a_disarmed_reader_is_told_of_the_end_and_of_no_record)
{
	struct edge edge;

	edge_init(&edge, 512, 8, STREAM_BLOCK);
	edge.stream.reader.want = TAU_OFF;
	put(&edge, "a", 1, TAU_BYTES);
	ck_assert(!stream_readable(&edge.stream));
	ck_assert_uint_eq(edge.readable, 0);
	if (_i) {
		get(&edge, "a");
		stream_end(&edge.stream, &edge.out, STREAM_DONE);
		ck_assert_uint_eq(edge.readable, 1);
		ck_assert(stream_readable(&edge.stream));
	} else { /* the end is behind the record that it does not want */
		stream_end(&edge.stream, &edge.out, STREAM_DONE);
		ck_assert_uint_eq(edge.readable, 0);
		ck_assert(!stream_readable(&edge.stream));
	}
	edge_release(&edge);
}
END_TEST

/* Found ready, it is waiting for something else when the reader goes. */
START_TEST(a_writer_that_found_room_is_told_when_its_reader_goes)
{
	struct edge edge;

	edge_init(&edge, 512, 8, STREAM_BLOCK);
	ck_assert(stream_writable(&edge.stream));
	stream_leave(&edge.stream, &edge.in);
	ck_assert_uint_eq(edge.writable, 1);
	edge_release(&edge);
}
END_TEST

START_TEST(a_want_beyond_what_fits_means_full_under_any_policy)
{
	struct edge edge;

	edge_init(&edge, 4096, 4, (enum stream_policy)_i);
	edge.stream.reader.want = 1000;
	for (int i = 0; i < 3; i++)
		put(&edge, "a", 1, TAU_BYTES);
	ck_assert(!stream_readable(&edge.stream));
	put(&edge, "a", 1, TAU_BYTES);
	ck_assert_uint_eq(edge.readable, 1);
	ck_assert(stream_readable(&edge.stream));
	edge_release(&edge);
}
END_TEST

/* The reader wants more, the writer wants it empty: the reader goes first. */
START_TEST(a_writer_that_wants_it_empty_makes_it_full_for_its_reader)
{
	struct edge edge;

	edge_init(&edge, 4096, 100, STREAM_BLOCK);
	edge.stream.reader.want = 1000;
	ck_assert(!stream_readable(&edge.stream));
	put(&edge, "a", 1, TAU_BYTES);
	ck_assert_uint_eq(edge.readable, 0);
	edge.stream.writer.want = 1u << 30;
	ck_assert(!stream_writable(&edge.stream));
	ck_assert_uint_eq(edge.readable, 1);
	get(&edge, "a");
	ck_assert(stream_writable(&edge.stream));
	edge_release(&edge);
}
END_TEST

/* A full stream that drops new records writes the next over them; not over
 * the body of a cycle's end, which it keeps. */
START_TEST(the_name_of_a_cycle_survives_the_drops_behind_it)
{
	struct edge edge;

	edge_init(&edge, 512, 1, STREAM_DROP_NEWEST);
	put(&edge, "first", 5, TAU_BYTES);
	for (int i = 0; i < 3; i++) {
		put(&edge, "gone", 4, TAU_BYTES);
		put(&edge, "cycle", 5, TAU_CYCLE);
		put(&edge, "lost", 4, TAU_BYTES);
	}
	ck_assert_uint_eq(edge.stream.dropped, 6);
	get(&edge, "first");
	for (int i = 0; i < 3; i++)
		get(&edge, "cycle");
	edge_release(&edge);
}
END_TEST

START_TEST(a_body_that_is_nowhere_is_refused_and_what_follows_too)
{
	struct edge edge;
	char body[4] = "abc";

	edge_init(&edge, 4096, 8, STREAM_BLOCK);
	ck_assert_int_eq(
		stream_room(&edge.stream, &edge.out, 1, false), TAU_OK);
	*edge.out.body = 'a';
	tau_commit_at(NULL, &edge.out, 1, TAU_BYTES);
	*edge.out.next++ = (struct tau_record){body, 3, TAU_BYTES, 0};
	*edge.out.body = 'b';
	tau_commit_at(NULL, &edge.out, 1, TAU_BYTES);
	ck_assert_int_eq(stream_publish(&edge.stream, &edge.out), -EFAULT);
	ck_assert_ptr_eq(edge.out.next, edge.out.limit);
	ck_assert_int_eq(stream_close(&edge.stream, &edge.out), 0);
	ck_assert_uint_eq(stream_count(&edge.stream), 1);
	get(&edge, "a");
	edge_release(&edge);
}
END_TEST

START_TEST(an_end_has_its_first_reason_and_stands_behind_the_records)
{
	struct edge edge;

	edge_init(&edge, 4096, 8, STREAM_BLOCK);
	put(&edge, "a", 1, TAU_BYTES);
	stream_end(&edge.stream, &edge.out, STREAM_FAILED);
	stream_end(&edge.stream, &edge.out, STREAM_DONE);
	ck_assert_int_eq(edge.stream.reason, STREAM_FAILED);
	ck_assert(!stream_ended(&edge.stream));
	ck_assert_int_eq(put(&edge, "b", 1, TAU_BYTES), TAU_END);
	get(&edge, "a");
	ck_assert_int_eq(stream_read(&edge.stream, &edge.in), TAU_END);
	ck_assert(stream_ended(&edge.stream));
	edge_release(&edge);
}
END_TEST

START_TEST(more_than_atomic_is_refused_whatever_the_policy)
{
	struct edge edge;

	edge_init(&edge, 4096, 8, (enum stream_policy)_i);
	ck_assert_int_eq(
		stream_room(&edge.stream, &edge.out, 513, false), -EMSGSIZE);
	ck_assert_int_eq(
		stream_room(&edge.stream, &edge.out, 513, true), -EMSGSIZE);
	ck_assert_int_eq(
		stream_room(&edge.stream, &edge.out, 512, false), TAU_OK);
	ck_assert_uint_eq(edge.stream.dropped, 0);
	edge_release(&edge);
}
END_TEST

/* Who reads what it writes may empty the ring under its own window. */
START_TEST(a_ring_stays_under_an_open_window_that_its_reader_empties)
{
	struct edge edge;

	edge_init(&edge, 4096, 8, STREAM_BLOCK);
	put(&edge, "a", 1, TAU_BYTES);
	ck_assert_int_eq(stream_read(&edge.stream, &edge.in), TAU_OK);
	edge.in.next++;
	ck_assert_int_eq(
		stream_room(&edge.stream, &edge.out, 1, false), TAU_OK);
	stream_retire(&edge.stream, &edge.in);
	*edge.out.body = 'b';
	tau_commit_at(NULL, &edge.out, 1, TAU_BYTES);
	ck_assert_int_eq(stream_close(&edge.stream, &edge.out), 0);
	get(&edge, "b");
	ck_assert_ptr_null(edge.stream.ring.slots);
	edge_release(&edge);
}
END_TEST

START_TEST(an_idle_stream_holds_no_memory)
{
	struct edge edge;

	edge_init(&edge, 4096, 8, STREAM_BLOCK);
	ck_assert_int_eq(
		stream_room(&edge.stream, &edge.out, 100, false), TAU_OK);
	ck_assert_int_eq(stream_close(&edge.stream, &edge.out), 0);
	ck_assert_uint_eq(edge.pool.rings.attached, 0);
	ck_assert_uint_eq(chunks_live(edge.chunks), 0);
	put(&edge, "a", 1, TAU_BYTES);
	get(&edge, "a");
	ck_assert_uint_eq(edge.pool.rings.attached, 0);
	ck_assert_uint_eq(chunks_live(edge.chunks), 0);
	edge_release(&edge);
}
END_TEST

static Suite *stream_suite(void)
{
	Suite *suite = suite_create("stream");
	TCase *tests = test_case(suite, "model");

	tcase_add_loop_test(tests, a_stream_does_what_its_model_does, 0,
		(int)(sizeof kinds / sizeof *kinds));
	tests = test_case(suite, "rules");
	tcase_add_test(tests,
		a_filter_that_passes_1_of_1000_holds_less_than_twice_its_data);
	tcase_add_test(tests, each_edge_is_told_once);
	tcase_add_loop_test(tests,
		a_disarmed_reader_is_told_of_the_end_and_of_no_record, 0, 2);
	tcase_add_test(
		tests, a_writer_that_found_room_is_told_when_its_reader_goes);
	tcase_add_loop_test(tests,
		a_want_beyond_what_fits_means_full_under_any_policy,
		STREAM_BLOCK, STREAM_NOWHERE);
	tcase_add_test(tests,
		a_writer_that_wants_it_empty_makes_it_full_for_its_reader);
	tcase_add_test(tests, the_name_of_a_cycle_survives_the_drops_behind_it);
	tcase_add_test(
		tests, a_body_that_is_nowhere_is_refused_and_what_follows_too);
	tcase_add_test(tests,
		an_end_has_its_first_reason_and_stands_behind_the_records);
	tcase_add_loop_test(tests,
		more_than_atomic_is_refused_whatever_the_policy, STREAM_BLOCK,
		STREAM_GROW + 1);
	tcase_add_test(tests,
		a_ring_stays_under_an_open_window_that_its_reader_empties);
	tcase_add_test(tests, an_idle_stream_holds_no_memory);
	return suite;
}

TEST_MAIN(stream_suite)
