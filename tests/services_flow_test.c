/* Reading and writing, as operator.h promises it. */
#include "tests/services.h"

static const struct stream_settings one_record = {512, 1, 512, STREAM_BLOCK};
static uint64_t seen[64], seen_count;
static int answers[32];

static int collect_run(struct tau_op *op)
{
	const struct tau_record *record;

	while ((record = tau_read(op, IN))) {
		seen[seen_count++ % 64] = number_of(record);
		tau_consume(op, IN);
	}
	return 0;
}
OPERATOR(collect);

static int ten_run(struct tau_op *op)
{
	for (uint64_t i = 0; i < 10; i++)
		if (put(op, OUT, i) != TAU_OK)
			break;
	return 0;
}
OPERATOR(ten);

/* --- ends --- */

static int unconnected_run(struct tau_op *op)
{
	ck_assert_ptr_null(tau_peek(op, IN));
	ck_assert_ptr_null(tau_read(op, IN));
	ck_assert(tau_ended(op, IN));
	return 0;
}
OPERATOR(unconnected);

START_TEST(an_unconnected_in_port_has_ended)
{
	pipeline_init(&p);
	add(&unconnected_operator, PORT_IN);
	pipeline_start(&p);
	run_failing(0);
	pipeline_release(&p);
}
END_TEST

static int end_early_run(struct tau_op *op)
{
	put(op, OUT, 7);
	op->host->end(op, op->out[OUT]);
	answers[0] = put(op, OUT, 8);
	op->host->yield(op);
	op->host->yield(op);
	answers[1] = (int)seen_count;
	return 0;
}
OPERATOR(end_early);

START_TEST(an_end_stands_behind_what_was_written_and_comes_at_once)
{
	pipeline_init(&p);
	connect_ports(add(&end_early_operator, PORT_OUT), OUT,
		add(&collect_operator, PORT_IN), IN);
	pipeline_start(&p);
	run_failing(0);
	ck_assert_int_eq(answers[0], TAU_END);
	ck_assert_int_eq(answers[1], 1);
	ck_assert_uint_eq(seen[0], 7);
	pipeline_release(&p);
}
END_TEST

/* --- what is too large --- */

static int too_large_run(struct tau_op *op)
{
	static char body[4096];
	struct tau_record record = {body, 513, TAU_BYTES, TAU_STATIC};

	put(op, OUT, 7);
	if (seen[1])
		answers[0] = tau_send(op, OUT, &record);
	else
		ck_assert_ptr_null(tau_reserve(op, OUT, 513));
	answers[1] = (int)op->out[OUT]->state;
	answers[2] = put(op, OUT, 8);
	return 0;
}
OPERATOR(too_large);

START_TEST(a_record_beyond_atomic_fails_the_operator_whatever_it_returns)
{
	uint32_t from, at;

	pipeline_init(&p);
	seen[1] = (uint64_t)_i;
	from = add(&too_large_operator, PORT_OUT);
	at = pipeline_connect(&p, from, OUT, add(&collect_operator, PORT_IN),
		IN, &one_record);
	pipeline_start(&p);
	run_failing(1);
	ck_assert_int_eq(answers[0], _i ? -EMSGSIZE : 0);
	ck_assert_int_eq(answers[1], -EMSGSIZE);
	ck_assert_int_eq(answers[2], -EMSGSIZE);
	ck_assert_str_eq(failure_of(from),
		"a record of 513 bytes does not fit stream edge, which takes "
		"at most 512 at once; raise its \"capacity\" (and "
		"\"atomic\", unless it is shredded)");
	ck_assert_uint_eq(seen_count, 1);
	ck_assert_int_eq(p.streams[at].reason, STREAM_FAILED);
	pipeline_release(&p);
}
END_TEST

