/* What a stream holds when it has become empty, what its first record may hold,
 * and how much waits in it for a link. */
#include "core/base/os_linux.h"
#include "core/stream/stream.h"
#include "tests/test.h"

#include <string.h>

#define STREAMS (STREAM_WARM_MAX + 3u)
#define LARGE_RECORDS (2 * CHUNK_BYTES / sizeof(struct tau_record))

struct line {
	struct stream stream;
	struct tau_out out;
	struct tau_in in;
};

struct lines {
	struct os os;
	struct chunks *chunks;
	struct stream_pool pool;
	struct line line[STREAMS];
};

static void begin(struct lines *lines, uint32_t records, bool limited)
{
	const struct stream_settings settings = {
		256 * KIB, records, STREAM_ATOMIC_DEFAULT, STREAM_BLOCK};

	memset(lines, 0, sizeof *lines);
	os_linux_init(&lines->os);
	ck_assert_int_eq(chunks_create(&lines->chunks, &lines->os, NULL), 0);
	lines->pool.chunks = lines->chunks;
	for (uint32_t i = 0; i < STREAMS; i++) {
		struct stream *stream = &lines->line[i].stream;

		stream_init(stream, &lines->pool, &settings, "line");
		if (!limited)
			continue;
		stream_limit(stream);
		stream_grant(stream, 1 * MIB, 1000);
	}
}

static void finish(struct lines *lines)
{
	for (uint32_t i = 0; i < STREAMS; i++) {
		struct line *line = &lines->line[i];

		stream_end(&line->stream, &line->out, STREAM_CLOSED);
		stream_leave(&line->stream, &line->in);
		stream_release(&line->stream);
	}
	ck_assert_uint_eq(lines->pool.rings.attached, 0);
	ck_assert_uint_eq(chunks_live(lines->chunks), 0);
	ring_pool_release(&lines->pool.rings);
	chunks_destroy(&lines->chunks);
}

static void put(struct line *line, char body)
{
	ck_assert_int_eq(
		stream_room(&line->stream, &line->out, 1, false), TAU_OK);
	*line->out.body = (uint8_t)body;
	tau_commit_at(NULL, &line->out, 1, TAU_BYTES);
	ck_assert_int_eq(stream_close(&line->stream, &line->out), 0);
}

static void get(struct line *line, char body)
{
	ck_assert_int_eq(stream_read(&line->stream, &line->in), TAU_OK);
	ck_assert_int_eq(*(const char *)line->in.next->body, body);
	line->in.next++;
	stream_unread(&line->stream, &line->in);
}

START_TEST(one_to_another_process_keeps_its_memory)
{
	static struct lines lines;
	const struct tau_record *slots;

	begin(&lines, 8, true);
	put(&lines.line[0], 'a');
	slots = lines.line[0].stream.ring.slots;
	get(&lines.line[0], 'a');
	ck_assert_uint_eq(lines.pool.rings.attached, 1);
	ck_assert_uint_eq(chunks_live(lines.chunks), 1);
	for (int i = 0; i < 100; i++) {
		put(&lines.line[0], (char)i);
		ck_assert_ptr_eq(lines.line[0].stream.ring.slots, slots);
		get(&lines.line[0], (char)i);
	}
	ck_assert_uint_eq(chunks_live(lines.chunks), 1);
	finish(&lines);
}
END_TEST

/* Also those that hold records again when another takes their place. */
START_TEST(no_more_than_a_few_do)
{
	static struct lines lines;

	begin(&lines, 8, true);
	for (uint32_t i = 0; i < STREAMS; i++) {
		put(&lines.line[i], 'a');
		get(&lines.line[i], 'a');
		if (i == 0)
			put(&lines.line[0], 'b');
	}
	ck_assert_uint_eq(lines.pool.rings.attached, STREAM_WARM_MAX + 1);
	get(&lines.line[0], 'b');
	ck_assert_uint_eq(lines.pool.rings.attached, STREAM_WARM_MAX);
	ck_assert_uint_eq(chunks_live(lines.chunks), STREAM_WARM_MAX);
	ck_assert_ptr_nonnull(lines.line[0].stream.ring.slots);
	ck_assert_ptr_null(lines.line[1].stream.ring.slots);
	ck_assert_ptr_nonnull(lines.line[STREAMS - 1].stream.ring.slots);
	finish(&lines);
}
END_TEST

START_TEST(one_within_a_node_keeps_none)
{
	static struct lines lines;

	begin(&lines, 8, false);
	put(&lines.line[0], 'a');
	get(&lines.line[0], 'a');
	ck_assert_uint_eq(lines.pool.rings.attached, 0);
	ck_assert_uint_eq(chunks_live(lines.chunks), 0);
	finish(&lines);
}
END_TEST

START_TEST(a_large_ring_is_not_kept)
{
	static struct lines lines;

	begin(&lines, LARGE_RECORDS, true);
	put(&lines.line[0], 'a');
	get(&lines.line[0], 'a');
	ck_assert_uint_eq(lines.pool.rings.attached, 0);
	finish(&lines);
}
END_TEST

START_TEST(an_end_gives_back_what_was_kept)
{
	static struct lines lines;
	struct line *line = &lines.line[0];

	begin(&lines, 8, true);
	put(line, 'a');
	get(line, 'a');
	if (_i == 0)
		stream_end(&line->stream, &line->out, STREAM_DONE);
	else
		stream_leave(&line->stream, &line->in);
	ck_assert_uint_eq(lines.pool.rings.attached, 0);
	ck_assert_uint_eq(chunks_live(lines.chunks), 0);
	ck_assert_ptr_null(lines.pool.warm[0]); /* nobody finds it there */
	finish(&lines);
}
END_TEST

