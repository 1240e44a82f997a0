/* Ends of a stream that were moved where their windows do not reach. */
#include "core/base/os_linux.h"
#include "core/stream/stream.h"
#include "tests/test.h"

#include <errno.h>

static const struct stream_settings settings = {4096, 8, 512, STREAM_BLOCK};

START_TEST(a_writer_that_went_too_far_is_refused)
{
	struct os os;
	struct stream stream;
	struct stream_pool pool = {0};
	struct tau_out out = {0};
	struct tau_in in = {0};

	os_linux_init(&os);
	ck_assert_int_eq(chunks_create(&pool.chunks, &os, NULL), 0);
	stream_init(&stream, &pool, &settings, "stream");
	ck_assert_int_eq(stream_room(&stream, &out, 1, false), TAU_OK);
	tau_commit_at(NULL, &out, 1, TAU_BYTES);
	if (_i == 0) /* behind its slots */
		out.next += 8;
	if (_i == 1) /* before them */
		out.next -= 2;
	if (_i == 2) /* behind its chunk */
		out.body = stream.own.limit + 1;
	if (_i == 3) /* beyond its credit, which wraps */
		out.credit -= 4096;
	ck_assert_int_eq(stream_publish(&stream, &out), -EOVERFLOW);
	ck_assert_uint_eq(stream_count(&stream), 0);
	stream_end(&stream, &out, STREAM_CLOSED);
	stream_leave(&stream, &in);
	stream_release(&stream);
	ck_assert_uint_eq(chunks_live(pool.chunks), 0);
	ring_pool_release(&pool.rings);
	chunks_destroy(&pool.chunks);
}
END_TEST

START_TEST(a_reader_that_went_too_far_is_seen)
{
	struct tau_record slots[4];
	struct stream stream = {.view = slots, .view_slots = 3};
	struct tau_in in = {.next = slots + _i};

	ck_assert_int_eq(stream_in_view(&stream, &in), _i >= 0 && _i <= 3);
	stream.view = NULL;
	ck_assert(stream_in_view(&stream, &in));
}
END_TEST

static Suite *astray_suite(void)
{
	Suite *suite = suite_create("astray");
	TCase *tests = test_case(suite, "ends");

	tcase_add_loop_test(tests, a_writer_that_went_too_far_is_refused, 0, 4);
	tcase_add_loop_test(tests, a_reader_that_went_too_far_is_seen, 0, 5);
	return suite;
}

TEST_MAIN(astray_suite)
