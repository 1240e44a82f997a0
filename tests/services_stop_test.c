/* Being told to stop: quiesce, close, and running again. */
#include "tests/services.h"

static const struct stream_settings one_record = {512, 1, 512, STREAM_BLOCK};
static uint64_t seen[4096], seen_count;
static int answers[32];
static uint32_t runs;

static int count_run(struct tau_op *op)
{
	while (seen_count < 2000 && put(op, OUT, seen_count) == TAU_OK)
		seen_count++;
	answers[0] = (int)op->out[OUT]->state;
	return 0;
}
OPERATOR(count);

static int collect_run(struct tau_op *op)
{
	const struct tau_record *record;

	while ((record = tau_read(op, IN))) {
		seen[seen_count++ % 4096] = number_of(record);
		tau_consume(op, IN);
	}
	return 0;
}
OPERATOR(collect);

/* Ten outputs for each input. */
static int tenfold_run(struct tau_op *op)
{
	const struct tau_record *record;

	runs++;
	while ((record = tau_read(op, IN))) {
		uint64_t number = number_of(record);

		tau_consume(op, IN);
		for (uint64_t i = 0; i < 10; i++)
			if (put(op, OUT, number * 10 + i) != TAU_OK)
				return 0;
	}
	answers[1] = (int)op->in[IN]->state;
	if (tau_ended(op, IN))
		return 0;
	answers[2] = put(op, OUT, 1); /* once told, all calls say so */
	answers[3] = op->host->yield(op);
	return 0;
}
OPERATOR(tenfold);

static int numbers_run(struct tau_op *op)
{
	static uint64_t next;

	while (next < 100 && put(op, OUT, next) == TAU_OK)
		next++;
	return 0;
}
OPERATOR(numbers);

static void restart(uint32_t at)
{
	struct error error = ERROR_NONE;

	ck_assert_int_eq(p.operators[at]->state, INSTANCE_FROZEN);
	for (uint32_t i = 0; i < p.edge_count; i++)
		p.streams[i].extra_bytes = 0;
	ck_assert_int_eq(instance_start(p.operators[at], &error), 0);
	p.running++;
	p.frozen--;
}

static void freeze(uint32_t at)
{
	instance_quiesce(p.operators[at]);
	for (int i = 0; i < 100; i++)
		if (p.operators[at]->state == INSTANCE_RUNNING)
			turn(1);
	ck_assert_int_eq(p.operators[at]->state, INSTANCE_FROZEN);
}

START_TEST(a_source_is_told_by_its_writes)
{
	uint32_t from;

	pipeline_init(&p);
	from = add(&count_operator, PORT_OUT);
	pipeline_connect(&p, from, OUT, add(&collect_operator, PORT_IN), IN,
		&one_record);
	pipeline_start(&p);
	turn(5);
	freeze(from);
	ck_assert_int_eq(answers[0], TAU_STOPPED);
	pipeline_release(&p);
}
END_TEST

/* The reader is not even started: all that is owed goes beyond capacity. */
START_TEST(an_operator_in_the_middle_of_its_outputs_finishes_them)
{
	uint32_t from, at, to;

	pipeline_init(&p);
	from = add(&numbers_operator, PORT_OUT);
	at = add(&tenfold_operator, PORT_IN "," PORT_OUT);
	to = add(&collect_operator, PORT_IN);
	connect_ports(from, OUT, at, IN);
	pipeline_connect(&p, at, OUT, to, IN, &one_record);
	pipeline_start(&p);
	task_stop(&p.operators[to]->task);
	turn(5);
	for (uint64_t round = 1; round < 20; round++) {
		freeze(at);
		ck_assert_int_eq(answers[1], TAU_STOPPED);
		ck_assert_int_eq(answers[2], TAU_STOPPED);
		ck_assert_int_eq(answers[3], TAU_STOPPED);
		ck_assert_uint_eq(p.streams[1].sent % 10, 0);
		restart(at);
		turn(2);
	}
	ck_assert_uint_gt(p.streams[1].sent, 10);
	task_start(&p.operators[to]->task);
	ck_assert(pipeline_run(&p));
	ck_assert_uint_eq(seen_count, 1000);
	for (uint64_t i = 0; i < 1000; i++)
		ck_assert_uint_eq(seen[i], i);
	pipeline_release(&p);
}
END_TEST

