/* When nobody is left to work for. */
#include "tests/services.h"

static const struct stream_settings one_record = {512, 1, 512, STREAM_BLOCK};
static uint64_t seen_count;
static int answers[32];

static int leave_run(struct tau_op *op)
{
	tau_read(op, IN);
	return 0;
}
OPERATOR(leave);

static int ten_run(struct tau_op *op)
{
	for (uint64_t i = 0; i < 10; i++)
		if (put(op, OUT, i) != TAU_OK)
			break;
	return 0;
}
OPERATOR(ten);

static int until_gone_run(struct tau_op *op)
{
	const struct tau_want want = {.any = TAU_IN(IN)};
	uint64_t ready = 0;

	answers[0] = op->host->wait(op, &want, &ready);
	answers[1] = ready == TAU_GONE;
	answers[2] = tau_read(op, IN) != NULL;
	answers[3] = tau_ended(op, IN);
	answers[4] = put(op, 0, 1);
	return 0;
}
OPERATOR(until_gone);

static int silent_run(struct tau_op *op)
{
	const struct tau_want want = {.any = TAU_OUT(OUT)};

	op->host->want_out(op, op->out[OUT], TAU_OFF);
	answers[5] = op->host->wait(op, &want, NULL);
	return 0;
}
OPERATOR(silent);

START_TEST(when_all_readers_are_gone_reads_end_and_waits_too)
{
	static const char two[] =
		PORT_IN ",\"out\":[{\"name\":\"a\"},{\"name\":\"b\"}]";
	uint32_t from;

	pipeline_init(&p);
	from = add(&until_gone_operator, two);
	connect_ports(add(&silent_operator, PORT_OUT), OUT, from, IN);
	connect_ports(from, 0, add(&leave_operator, PORT_IN), IN);
	connect_ports(from, 1, add(&leave_operator, PORT_IN), IN);
	pipeline_start(&p);
	/* Both readers wait for a record; they are told to leave. */
	turn(3);
	instance_close(p.operators[2]);
	turn(3);
	ck_assert_int_eq(p.operators[from]->state, INSTANCE_RUNNING);
	instance_close(p.operators[3]);
	run_failing(0);
	ck_assert_int_eq(answers[0], TAU_END);
	ck_assert_int_eq(answers[1], 1);
	ck_assert_int_eq(answers[2], 0);
	ck_assert_int_eq(answers[3], 1);
	ck_assert_int_eq(answers[4], TAU_END);
	ck_assert_int_eq(answers[5], TAU_END); /* told, though disarmed */
	pipeline_release(&p);
}
END_TEST

static int effects_run(struct tau_op *op)
{
	const struct tau_record *record;

	put(op, OUT, 1);
	while ((record = tau_read(op, IN))) {
		seen_count++;
		tau_consume(op, IN);
		answers[0] = put(op, OUT, 2);
	}
	return 0;
}
OPERATOR(effects);

START_TEST(an_operator_with_effects_works_for_nobody)
{
	uint32_t from;

	pipeline_init(&p);
	from = add(&effects_operator, "\"effects\":true," PORT_IN "," PORT_OUT);
	pipeline_connect(
		&p, add(&ten_operator, PORT_OUT), OUT, from, IN, &one_record);
	pipeline_connect(
		&p, from, OUT, add(&leave_operator, PORT_IN), IN, &one_record);
	pipeline_start(&p);
	run_failing(0);
	ck_assert_uint_eq(seen_count, 10);
	ck_assert_int_eq(answers[0], TAU_END);
	pipeline_release(&p);
}
END_TEST

static Suite *services_gone_suite(void)
{
	Suite *suite = suite_create("services_gone");
	TCase *tests = test_case(suite, "gone");

	tcase_add_test(
		tests, when_all_readers_are_gone_reads_end_and_waits_too);
	tcase_add_test(tests, an_operator_with_effects_works_for_nobody);
	return suite;
}

TEST_MAIN(services_gone_suite)
