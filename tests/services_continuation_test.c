/* Operators in continuation style: a function that is called again. */
#include "tests/fake_os.h"
#include "tests/services.h"

static const struct stream_settings one_record = {512, 1, 512, STREAM_BLOCK};
static uint64_t readies[1024], seen, calls;
static int answers[16];

static int relay_ready(struct tau_op *op, uint64_t ready, struct tau_want *want)
{
	if (calls < 1024)
		readies[calls] = ready;
	calls++;
	while (tau_peek(op, IN)) {
		if (tau_pass(op, IN, OUT) == TAU_OK)
			continue;
		if (op->out[OUT]->state == TAU_END)
			return TAU_OK;
		want->all = TAU_IN(IN) | TAU_OUT(OUT);
		return TAU_WAIT;
	}
	if (tau_ended(op, IN))
		return TAU_OK;
	want->any = TAU_IN(IN);
	return TAU_WAIT;
}
CONTINUATION(relay);

static int numbers_run(struct tau_op *op)
{
	for (uint64_t i = 0; i < 300; i++)
		if (put(op, OUT, i) != TAU_OK)
			break;
	return 0;
}
OPERATOR(numbers);

static int collect_run(struct tau_op *op)
{
	const struct tau_record *record;

	while ((record = tau_read(op, IN))) {
		ck_assert_uint_eq(number_of(record), seen++);
		tau_consume(op, IN);
	}
	return 0;
}
OPERATOR(collect);

static void add_chain(const struct stream_settings *settings)
{
	uint32_t from = add(&numbers_operator, PORT_OUT), to;

	for (int i = 0; i < 3; i++) {
		to = add(&relay_operator, PORT_IN "," PORT_OUT);
		pipeline_connect(&p, from, OUT, to, IN, settings);
		from = to;
	}
	to = add(&collect_operator, PORT_IN);
	pipeline_connect(&p, from, OUT, to, IN, settings);
}

START_TEST(continuations_use_the_same_helpers_and_lose_nothing)
{
	p.seed = (uint64_t)_i;
	pipeline_init(&p);
	add_chain(_i % 2 ? &one_record : NULL);
	pipeline_start(&p);
	ck_assert(pipeline_run(&p));
	ck_assert_uint_eq(p.failed, 0);
	ck_assert_uint_eq(seen, 300);
	ck_assert_uint_eq(readies[0], 0);
	pipeline_release(&p);
}
END_TEST

START_TEST(a_continuation_does_not_spin_while_it_waits)
{
	pipeline_init(&p);
	add_chain(&one_record);
	pipeline_start(&p);
	ck_assert(pipeline_run(&p));
	ck_assert_uint_lt(calls, 3 * 2 * 300 + 100);
	pipeline_release(&p);
}
END_TEST

/* --- what it is told --- */

static int bits_ready(struct tau_op *op, uint64_t ready, struct tau_want *want)
{
	readies[calls++] = ready;
	switch (calls) {
	case 1: /* holds at once */
		want->any = TAU_OUT(OUT);
		return TAU_WAIT;
	case 2:
		op->host->timer(op, 1, 2000, 0);
		want->any = TAU_SLOT(1) | TAU_SLOT(5);
		return TAU_WAIT;
	case 3:
		want->deadline_ns = 3000;
		return TAU_WAIT;
	case 4:
		want->deadline_ns = 1; /* long ago */
		return TAU_WAIT;
	default:
		return TAU_OK;
	}
}
CONTINUATION(bits);

START_TEST(each_call_is_given_the_bits_of_its_own_wait)
{
	struct fake_os fake;

	fake_os_init(&fake);
	fake_os_set_clock(&fake, 1000);
	p.os = &fake.os;
	pipeline_init(&p);
	connect_ports(add(&bits_operator, PORT_OUT), OUT,
		add(&collect_operator, PORT_IN), IN);
	pipeline_start(&p);
	ck_assert(pipeline_run(&p));
	ck_assert_uint_eq(calls, 5);
	ck_assert_uint_eq(readies[0], 0);
	ck_assert_uint_eq(readies[1], TAU_OUT(OUT));
	ck_assert_uint_eq(readies[2], TAU_SLOT(1));
	ck_assert_uint_eq(readies[3], 0);
	ck_assert_uint_eq(readies[4], 0);
	pipeline_release(&p);
}
END_TEST

static int blocked_ready(
	struct tau_op *op, uint64_t ready, struct tau_want *want)
{
	(void)ready;
	if (calls++ == 0) {
		answers[0] = op->host->in_more(op, op->in[IN], TAU_MAY_SUSPEND);
		answers[1] = tau_read(op, IN) == NULL && !tau_ended(op, IN);
		put(op, OUT, 0);
		answers[2] = put(op, OUT, 1);
		answers[3] = tau_reserve(op, OUT, 1) == NULL;
		answers[4] = op->host->out_room(
			op, op->out[OUT], 1, TAU_MAY_SUSPEND);
		want->any = TAU_QUIESCE;
		want->deadline_ns = INT64_MAX - 1;
		return TAU_WAIT;
	}
	return TAU_OK;
}
CONTINUATION(blocked);

static int quiet_run(struct tau_op *op)
{
	const struct tau_want none = {.deadline_ns = INT64_MAX - 1};

	op->host->wait(op, &none, NULL);
	return 0;
}
OPERATOR(quiet);