static int two_at_a_time_run(struct tau_op *op)
{
	const struct tau_record *record;

	while ((record = tau_read(op, IN))) {
		answers[4] = (int)(op->in[IN]->limit - op->in[IN]->next);
		op->host->yield(op);
		answers[5] = (int)(op->in[IN]->limit - op->in[IN]->next);
		seen[seen_count++] = number_of(record);
		tau_consume(op, IN);
	}
	return 0;
}
OPERATOR(two_at_a_time);

START_TEST(quiesce_cuts_each_in_window_to_its_head)
{
	uint32_t from, at;

	pipeline_init(&p);
	from = add(&numbers_operator, PORT_OUT);
	at = add(&two_at_a_time_operator, PORT_IN);
	connect_ports(from, OUT, at, IN);
	pipeline_start(&p);
	turn(3);
	ck_assert_int_gt(answers[4], 50);
	freeze(at);
	ck_assert_int_eq(answers[5], 1);
	restart(at);
	ck_assert(pipeline_run(&p));
	ck_assert_uint_eq(seen_count, 100);
	for (uint64_t i = 0; i < 100; i++)
		ck_assert_uint_eq(seen[i], i);
	pipeline_release(&p);
}
END_TEST

static int wait_run(struct tau_op *op)
{
	const struct tau_want want = {.any = TAU_IN(IN)};
	uint64_t ready;

	runs++;
	answers[0] = op->host->wait(op, &want, &ready);
	answers[1] = ready == TAU_QUIESCE;
	answers[2] = ready == TAU_CLOSE;
	answers[3] = op->host->wait(op, &want, &ready);
	answers[4] = tau_read(op, IN) == NULL && !tau_ended(op, IN);
	answers[5] = (int)op->in[IN]->state;
	return 0;
}
OPERATOR(wait);

static int sleep_run(struct tau_op *op)
{
	static const struct tau_want none = {.deadline_ns = INT64_MAX - 1};

	op->host->wait(op, &none, NULL);
	return 0;
}
OPERATOR(sleep);

START_TEST(waits_tell_of_quiesce_and_of_close)
{
	uint32_t at;

	pipeline_init(&p);
	at = add(&wait_operator, PORT_IN);
	connect_ports(add(&sleep_operator, PORT_OUT), OUT, at, IN);
	pipeline_start(&p);
	turn(2);
	freeze(at);
	ck_assert(answers[0] == TAU_STOPPED && answers[1] && !answers[2]);
	ck_assert(answers[3] == TAU_STOPPED && answers[4]);
	ck_assert_int_eq(answers[5], TAU_STOPPED);
	restart(at);
	turn(2);
	instance_close(p.operators[at]);
	turn(2);
	ck_assert_int_eq(p.operators[at]->state, INSTANCE_DONE);
	ck_assert_int_eq(p.streams[0].reader.gone, true);
	ck_assert(answers[0] == TAU_STOPPED && !answers[1] && answers[2]);
	ck_assert_uint_eq(runs, 2);
	pipeline_release(&p);
}
END_TEST

static int nest(struct tau_op *op, int depth)
{
	int result;

	if (depth == 0)
		return tau_read(op, IN) != NULL;
	result = nest(op, depth - 1);
	runs++;
	return result;
}

static int deep_run(struct tau_op *op)
{
	return nest(op, 10);
}
OPERATOR(deep);

START_TEST(a_suspended_operator_returns_before_it_is_destroyed)
{
	uint32_t at;

	pipeline_init(&p);
	at = add(&deep_operator, PORT_IN);
	connect_ports(add(&sleep_operator, PORT_OUT), OUT, at, IN);
	pipeline_start(&p);
	turn(2);
	ck_assert_uint_eq(runs, 0);
	instance_destroy(&p.operators[at]);
	ck_assert_uint_eq(runs, 10);
	pipeline_release(&p);
}
END_TEST

/* A full stream, nobody reads, and the writer is told to close. */
START_TEST(close_is_told_by_a_write_too)
{
	uint32_t from, at;

	pipeline_init(&p);
	from = add(&numbers_operator, PORT_OUT);
	at = add(&tenfold_operator, PORT_IN "," PORT_OUT);
	connect_ports(from, OUT, at, IN);
	pipeline_connect(
		&p, at, OUT, add(&deep_operator, PORT_IN), IN, &one_record);
	pipeline_start(&p);
	task_stop(&p.operators[2]->task);
	turn(5);
	instance_close(p.operators[at]);
	turn(2);
	ck_assert_int_eq(p.operators[at]->state, INSTANCE_DONE);
	ck_assert_int_eq(p.streams[1].reason, STREAM_CLOSED);
	task_start(&p.operators[2]->task);
	pipeline_release(&p);
}
END_TEST

