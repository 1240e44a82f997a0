/* relay: what passes a back stream on, when who listens goes, or cannot take
 * what comes. */
#include "core/host/relay.h"

#include <errno.h>
#include <string.h>

#include "tests/test.h"

enum { RECORD_BYTES = 1000 };

/* writer -> before -> relay -> behind -> reader */
struct row {
	struct os os;
	struct chunks *chunks;
	struct stream_pool pool;
	struct stream before, behind;
	struct timers timers;
	struct scheduler scheduler;
	struct relay *relay;
	struct tau_out out;
	struct tau_in in;
	int closed;
	struct error error;
};

static void closed(void *context, const struct error *error)
{
	struct row *row = context;

	row->closed++;
	if (error)
		row->error = *error;
}

static void begin(struct row *row, uint32_t atomic_behind)
{
	const struct stream_settings before = {65536, 64, 4096, STREAM_BLOCK};
	const struct stream_settings behind = {
		65536, 64, atomic_behind, STREAM_BLOCK};
	struct relay_settings settings = {.scheduler = &row->scheduler,
		.from = &row->before,
		.to = &row->behind,
		.closed = closed,
		.context = row};

	*row = (struct row){0};
	os_linux_init(&row->os);
	ck_assert_int_eq(chunks_create(&row->chunks, &row->os, NULL), 0);
	row->pool.chunks = row->chunks;
	stream_init(&row->before, &row->pool, &before, "before");
	stream_init(&row->behind, &row->pool, &behind, "behind");
	scheduler_init(&row->scheduler, &row->timers, 0);
	ck_assert_int_eq(relay_create(&row->relay, &settings, NULL), 0);
	stream_shut(&row->out, TAU_WAIT);
}

static void end(struct row *row)
{
	relay_destroy(&row->relay);
	(void)stream_close(&row->before, &row->out);
	stream_unread(&row->behind, &row->in);
	stream_release(&row->before);
	stream_release(&row->behind);
	ring_pool_release(&row->pool.rings);
	chunks_destroy(&row->chunks);
}

static int write_one(struct row *row)
{
	int flow = stream_room(&row->before, &row->out, RECORD_BYTES, false);

	if (flow == TAU_OK) {
		memset(row->out.body, 'x', RECORD_BYTES);
		*row->out.next++ = (struct tau_record){.body = row->out.body,
			.bytes = RECORD_BYTES,
			.type = TAU_BYTES};
		row->out.body += RECORD_BYTES;
		row->out.credit -= RECORD_BYTES;
	}
	(void)stream_close(&row->before, &row->out);
	return flow;
}

static void turn(struct row *row)
{
	for (int i = 0; i < 10; i++)
		(void)scheduler_round(&row->scheduler);
}

START_TEST(records_pass_and_the_end_behind_them)
{
	struct row row;

	begin(&row, 4096);
	ck_assert_int_eq(write_one(&row), TAU_OK);
	turn(&row);
	ck_assert_int_eq(stream_read(&row.behind, &row.in), TAU_OK);
	ck_assert_uint_eq(row.in.next->bytes, RECORD_BYTES);
	row.in.next++;
	stream_unread(&row.behind, &row.in);
	stream_end(&row.before, &row.out, STREAM_DONE);
	turn(&row);
	ck_assert_int_eq(stream_read(&row.behind, &row.in), TAU_END);
	ck_assert_int_eq(row.closed, 1);
	ck_assert_int_eq(row.error.code, 0);
	end(&row);
}
END_TEST

/* Whoever talks is not kept waiting, and not told either: it would end for
 * that. */
START_TEST(who_goes_deaf_behind_is_still_talked_to)
{
	struct row row;

	begin(&row, 4096);
	turn(&row);
	stream_leave(&row.behind, &row.in);
	for (int i = 0; i < 1000; i++) {
		ck_assert_int_eq(write_one(&row), TAU_OK);
		turn(&row);
	}
	ck_assert(!row.before.reader.gone);
	ck_assert_uint_eq(row.before.received, 1000);
	ck_assert_int_eq(row.closed, 0);
	stream_end(&row.before, &row.out, STREAM_DONE);
	turn(&row);
	ck_assert_int_eq(row.closed, 1);
	end(&row);
}
END_TEST

START_TEST(a_record_that_is_too_large_behind_is_a_failure_that_is_told)
{
	struct row row;

	begin(&row, 512);
	ck_assert_int_eq(write_one(&row), TAU_OK);
	turn(&row);
	ck_assert_int_eq(row.closed, 1);
	ck_assert_int_eq(row.error.code, -EMSGSIZE);
	ck_assert_ptr_nonnull(strstr(row.error.text,
		"stream before could not be passed on to stream behind, which "
		"takes records of 512 bytes"));
	ck_assert(row.before.reader.gone);
	ck_assert_int_eq(row.behind.reason, STREAM_FAILED);
	end(&row);
}
END_TEST

static Suite *relay_suite(void)
{
	Suite *suite = suite_create("relay");
	TCase *tests = test_case(suite, "one of them");

	tcase_add_test(tests, records_pass_and_the_end_behind_them);
	tcase_add_test(tests, who_goes_deaf_behind_is_still_talked_to);
	tcase_add_test(tests,
		a_record_that_is_too_large_behind_is_a_failure_that_is_told);
	return suite;
}

TEST_MAIN(relay_suite)
