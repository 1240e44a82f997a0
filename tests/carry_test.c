/* Bytes that are lent to a carry are written as copied ones are, and records
 * that are lent are read where they lie. */
#include "core/base/carry.h"
#include "core/base/os_linux.h"
#include "core/record/descriptor.h"
#include "core/stream/carried.h"
#include "tests/test.h"

#include <string.h>
#include <unistd.h>

#define LARGE (CARRY_LENT_BYTES_MIN + 5)
#define PREFIX "what stands before is not worth a word"

static struct os os;
static uint8_t large[3][LARGE];

static void fill(void)
{
	os_linux_init(&os);
	for (size_t i = 0; i < sizeof large; i++)
		large[i / LARGE][i % LARGE] = (uint8_t)(i * 7 + i / 251);
}

/* Two sections with something of each size in and around them. */
static void write_all(
	struct carry *carry, void (*give)(struct carry *, const void *, size_t))
{
	size_t section;

	carry_u32(carry, 1);
	give(carry, large[0], LARGE);
	section = carry_begin(carry, 2);
	give(carry, large[1], LARGE);
	carry_text(carry, "between");
	give(carry, large[1], 3);
	give(carry, large[2], LARGE);
	carry_end(carry, section);
	section = carry_begin(carry, 3);
	carry_u64(carry, 4);
	carry_end(carry, section);
	give(carry, large[0], LARGE);
}

/* What its parts are, one behind the other; the caller's. */
static uint8_t *join(const struct carry *carry)
{
	struct iovec parts[CARRY_PARTS_MAX];
	int count = carry_parts(carry, parts);
	uint8_t *all = malloc(carry->used + 1), *to = all;

	ck_assert_ptr_nonnull(all);
	for (int i = 0; i < count; i++) {
		memcpy(to, parts[i].iov_base, parts[i].iov_len);
		to += parts[i].iov_len;
	}
	ck_assert_uint_eq((size_t)(to - all), carry->used);
	return all;
}

START_TEST(what_is_lent_is_written_as_what_is_copied)
{
	struct carry copied, lent;
	uint8_t *all;

	fill();
	carry_init(&copied, &os);
	carry_init(&lent, &os);
	write_all(&copied, carry_raw);
	write_all(&lent, carry_lend);
	ck_assert_uint_eq(copied.lent, 0);
	ck_assert_uint_eq(lent.lent, 4 * LARGE); /* the three bytes are not */
	ck_assert_uint_eq(lent.used, copied.used);
	all = join(&lent);
	ck_assert_mem_eq(all, copied.bytes, copied.used);
	free(all);
	carry_whole(&lent);
	ck_assert_uint_eq(lent.lent, 0);
	ck_assert_mem_eq(lent.bytes, copied.bytes, copied.used);
	carry_text(&lent, "more");
	carry_text(&copied, "more");
	ck_assert_uint_eq(lent.used, copied.used);
	ck_assert_mem_eq(lent.bytes, copied.bytes, copied.used);
	carry_release(&lent);
	carry_release(&copied);
}
END_TEST

START_TEST(more_pieces_than_one_call_takes_are_copied)
{
	struct carry copied, lent;
	uint8_t *all;

	fill();
	carry_init(&copied, &os);
	carry_init(&lent, &os);
	for (uint32_t i = 0; i < CARRY_PIECES_MAX + 10; i++) {
		carry_u32(&copied, i);
		carry_raw(&copied, large[i % 3], LARGE);
		carry_u32(&lent, i);
		carry_lend(&lent, large[i % 3], LARGE);
	}
	ck_assert_uint_eq(lent.piece_count, CARRY_PIECES_MAX);
	all = join(&lent);
	ck_assert_mem_eq(all, copied.bytes, copied.used);
	free(all);
	carry_release(&lent);
	carry_release(&copied);
}
END_TEST

static void drop(void *lender)
{
	++*(int *)lender;
}

START_TEST(a_lender_is_dropped_once)
{
	struct carry carry;
	int dropped[2] = {0, 0};

	fill();
	for (int whole = 0; whole < 2; whole++) {
		carry_init(&carry, &os);
		carry_lend(&carry, large[0], LARGE);
		carry_keep(&carry, drop, &dropped[whole]);
		ck_assert_int_eq(dropped[whole], 0);
		if (whole)
			carry_whole(&carry);
		ck_assert_int_eq(dropped[whole], whole);
		carry_release(&carry);
		ck_assert_int_eq(dropped[whole], 1);
	}
}
END_TEST

/* ---- records ------------------------------------------------------------- */

struct world {
	struct chunks *chunks;
	struct stream_pool pool;
	struct stream stream;
	struct tau_out out;
	struct tau_in in;
};

static const struct stream_settings grows = {
	0, 64, STREAM_ATOMIC_MAX, STREAM_GROW};