static int nowhere_run(struct tau_op *op)
{
	char body[16] = "on a stack";
	struct tau_record record = {body, 10, TAU_BYTES, 0};

	put(op, OUT, 7);
	tau_send(op, OUT, &record);
	put(op, OUT, 8);
	tau_peek(op, IN);
	answers[0] = put(op, OUT, 9);
	return 0;
}
OPERATOR(nowhere);

START_TEST(a_body_that_is_nowhere_fails_the_operator_and_is_never_seen)
{
	uint32_t from;

	pipeline_init(&p);
	from = add(&nowhere_operator, PORT_IN "," PORT_OUT);
	connect_ports(add(&ten_operator, PORT_OUT), OUT, from, IN);
	connect_ports(from, OUT, add(&collect_operator, PORT_IN), IN);
	pipeline_start(&p);
	run_failing(1);
	ck_assert_int_eq(answers[0], -EFAULT);
	ck_assert_str_eq(failure_of(from),
		"sent a record whose body lies in no live memory: what is sent "
		"must lie in an input record not yet consumed, or be static");
	ck_assert_uint_eq(seen_count, 1);
	ck_assert_uint_eq(seen[0], 7);
	pipeline_release(&p);
}
END_TEST

/* --- a full stream --- */

static int flood_run(struct tau_op *op)
{
	for (uint64_t i = 0; i < 40; i++)
		if ((answers[0] = put(op, OUT, i)) != TAU_OK)
			break;
	return 0;
}
OPERATOR(flood);

static int sleep_then_collect_run(struct tau_op *op)
{
	for (int i = 0; i < 100; i++)
		op->host->yield(op);
	return collect_run(op);
}
OPERATOR(sleep_then_collect);

START_TEST(a_full_stream_does_what_its_policy_says)
{
	struct stream_settings settings = {512, 4, 512, (enum stream_policy)_i};
	uint32_t from, at;

	pipeline_init(&p);
	from = add(&flood_operator, PORT_OUT);
	at = pipeline_connect(&p, from, OUT,
		add(&sleep_then_collect_operator, PORT_IN), IN, &settings);
	pipeline_start(&p);
	run_failing(_i == STREAM_FAIL);
	ck_assert_uint_eq(
		seen_count + p.streams[at].dropped, _i == STREAM_FAIL ? 4 : 40);
	ck_assert_uint_eq(p.streams[at].dropped,
		_i == STREAM_DROP_OLDEST || _i == STREAM_DROP_NEWEST ? 36 : 0);
	ck_assert_uint_eq(seen[0], _i == STREAM_DROP_OLDEST ? 36 : 0);
	if (_i == STREAM_FAIL) {
		ck_assert_int_eq(answers[0], -ENOBUFS);
		ck_assert_str_eq(failure_of(from),
			"stream edge is full (512 bytes, 4 records) and its "
			"\"full\" says \"fail\"");
	}
	pipeline_release(&p);
}
END_TEST

/* The record in hand must not change while the flood goes over it. */
static int hold_run(struct tau_op *op)
{
	const struct tau_record *record = tau_read(op, IN);
	uint64_t first = number_of(record);

	for (int i = 0; i < 200; i++) {
		op->host->yield(op);
		ck_assert_uint_eq(number_of(record), first);
	}
	return collect_run(op);
}
OPERATOR(hold);

START_TEST(a_record_in_hand_stays_while_old_ones_are_dropped)
{
	static const struct stream_settings settings = {
		512, 4, 512, STREAM_DROP_OLDEST};

	pipeline_init(&p);
	pipeline_connect(&p, add(&flood_operator, PORT_OUT), OUT,
		add(&hold_operator, PORT_IN), IN, &settings);
	pipeline_start(&p);
	run_failing(0);
	ck_assert_uint_eq(seen[0], 0);
	ck_assert_uint_eq(seen[seen_count - 1], 39);
	pipeline_release(&p);
}
END_TEST

/* --- publishing --- */