/* Ends that a first run was told, the second is told again. */
static int told_run(struct tau_op *op)
{
	const struct tau_want ended = {.any = TAU_IN(0)};
	const struct tau_want other = {.any = TAU_IN(0) | TAU_IN(1)};
	struct tau_in *member;
	uint64_t ready = 0;

	runs++;
	answers[0] = op->host->wait(op, &ended, &ready);
	answers[1] = ready == TAU_IN(0);
	answers[2] = tau_read(op, 0) == NULL && tau_ended(op, 0);
	answers[3] = op->host->next_in(op, 2, &member);
	if (answers[3] != TAU_OK)
		return tau_failf(op, -EINVAL, "got %d", answers[3]);
	answers[4] = member->state == TAU_END;
	answers[5] = op->host->next_in(op, 2, &member);
	answers[6] = op->host->wait(op, &other, NULL);
	return 0;
}
OPERATOR(told);

static int nothing_run(struct tau_op *op)
{
	(void)op;
	return 0;
}
OPERATOR(nothing);

START_TEST(a_second_run_is_told_the_ends_again)
{
	uint32_t at;

	pipeline_init(&p);
	at = add(&told_operator, "\"in\":[{\"name\":\"a\"},{\"name\":\"b\"},"
				 "{\"name\":\"c\",\"variadic\":true}]");
	connect_ports(add(&nothing_operator, PORT_OUT), OUT, at, 0);
	connect_ports(add(&sleep_operator, PORT_OUT), OUT, at, 1);
	connect_ports(add(&nothing_operator, PORT_OUT), OUT, at, 2);
	pipeline_start(&p);
	for (uint32_t run = 1; run < 4; run++) {
		turn(3);
		freeze(at);
		ck_assert_uint_eq(runs, run);
		ck_assert_int_eq(answers[0], TAU_OK);
		ck_assert(answers[1] && answers[2] && answers[4]);
		ck_assert_int_eq(answers[3], TAU_OK);
		ck_assert_int_eq(answers[5], TAU_END);
		ck_assert_int_eq(answers[6], TAU_STOPPED);
		memset(answers, 0, sizeof answers);
		restart(at);
	}
	pipeline_release(&p);
}
END_TEST

/* --- draining --- */

START_TEST(a_drained_source_ends_and_all_behind_it_runs_out)
{
	uint32_t from;

	pipeline_init(&p);
	from = add(&count_operator, PORT_OUT);
	connect_ports(from, OUT, add(&collect_operator, PORT_IN), IN);
	pipeline_start(&p);
	ck_assert(instance_is_source(p.operators[from]));
	ck_assert(!instance_is_source(p.operators[1]));
	instance_drain(p.operators[from]);
	ck_assert(pipeline_run(&p));
	ck_assert_int_eq(p.operators[from]->state, INSTANCE_DONE);
	ck_assert_int_eq(p.streams[0].reason, STREAM_DONE);
	ck_assert_uint_eq(p.streams[0].sent, p.streams[0].received);
	pipeline_release(&p);
}
END_TEST

static Suite *services_stop_suite(void)
{
	Suite *suite = suite_create("services_stop");
	TCase *tests = test_case(suite, "quiesce");

	tcase_add_test(tests, a_source_is_told_by_its_writes);
	tcase_add_test(
		tests, an_operator_in_the_middle_of_its_outputs_finishes_them);
	tcase_add_test(tests, quiesce_cuts_each_in_window_to_its_head);
	tcase_add_test(tests, a_second_run_is_told_the_ends_again);
	tcase_add_test(tests, a_drained_source_ends_and_all_behind_it_runs_out);
	tests = test_case(suite, "close");
	tcase_add_test(tests, waits_tell_of_quiesce_and_of_close);
	tcase_add_test(
		tests, a_suspended_operator_returns_before_it_is_destroyed);
	tcase_add_test(tests, close_is_told_by_a_write_too);
	return suite;
}

TEST_MAIN(services_stop_suite)
