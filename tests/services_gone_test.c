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

#define OUT_AND_BAD "\"out\":[{\"name\":\"out\"},{\"name\":\"bad\"}]"
#define BAD_NEEDED                                                             \
	"\"out\":[{\"name\":\"out\"},{\"name\":\"bad\",\"required\":true}]"

enum { BAD = 1 };

static int count_run(struct tau_op *op)
{
	for (; tau_read(op, IN); seen_count++)
		tau_consume(op, IN);
	return 0;
}
OPERATOR(count);

/* Works until it is told, and then has five records left to refuse. */
static int refuses_run(struct tau_op *op)
{
	struct tau_want want = {.any = TAU_IN(IN)};
	uint64_t ready = 0;

	while (tau_read(op, IN))
		tau_consume(op, IN);
	answers[0] = tau_ended(op, IN);
	answers[1] = put(op, OUT, 1);
	for (uint64_t i = 0; i < 5; i++)
		answers[2] = put(op, BAD, i);
	answers[3] = tau_wait(op, &want, &ready);
	answers[4] = ready == TAU_GONE;
	want.any |= TAU_OUT(BAD);
	answers[6] = tau_wait(op, &want, &ready);
	answers[7] = (ready & TAU_OUT(BAD)) != 0;
	return 0;
}
OPERATOR(refuses);

/* A source that is silent, the operator, and the reader of each port. */
static uint32_t refusing(
	const struct tau_operator *functions, const char *ports)
{
	uint32_t from;

	pipeline_init(&p);
	from = add(functions, ports);
	connect_ports(add(&silent_operator, PORT_OUT), OUT, from, IN);
	connect_ports(from, OUT, add(&leave_operator, PORT_IN), IN);
	pipeline_connect(
		&p, from, BAD, add(&count_operator, PORT_IN), IN, &one_record);
	pipeline_start(&p);
	turn(3);
	ck_assert_int_eq(p.operators[from]->state, INSTANCE_RUNNING);
	return from;
}

START_TEST(who_reads_what_is_refused_keeps_nobody_at_work)
{
	refusing(&refuses_operator, PORT_IN "," OUT_AND_BAD);
	instance_close(p.operators[2]);
	run_failing(0);
	ck_assert_int_eq(answers[0], 1);
	ck_assert_int_eq(answers[1], TAU_END);
	ck_assert_int_eq(answers[2], TAU_OK);
	ck_assert_uint_eq(seen_count, 5); /* and gets it all the same */
	ck_assert_int_eq(answers[3], TAU_END);
	ck_assert_int_eq(answers[4], 1);
	ck_assert_int_eq(answers[6], TAU_OK); /* there is room to wait for */
	ck_assert_int_eq(answers[7], 1);
	pipeline_release(&p);
}
END_TEST

START_TEST(unless_its_port_is_required)
{
	uint32_t from = refusing(&refuses_operator, PORT_IN "," BAD_NEEDED);

	instance_close(p.operators[2]);
	turn(40);
	ck_assert_int_eq(p.operators[from]->state, INSTANCE_RUNNING);
	instance_close(p.operators[3]);
	run_failing(0);
	ck_assert_int_eq(answers[0], 1);
	ck_assert_int_eq(answers[2], TAU_END);
	pipeline_release(&p);
}
END_TEST

START_TEST(or_nobody_reads_anything_else)
{
	uint32_t from;

	pipeline_init(&p);
	from = add(&until_gone_operator,
		PORT_IN ",\"out\":[{\"name\":\"out\"},{\"name\":\"bad\"},{"
			"\"name\":\"control\"}]");
	connect_ports(add(&silent_operator, PORT_OUT), OUT, from, IN);
	connect_ports(from, BAD, add(&leave_operator, PORT_IN), IN);
	connect_ports(from, BAD + 1, add(&leave_operator, PORT_IN), IN);
	pipeline_start(&p);
	turn(3);
	instance_close(p.operators[2]);
	turn(40);
	ck_assert_int_eq(p.operators[from]->state, INSTANCE_RUNNING);
	instance_close(p.operators[3]);
	run_failing(0);
	ck_assert_int_eq(answers[1], 1);
	pipeline_release(&p);
}
END_TEST

static int nothing_kept(
	struct tau_op *op, struct tau_out *state, uint32_t version)
{
	(void)version;
	return tau_write_at(op, state, "", 0, TAU_BYTES);
}

static int nothing_restored(
	struct tau_op *op, struct tau_in *state, uint32_t version)
{
	(void)version;
	if (tau_read_at(op, state))
		tau_consume_at(op, state);
	return 0;
}

/* Of two readers the first is gone: that of the second is no less there for an
 * instance that takes over. */
START_TEST(who_takes_over_counts_all_readers_before_it_is_told)
{
	struct tau_operator functions = until_gone_operator;
	uint32_t from;

	functions.save = nothing_kept;
	functions.restore = nothing_restored;
	pipeline_init(&p);
	from = add(&functions,
		PORT_IN ",\"state\":{\"version\":1},"
			"\"out\":[{\"name\":\"a\"},{\"name\":\"b\"}]");
	connect_ports(add(&silent_operator, PORT_OUT), OUT, from, IN);
	connect_ports(from, 0, add(&leave_operator, PORT_IN), IN);
	connect_ports(from, 1, add(&leave_operator, PORT_IN), IN);
	pipeline_start(&p);
	turn(3);
	instance_close(p.operators[2]);
	turn(5);
	answers[1] = 0;
	pipeline_move(&p, from);
	turn(5);
	ck_assert_int_eq(p.operators[from]->state, INSTANCE_RUNNING);
	ck_assert_int_eq(answers[1], 0);
	instance_close(p.operators[3]);
	run_failing(0);
	ck_assert_int_eq(answers[1], 1);
	pipeline_release(&p);
}
END_TEST

/* As refuses, as a continuation, which waits for room after it was told. */
static int refuses_later_ready(
	struct tau_op *op, uint64_t ready, struct tau_want *want)
{
	static uint64_t left = 5;

	if (ready & TAU_GONE)
		answers[0] = 1;
	want->any = TAU_IN(IN);
	if (!answers[0])
		return TAU_WAIT;
	for (; left > 0; left--)
		if (put(op, BAD, left) != TAU_OK)
			break;
	answers[1] += left > 0;
	want->any = TAU_OUT(BAD);
	return left > 0 ? TAU_WAIT : TAU_OK;
}
CONTINUATION(refuses_later);

START_TEST(a_continuation_can_wait_for_who_reads_what_is_refused)
{
	refusing(&refuses_later_operator, PORT_IN "," OUT_AND_BAD);
	instance_close(p.operators[2]);
	run_failing(0);
	ck_assert_int_eq(answers[0], 1);
	ck_assert_int_gt(answers[1], 0);
	ck_assert_uint_eq(seen_count, 5);
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
	tcase_add_test(tests, who_reads_what_is_refused_keeps_nobody_at_work);
	tcase_add_test(tests, unless_its_port_is_required);
	tcase_add_test(tests, or_nobody_reads_anything_else);
	tcase_add_test(
		tests, who_takes_over_counts_all_readers_before_it_is_told);
	tcase_add_test(
		tests, a_continuation_can_wait_for_who_reads_what_is_refused);
	return suite;
}

TEST_MAIN(services_gone_suite)