static int publish_run(struct tau_op *op)
{
	put(op, OUT, 1);
	answers[0] = (int)stream_count(&p.streams[0]);
	op->host->yield(op);
	answers[1] = (int)seen_count;
	return 0;
}
OPERATOR(publish);

START_TEST(records_show_when_the_writer_suspends)
{
	pipeline_init(&p);
	connect_ports(add(&publish_operator, PORT_OUT), OUT,
		add(&collect_operator, PORT_IN), IN);
	pipeline_start(&p);
	run_failing(0);
	ck_assert_int_eq(answers[0], 0);
	ck_assert_int_eq(answers[1], 1);
	pipeline_release(&p);
}
END_TEST

/* --- wants do not concern reads and writes --- */

static int disarmed_reader_run(struct tau_op *op)
{
	op->host->want_in(op, op->in[IN], TAU_OFF);
	return collect_run(op);
}
OPERATOR(disarmed_reader);

static int disarmed_writer_run(struct tau_op *op)
{
	op->host->want_out(op, op->out[OUT], TAU_OFF);
	return ten_run(op);
}
OPERATOR(disarmed_writer);

START_TEST(a_disarmed_port_can_be_read_and_written)
{
	pipeline_init(&p);
	pipeline_connect(&p, add(&disarmed_writer_operator, PORT_OUT), OUT,
		add(&disarmed_reader_operator, PORT_IN), IN, &one_record);
	pipeline_start(&p);
	run_failing(0);
	ck_assert_uint_eq(seen_count, 10);
	pipeline_release(&p);
}
END_TEST

/* --- an operator that reads what it writes --- */

static int echo_run(struct tau_op *op)
{
	put(op, OUT, 0);
	for (uint64_t i = 0; i < 50; i++) {
		const struct tau_record *record = tau_read(op, IN);

		ck_assert_uint_eq(number_of(record), i);
		if (i % 3 == 0) { /* a reservation that is not used */
			tau_consume(op, IN);
			ck_assert_ptr_nonnull(tau_reserve(op, OUT, 100));
			ck_assert_ptr_null(tau_peek(op, IN));
		} else {
			tau_consume(op, IN);
		}
		put(op, OUT, i + 1);
	}
	return 0;
}
OPERATOR(echo);

START_TEST(an_operator_may_read_what_it_writes)
{
	static const struct stream_settings sizes[] = {
		{512, 1, 512, STREAM_BLOCK}, {4096, 5, 512, STREAM_BLOCK},
		{4096, 5, 512, STREAM_DROP_OLDEST}};
	uint32_t at;

	pipeline_init(&p);
	at = add(&echo_operator, PORT_IN "," PORT_OUT);
	pipeline_connect(&p, at, OUT, at, IN, &sizes[_i]);
	pipeline_start(&p);
	run_failing(0);
	pipeline_release(&p);
}
END_TEST

static Suite *services_flow_suite(void)
{
	Suite *suite = suite_create("services_flow");
	TCase *tests = test_case(suite, "ends");

	tcase_add_test(tests, an_unconnected_in_port_has_ended);
	tcase_add_test(
		tests, an_end_stands_behind_what_was_written_and_comes_at_once);
	tests = test_case(suite, "records");
	tcase_add_loop_test(tests,
		a_record_beyond_atomic_fails_the_operator_whatever_it_returns,
		0, 2);
	tcase_add_test(tests,
		a_body_that_is_nowhere_fails_the_operator_and_is_never_seen);
	tcase_add_loop_test(tests, a_full_stream_does_what_its_policy_says,
		STREAM_BLOCK, STREAM_NOWHERE);
	tcase_add_test(
		tests, a_record_in_hand_stays_while_old_ones_are_dropped);
	tcase_add_test(tests, records_show_when_the_writer_suspends);
	tcase_add_test(tests, a_disarmed_port_can_be_read_and_written);
	tcase_add_loop_test(tests, an_operator_may_read_what_it_writes, 0, 3);
	return suite;
}

TEST_MAIN(services_flow_suite)