START_TEST(nothing_suspends_in_a_continuation)
{
	uint32_t at;

	pipeline_init(&p);
	at = add(&blocked_operator, PORT_IN "," PORT_OUT);
	connect_ports(add(&quiet_operator, PORT_OUT), OUT, at, IN);
	pipeline_connect(
		&p, at, OUT, add(&quiet_operator, PORT_IN), IN, &one_record);
	pipeline_start(&p);
	turn(2);
	ck_assert_int_eq(answers[0], TAU_WAIT);
	ck_assert_int_eq(answers[1], 1);
	ck_assert_int_eq(answers[2], TAU_WAIT);
	ck_assert_int_eq(answers[3], 1);
	ck_assert_int_eq(answers[4], TAU_WAIT);
	pipeline_release(&p);
}
END_TEST

/* --- stops --- */

static int stop_answer;

static int stops_ready(struct tau_op *op, uint64_t ready, struct tau_want *want)
{
	(void)op;
	readies[calls++] = ready;
	want->any = TAU_IN(IN);
	return ready & TAU_QUIESCE ? stop_answer : TAU_WAIT;
}
CONTINUATION(stops);

START_TEST(a_continuation_is_told_once_and_says_what_becomes_of_it)
{
	struct error error = ERROR_NONE;
	uint32_t at;

	stop_answer = _i ? TAU_WAIT : TAU_OK;
	pipeline_init(&p);
	at = add(&stops_operator, PORT_IN);
	connect_ports(add(&quiet_operator, PORT_OUT), OUT, at, IN);
	pipeline_start(&p);
	turn(2);
	ck_assert_uint_eq(calls, 1);
	instance_quiesce(p.operators[at]);
	turn(2);
	ck_assert_uint_eq(calls, 2);
	ck_assert_uint_eq(readies[1], TAU_QUIESCE);
	ck_assert_int_eq(
		p.operators[at]->state, _i ? INSTANCE_FROZEN : INSTANCE_DONE);
	if (_i) {
		ck_assert_int_eq(instance_start(p.operators[at], &error), 0);
		p.running++;
		turn(2);
		ck_assert_uint_eq(calls, 3);
		ck_assert_uint_eq(readies[2], 0);
	}
	pipeline_release(&p);
}
END_TEST

START_TEST(a_continuation_that_is_closed_is_called_once_more_and_gone)
{
	uint32_t at;

	pipeline_init(&p);
	at = add(&stops_operator, PORT_IN);
	connect_ports(add(&quiet_operator, PORT_OUT), OUT, at, IN);
	pipeline_start(&p);
	turn(2);
	instance_close(p.operators[at]);
	turn(2);
	ck_assert_uint_eq(calls, 2);
	ck_assert_uint_eq(readies[1], TAU_CLOSE);
	ck_assert_int_eq(p.operators[at]->state, INSTANCE_DONE);
	pipeline_release(&p);
}
END_TEST

static int leave_run(struct tau_op *op)
{
	op->host->yield(op);
	return 0;
}
OPERATOR(leave);

static int sleeper_ready(
	struct tau_op *op, uint64_t ready, struct tau_want *want)
{
	readies[calls++] = ready;
	want->any = TAU_SLOT(0);
	op->host->timer(op, 0, INT64_MAX - 5, 0);
	return TAU_WAIT;
}
CONTINUATION(sleeper);

START_TEST(a_continuation_without_readers_is_told_and_done)
{
	pipeline_init(&p);
	connect_ports(add(&sleeper_operator, PORT_OUT), OUT,
		add(&leave_operator, PORT_IN), IN);
	pipeline_start(&p);
	ck_assert(pipeline_run(&p));
	ck_assert_uint_eq(calls, 2);
	ck_assert_uint_eq(readies[1], TAU_GONE);
	pipeline_release(&p);
}
END_TEST

static int failing_ready(
	struct tau_op *op, uint64_t ready, struct tau_want *want)
{
	(void)ready;
	(void)want;
	tau_fail(op, -EIO, "the first sentence");
	return tau_fail(op, -EBADF, "the second");
}
CONTINUATION(failing);

START_TEST(a_continuation_fails_with_its_first_sentence)
{
	uint32_t at;

	pipeline_init(&p);
	at = add(&failing_operator, PORT_OUT);
	connect_ports(at, OUT, add(&collect_operator, PORT_IN), IN);
	pipeline_start(&p);
	ck_assert(pipeline_run(&p));
	ck_assert_uint_eq(p.failed, 1);
	ck_assert_str_eq(failure_of(at), "the first sentence");
	ck_assert_int_eq(p.streams[0].reason, STREAM_FAILED);
	pipeline_release(&p);
}
END_TEST

static Suite *services_continuation_suite(void)
{
	Suite *suite = suite_create("services_continuation");
	TCase *tests = test_case(suite, "records");

	tcase_add_loop_test(tests,
		continuations_use_the_same_helpers_and_lose_nothing, 0, 8);
	tcase_add_test(tests, a_continuation_does_not_spin_while_it_waits);
	tcase_add_test(tests, each_call_is_given_the_bits_of_its_own_wait);
	tcase_add_test(tests, nothing_suspends_in_a_continuation);
	tests = test_case(suite, "stops");
	tcase_add_loop_test(tests,
		a_continuation_is_told_once_and_says_what_becomes_of_it, 0, 2);
	tcase_add_test(tests,
		a_continuation_that_is_closed_is_called_once_more_and_gone);
	tcase_add_test(tests, a_continuation_without_readers_is_told_and_done);
	tcase_add_test(tests, a_continuation_fails_with_its_first_sentence);
	return suite;
}

TEST_MAIN(services_continuation_suite)
