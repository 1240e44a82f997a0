/* Waiting: any, all, deadlines, ends, timers; and continuations. */
#include "tests/fake_os.h"
#include "tests/services.h"

static struct fake_os fake;
static int answers[32];
static uint64_t masks[32];
static int64_t times[32];
static uint32_t calls;

/* Time stands still, but for waits. */
static void begin(void)
{
	fake_os_init(&fake);
	fake_os_set_clock(&fake, 1000);
	p.os = &fake.os;
	pipeline_init(&p);
}

static void finish(void)
{
	run_failing(0);
	pipeline_release(&p);
}

static int nothing_run(struct tau_op *op)
{
	(void)op;
	return 0;
}
OPERATOR(nothing);

/* --- when waits hold --- */

static int deadline_run(struct tau_op *op)
{
	const struct tau_want none = {.deadline_ns = 5000};

	masks[0] = 7;
	answers[0] = op->host->wait(op, &none, &masks[0]);
	times[0] = op->host->now(op);
	answers[1] = op->host->wait(op, &none, NULL);
	times[1] = op->host->now(op);
	return 0;
}
OPERATOR(deadline);

START_TEST(a_deadline_alone_gives_no_bit)
{
	begin();
	add(&deadline_operator, "\"out\":[]");
	pipeline_start(&p);
	finish();
	ck_assert_int_eq(answers[0], TAU_OK);
	ck_assert_uint_eq(masks[0], 0);
	ck_assert_int_eq(times[0], 5000);
	ck_assert_int_eq(answers[1], TAU_OK); /* it had passed already */
	ck_assert_int_eq(times[1], 5000);
}
END_TEST

static int nothing_comes_run(struct tau_op *op)
{
	const struct tau_want wants[] = {
		{0}, {.any = TAU_SLOT(3)}, {.all = TAU_SLOT(3) | TAU_IN(0)},
		{.any = TAU_IN(9) | TAU_OUT(23)},
		{.any = TAU_IN(0)}, /* its end was reported */
	};

	tau_read(op, IN);
	for (int i = 0; i < 5; i++)
		answers[i] = op->host->wait(op, &wants[i], &masks[i]);
	return 0;
}
OPERATOR(nothing_comes);

START_TEST(a_wait_for_what_cannot_come_answers_end)
{
	uint32_t at;

	begin();
	at = add(&nothing_comes_operator, PORT_IN);
	connect_ports(add(&nothing_operator, PORT_OUT), OUT, at, IN);
	pipeline_start(&p);
	finish();
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(answers[i], TAU_END);
		ck_assert_uint_eq(masks[i], 0);
	}
}
END_TEST

static int ends_run(struct tau_op *op)
{
	const struct tau_want any = {.any = TAU_IN(IN) | TAU_SLOT(0)};
	const struct tau_want all = {.all = TAU_IN(IN) | TAU_SLOT(0)};
	const struct tau_want both = {.any = TAU_IN(IN) | TAU_SLOT(0),
		.all = TAU_IN(IN) | TAU_SLOT(1)};

	op->host->timer(op, 0, 5000, 1000);
	answers[0] = op->host->wait(op, &any, &masks[0]); /* the end */
	tau_read(op, IN);
	answers[1] = op->host->wait(op, &any, &masks[1]); /* the timer */
	answers[2] = op->host->wait(op, &all, &masks[2]); /* end and timer */
	answers[3] = op->host->wait(op, &both, &masks[3]);
	times[3] = op->host->now(op);
	return 0;
}
OPERATOR(ends);

START_TEST(an_end_counts_for_any_until_reported_and_for_all_always)
{
	uint32_t at;

	begin();
	at = add(&ends_operator, PORT_IN);
	connect_ports(add(&nothing_operator, PORT_OUT), OUT, at, IN);
	pipeline_start(&p);
	finish();
	ck_assert_uint_eq(masks[0], TAU_IN(IN));
	ck_assert_uint_eq(masks[1], TAU_SLOT(0));
	ck_assert_uint_eq(masks[2], TAU_IN(IN) | TAU_SLOT(0));
	ck_assert_uint_eq(masks[3] & TAU_SLOT(0), TAU_SLOT(0));
	ck_assert_int_eq(times[3], 7000);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(answers[i], TAU_OK);
}
END_TEST

static int mapper_run(struct tau_op *op)
{
	const struct tau_want both = {.all = TAU_IN(IN) | TAU_OUT(OUT)};

	while (op->host->wait(op, &both, &masks[0]) == TAU_OK) {
		ck_assert_uint_eq(masks[0], both.all);
		calls++;
		if (!tau_peek(op, IN))
			break;
		ck_assert_int_eq(tau_pass(op, IN, OUT), TAU_OK);
	}
	return 0;
}
OPERATOR(mapper);

static int many_run(struct tau_op *op)
{
	for (uint64_t i = 0; i < 100; i++)
		put(op, OUT, i);
	return 0;
}
OPERATOR(many);

static int collect_run(struct tau_op *op)
{
	uint64_t next = 0;
	const struct tau_record *record;

	while ((record = tau_read(op, IN))) {
		ck_assert_uint_eq(number_of(record), next++);
		tau_consume(op, IN);
		op->host->yield(op);
	}
	ck_assert_uint_eq(next, 100);
	return 0;
}
OPERATOR(collect);