static const uint32_t sizes[] = {LARGE, 0, 1, 100, LARGE / 2, 0, LARGE, 7};
#define RECORDS (sizeof sizes / sizeof *sizes)

static void begin(struct world *world)
{
	memset(world, 0, sizeof *world);
	fill();
	ck_assert_int_eq(chunks_create(&world->chunks, &os, NULL), 0);
	world->pool.chunks = world->chunks;
	stream_init(&world->stream, &world->pool, &grows, "state");
}

static void finish(struct world *world)
{
	stream_leave(&world->stream, &world->in);
	stream_release(&world->stream);
	ck_assert_uint_eq(chunks_live(world->chunks), 0);
	ring_pool_release(&world->pool.rings);
	chunks_destroy(&world->chunks);
}

static void put(struct world *world, uint32_t bytes)
{
	ck_assert_int_eq(stream_room(&world->stream, &world->out,
				 bytes ? bytes : 1, false),
		TAU_OK);
	memcpy(world->out.body, large[0], bytes);
	tau_commit_at(NULL, &world->out, bytes, TAU_BYTES);
	ck_assert_int_eq(stream_close(&world->stream, &world->out), 0);
}

/* A copy of the bytes at an address that is no better than any other's. */
static uint8_t *write_state(size_t *count)
{
	uint8_t *place = NULL;
	struct world world;
	struct carry carry;

	begin(&world);
	for (size_t i = 0; i < RECORDS; i++)
		put(&world, sizes[i]);
	stream_end(&world.stream, &world.out, STREAM_DONE);
	carry_init(&carry, &os);
	carry_text(&carry, PREFIX);
	stream_lend(&world.stream, &carry);
	ck_assert_uint_gt(carry.lent, 2 * LARGE - 1);
	carry_whole(&carry);
	ck_assert_int_eq(carry.failure, 0);
	*count = carry.used;
	ck_assert_int_eq(posix_memalign((void **)&place, 4096, *count), 0);
	memcpy(place, carry.bytes, *count);
	carry_release(&carry);
	finish(&world);
	return place;
}

static struct carry_reader reader_of(const uint8_t *bytes, size_t count)
{
	struct carry_reader reader = {.next = bytes, .limit = bytes + count};

	ck_assert(carry_take_is(&reader, PREFIX));
	return reader;
}

START_TEST(lent_records_are_read_where_they_lie)
{
	struct world to;
	size_t count, record = 0;
	uint8_t *bytes = write_state(&count);
	struct carry_reader reader;
	struct error error = ERROR_NONE;

	begin(&to);
	reader = reader_of(bytes, count);
	ck_assert_msg(stream_borrow(&to.stream, &reader, &error) == 0, "%s",
		error.text);
	ck_assert(carry_is_done(&reader));
	while (stream_read(&to.stream, &to.in) == TAU_OK) {
		const uint8_t *body = to.in.next->body;

		ck_assert_uint_lt(record, RECORDS);
		ck_assert_uint_eq(to.in.next->bytes, sizes[record]);
		ck_assert_int_eq(to.in.next->flags & TAU_STATIC, 0);
		ck_assert_mem_eq(body, large[0], sizes[record]);
		if (sizes[record] > 0)
			ck_assert(body > bytes && body < bytes + count);
		if (record == 0)
			ck_assert_uint_eq((uintptr_t)body % 64, 0);
		record++;
		to.in.next++;
	}
	ck_assert_uint_eq(record, RECORDS);
	ck_assert_uint_eq(chunks_live(to.chunks), 0);
	finish(&to);
	free(bytes);
}
END_TEST

/* Whatever is cut off: refused, or less than all is read. */
START_TEST(lent_records_that_are_cut_are_refused)
{
	struct world to;
	size_t whole;
	uint8_t *bytes = write_state(&whole);

	for (size_t count = sizeof PREFIX + 3; count < whole;
		count += count < 400 ? 1 : 997) {
		struct carry_reader reader = reader_of(bytes, count);
		struct error error = ERROR_NONE;

		begin(&to);
		ck_assert_int_eq(
			stream_borrow(&to.stream, &reader, &error), -EBADMSG);
		ck_assert_str_eq(error.text,
			"what was handed over of stream state is cut short or "
			"damaged");
		finish(&to);
	}
	free(bytes);
}
END_TEST

static Suite *carry_suite(void)
{
	Suite *suite = suite_create("carry");
	TCase *lending = test_case(suite, "lending"),
	      *records = test_case(suite, "records");

	tcase_add_test(lending, what_is_lent_is_written_as_what_is_copied);
	tcase_add_test(lending, more_pieces_than_one_call_takes_are_copied);
	tcase_add_test(lending, a_lender_is_dropped_once);
	tcase_add_test(records, lent_records_are_read_where_they_lie);
	tcase_add_test(records, lent_records_that_are_cut_are_refused);
	return suite;
}
TEST_MAIN(carry_suite)