/* Passes a record that lies in `body` on. */
static void pass(struct line *line, const char *body)
{
	ck_assert_int_eq(
		stream_room(&line->stream, &line->out, 1, true), TAU_OK);
	*line->out.next++ = (struct tau_record){body, 1, TAU_BYTES, 0};
	ck_assert_int_eq(stream_close(&line->stream, &line->out), 0);
}

START_TEST(the_first_record_may_hold_a_chunk_and_those_behind_it_are_copied)
{
	static struct lines lines;
	struct line *line = &lines.line[0];
	char *usual, *large;

	begin(&lines, 8, false);
	usual = (char *)chunk_get(lines.chunks, CHUNK_BYTES);
	large = (char *)chunk_get(lines.chunks, CHUNK_BYTES + 1);
	*usual = 'a';
	*large = 'b';
	pass(line, usual);
	pass(line, usual);
	ck_assert_int_eq(stream_read(&line->stream, &line->in), TAU_OK);
	ck_assert_ptr_eq(line->in.next[0].body, usual);
	ck_assert_ptr_ne(line->in.next[1].body, usual);
	ck_assert_int_eq(*(const char *)line->in.next[1].body, 'a');
	line->in.next += 2;
	stream_unread(&line->stream, &line->in);
	pass(line, large);
	ck_assert_int_eq(stream_read(&line->stream, &line->in), TAU_OK);
	ck_assert_ptr_ne(line->in.next[0].body, large);
	stream_unread(&line->stream, &line->in);
	chunk_drop(lines.chunks, chunk_slot(lines.chunks, usual), 1);
	chunk_drop(lines.chunks, chunk_slot(lines.chunks, large), 1);
	finish(&lines);
}
END_TEST

START_TEST(half_of_a_capacity_is_staged_and_at_most_a_packet)
{
	static const uint64_t staged[][2] = {
		{96 * KIB, 96 * KIB},
		{256 * KIB, 128 * KIB},
		{384 * KIB, 192 * KIB},
		{4 * MIB, 256 * KIB},
	};
	static struct lines lines;
	struct line *line = &lines.line[0];

	begin(&lines, 8, true);
	line->stream.capacity_bytes = (uint32_t)staged[_i][0];
	line->stream.records = 100000;
	stream_grant(&line->stream, 4 * MIB, 100000);
	while (stream_room(&line->stream, &line->out, 4096, false) == TAU_OK)
		tau_commit_at(NULL, &line->out, 4096, TAU_BYTES);
	ck_assert_uint_eq(line->stream.used_bytes, staged[_i][1]);
	finish(&lines);
}
END_TEST

START_TEST(what_is_skipped_is_as_good_as_read)
{
	static struct lines lines;
	struct line *line = &lines.line[0];

	begin(&lines, 16, false);
	for (int i = 0; i < 5; i++)
		put(line, "abcde"[i]);
	stream_skip(&line->stream, 0);
	stream_skip(&line->stream, 3);
	ck_assert_uint_eq(line->stream.received, 3);
	ck_assert_int_eq(stream_read(&line->stream, &line->in), TAU_OK);
	ck_assert_mem_eq(line->in.next->body, "d", 1);
	stream_unread(&line->stream, &line->in);
	stream_skip(&line->stream, 9);
	ck_assert_uint_eq(line->stream.received, 5);
	ck_assert_uint_eq(stream_count(&line->stream), 0);
	lines.line[1].stream.policy = STREAM_DROP_OLDEST;
	put(&lines.line[1], 'a');
	put(&lines.line[1], 'b');
	stream_skip(&lines.line[1].stream, 1);
	ck_assert_uint_eq(lines.line[1].stream.dropped, 2);
	finish(&lines);
}
END_TEST

/* In a former process it had more room, and told the far side of that. */
START_TEST(a_link_brings_what_there_was_credit_for)
{
	static const enum stream_policy policies[] = {
		STREAM_BLOCK, STREAM_FAIL};
	static struct lines lines;
	struct line *line = &lines.line[0];

	begin(&lines, 1, false);
	line->stream.policy = policies[_i];
	line->stream.capacity_bytes = 1;
	line->stream.linked = true;
	put(line, 'a');
	ck_assert_int_eq(stream_read(&line->stream, &line->in), TAU_OK);
	put(line, 'b');
	put(line, 'c');
	ck_assert(stream_full(&line->stream, 1));
	stream_unread(&line->stream, &line->in);
	for (int i = 0; i < 3; i++)
		get(line, "abc"[i]);
	finish(&lines);
}
END_TEST

static Suite *stream_rest_suite(void)
{
	Suite *suite = suite_create("stream_rest");
	TCase *tests = test_case(suite, "idle");

	tcase_add_test(tests, one_to_another_process_keeps_its_memory);
	tcase_add_test(tests, no_more_than_a_few_do);
	tcase_add_test(tests, one_within_a_node_keeps_none);
	tcase_add_test(tests, a_large_ring_is_not_kept);
	tcase_add_loop_test(tests, an_end_gives_back_what_was_kept, 0, 2);
	tests = test_case(suite, "sparse");
	tcase_add_test(tests,
		the_first_record_may_hold_a_chunk_and_those_behind_it_are_copied);
	tests = test_case(suite, "staged");
	tcase_add_loop_test(
		tests, half_of_a_capacity_is_staged_and_at_most_a_packet, 0, 4);
	tcase_add_test(tests, what_is_skipped_is_as_good_as_read);
	tcase_add_loop_test(
		tests, a_link_brings_what_there_was_credit_for, 0, 2);
	return suite;
}

TEST_MAIN(stream_rest_suite)