START_TEST(a_mapper_runs_when_input_and_output_are_both_ready)
{
	static const struct stream_settings one_record = {
		512, 1, 512, STREAM_BLOCK};
	uint32_t at;

	begin();
	at = add(&mapper_operator, PORT_IN "," PORT_OUT);
	connect_ports(add(&many_operator, PORT_OUT), OUT, at, IN);
	pipeline_connect(
		&p, at, OUT, add(&collect_operator, PORT_IN), IN, &one_record);
	pipeline_start(&p);
	finish();
	ck_assert_uint_eq(calls, 101);
}
END_TEST

static int want_run(struct tau_op *op)
{
	const struct tau_want any = {.any = TAU_IN(IN)};

	op->host->want_in(op, op->in[IN], 5);
	op->host->wait(op, &any, NULL);
	answers[0] = (int)stream_count(&p.streams[0]);
	tau_peek(op, IN);
	op->in[IN]->next = op->in[IN]->limit;
	op->host->want_in(op, op->in[IN], 1000000); /* means full */
	op->host->wait(op, &any, NULL);
	answers[1] = (int)stream_count(&p.streams[0]);
	tau_peek(op, IN);
	op->in[IN]->next = op->in[IN]->limit;
	op->host->wait(op, &any, NULL); /* the end, though few */
	answers[2] = (int)stream_count(&p.streams[0]);
	return 0;
}
OPERATOR(want);

static int slowly_run(struct tau_op *op)
{
	for (uint64_t i = 0; i < 20; i++) {
		put(op, OUT, i);
		op->host->yield(op);
		op->host->yield(op);
	}
	return 0;
}
OPERATOR(slowly);

START_TEST(a_want_of_records_is_waited_for)
{
	static const struct stream_settings ten = {4096, 10, 512, STREAM_BLOCK};
	uint32_t at;

	begin();
	at = add(&want_operator, PORT_IN);
	pipeline_connect(
		&p, add(&slowly_operator, PORT_OUT), OUT, at, IN, &ten);
	pipeline_start(&p);
	finish();
	ck_assert_int_eq(answers[0], 5);
	ck_assert_int_eq(answers[1], 10);
	ck_assert_int_eq(answers[2], 5);
}
END_TEST

static int credit_run(struct tau_op *op)
{
	static const uint64_t wants[] = {100, 1000, UINT64_C(1) << 40};
	const struct tau_want any = {.any = TAU_OUT(OUT)};

	for (int i = 0; i < 3; i++) {
		for (int n = 0; n < 512; n++)
			put(op, OUT, 1);
		op->host->want_out(op, op->out[OUT], wants[i]);
		op->host->wait(op, &any, NULL);
		answers[i] = (int)(4096 - p.streams[0].used_bytes);
	}
	return 0;
}
OPERATOR(credit);

static int sip_run(struct tau_op *op)
{
	while (tau_read(op, IN)) {
		tau_consume(op, IN);
		op->host->yield(op);
	}
	return 0;
}
OPERATOR(sip);

START_TEST(a_want_of_bytes_is_waited_for_and_too_much_means_empty)
{
	static const struct stream_settings settings = {
		4096, 1024, 512, STREAM_BLOCK};
	uint32_t at;

	begin();
	at = add(&credit_operator, PORT_OUT);
	pipeline_connect(
		&p, at, OUT, add(&sip_operator, PORT_IN), IN, &settings);
	pipeline_start(&p);
	finish();
	ck_assert_int_eq(answers[0], 104);
	ck_assert_int_eq(answers[1], 1000);
	ck_assert_int_eq(answers[2], 4096);
}
END_TEST

/* --- who runs meanwhile --- */

static int polite_run(struct tau_op *op)
{
	const struct tau_want room = {.any = TAU_OUT(OUT)};

	for (int i = 0; i < 3; i++) {
		put(op, OUT, 1);
		op->host->wait(op, &room, NULL); /* holds already */
		answers[i] = (int)calls;
	}
	return 0;
}
OPERATOR(polite);

static int counts_run(struct tau_op *op)
{
	while (tau_read(op, IN)) {
		tau_consume(op, IN);
		calls++;
	}
	return 0;
}
OPERATOR(counts);

START_TEST(others_run_in_a_wait_that_holds_already)
{
	begin();
	connect_ports(add(&polite_operator, PORT_OUT), OUT,
		add(&counts_operator, PORT_IN), IN);
	pipeline_start(&p);
	finish();
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(answers[i], i + 1);
}
END_TEST

static Suite *services_wait_suite(void)
{
	Suite *suite = suite_create("services_wait");
	TCase *tests = test_case(suite, "waits");

	tcase_add_test(tests, a_deadline_alone_gives_no_bit);
	tcase_add_test(tests, a_wait_for_what_cannot_come_answers_end);
	tcase_add_test(
		tests, an_end_counts_for_any_until_reported_and_for_all_always);
	tcase_add_test(
		tests, a_mapper_runs_when_input_and_output_are_both_ready);
	tcase_add_test(tests, others_run_in_a_wait_that_holds_already);
	tests = test_case(suite, "wants");
	tcase_add_test(tests, a_want_of_records_is_waited_for);
	tcase_add_test(
		tests, a_want_of_bytes_is_waited_for_and_too_much_means_empty);
	return suite;
}

TEST_MAIN(services_wait_suite)
