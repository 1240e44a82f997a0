/* The life of an instance: create, save, restore, fail, destroy. */
#include "tests/services.h"

#include <fcntl.h>
#include <unistd.h>

static int answers[16], fds[2];
static uint32_t created, destroyed, runs;

static int refuse_create(struct tau_op *op)
{
	created++;
	return tau_fail(op, -EINVAL, "the count must be odd");
}

static void note_destroy(struct tau_op *op)
{
	ck_assert_ptr_null(op->self);
	destroyed++;
}

static int nothing_run(struct tau_op *op)
{
	(void)op;
	runs++;
	return answers[15];
}

static struct instance *make(const struct tau_operator *functions)
{
	struct instance *made = NULL;

	pipeline_init(&p);
	add(functions, "\"in\":[],\"out\":[],\"state\":{\"version\":1,"
		       "\"reads\":[1],\"writes\":[1]}");
	ck_assert_int_eq(
		instance_create(&made, &p.fabric, &p.makes[0], NULL), 0);
	p.operators[0] = made;
	return made;
}

START_TEST(destroy_follows_also_a_create_that_failed)
{
	static const struct tau_operator refuse = {.size = sizeof refuse,
		.name = "refuse",
		.create = refuse_create,
		.destroy = note_destroy,
		.run = nothing_run};
	struct error error = ERROR_NONE;

	ck_assert_int_eq(instance_prepare(make(&refuse), &error), -EINVAL);
	ck_assert_str_eq(error.text, "the count must be odd");
	pipeline_release(&p);
	ck_assert_uint_eq(created, 1);
	ck_assert_uint_eq(destroyed, 1);
	ck_assert_uint_eq(runs, 0);
}
END_TEST

START_TEST(an_operator_that_gives_no_reason_gets_one)
{
	static const struct tau_operator silent = {
		.size = sizeof silent, .name = "silent", .run = nothing_run};

	answers[15] = -ENOSPC;
	pipeline_init(&p);
	add(&silent, "\"in\":[]");
	pipeline_start(&p);
	ck_assert(pipeline_run(&p));
	ck_assert_uint_eq(p.failed, 1);
	ck_assert_str_eq(failure_of(0),
		"run returned -28 (No space left on device) and gave no "
		"reason");
	pipeline_release(&p);
}
END_TEST

/* --- state --- */

static int large_save(
	struct tau_op *op, struct tau_out *state, uint32_t version)
{
	static char body[100000];

	ck_assert_uint_eq(version, 1);
	for (uint32_t i = 0; i < 500; i++) {
		memset(body, (int)i, sizeof body);
		if (tau_write_at(op, state, body, 1 + i * 200, TAU_BYTES) !=
			TAU_OK)
			return tau_fail(op, -EIO, "the window does not grow");
	}
	answers[0] = op->host->fd_send(op, state, fds[0], 0);
	op->host->want_out(op, state, 5);
	return 0;
}

static int large_restore(
	struct tau_op *op, struct tau_in *state, uint32_t version)
{
	const struct tau_record *record;

	ck_assert_uint_eq(version, 1);
	op->host->want_in(op, state, 5);
	for (uint32_t i = 0; i < 500; i++) {
		record = tau_read_at(op, state);
		ck_assert_ptr_nonnull(record);
		ck_assert_uint_eq(record->bytes, 1 + i * 200);
		ck_assert_uint_eq(
			((const uint8_t *)record->body)[i * 200], i & 255);
		tau_consume_at(op, state);
	}
	record = tau_read_at(op, state);
	answers[1] = op->host->fd_take(op, record);
	tau_consume_at(op, state);
	answers[2] = tau_read_at(op, state) == NULL && tau_ended_at(op, state);
	return 0;
}

static const struct stream_settings grows = {
	0, 64, STREAM_ATOMIC_MAX, STREAM_GROW};

START_TEST(state_of_any_size_travels_and_its_fds_too)
{
	static const struct tau_operator large = {.size = sizeof large,
		.name = "large",
		.run = nothing_run,
		.save = large_save,
		.restore = large_restore};
	struct instance *instance = make(&large);
	struct error error = ERROR_NONE;
	struct stream state;

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	ck_assert_int_eq(instance_prepare(instance, &error), 0);
	stream_init(&state, &p.fabric.streams, &grows, "state");
	ck_assert_int_eq(instance_save(instance, &state, 1, &error), 0);
	ck_assert_int_eq(answers[0], TAU_OK);
	ck_assert_int_eq(instance_restore(instance, &state, 1, &error), 0);
	ck_assert_int_ge(answers[1], 0);
	ck_assert_int_ne(answers[1], fds[0]); /* duplicated in save */
	ck_assert_int_eq(answers[2], 1);
	ck_assert_uint_eq(instance->op.flags, TAU_RESTORED);
	stream_release(&state);
	pipeline_release(&p);
	close(answers[1]);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

static int failing_save(
	struct tau_op *op, struct tau_out *state, uint32_t version)
{
	(void)version;
	return tau_reserve_at(op, state, STREAM_ATOMIC_MAX + 1) ? 0 : -ENOMEM;
}

static int no_restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	(void)op;
	(void)state;
	(void)version;
	return 0;
}

START_TEST(an_operator_whose_save_failed_can_go_on)
{
	static const struct tau_operator fails = {.size = sizeof fails,
		.name = "fails",
		.run = nothing_run,
		.save = failing_save,
		.restore = no_restore};
	struct instance *instance = make(&fails);
	struct error error = ERROR_NONE;
	struct stream state;

	p.running = 1;
	ck_assert_int_eq(instance_prepare(instance, &error), 0);
	stream_init(&state, &p.fabric.streams, &grows, "state");
	ck_assert_int_eq(instance_save(instance, &state, 1, &error), -EMSGSIZE);
	ck_assert_str_eq(error.text,
		"a record of 268435457 bytes does not fit the state of state, "
		"which takes at most 268435456 at once; write it as several");
	stream_leave(&state, &(struct tau_in){0});
	stream_release(&state);
	ck_assert_int_eq(instance_start(instance, NULL), 0);
	ck_assert(pipeline_run(&p));
	ck_assert_int_eq(instance->state, INSTANCE_DONE);
	pipeline_release(&p);
}
END_TEST

START_TEST(an_operator_without_state_says_so)
{
	static const struct tau_operator stateless = {.size = sizeof stateless,
		.name = "stateless",
		.run = nothing_run};
	struct instance *instance = make(&stateless);
	struct error error = ERROR_NONE;
	struct stream state;

	stream_init(&state, &p.fabric.streams, &grows, "state");
	ck_assert_int_eq(instance_save(instance, &state, 1, &error), -ENOTSUP);
	ck_assert_str_eq(error.text, "operator stateless keeps no state");
	stream_release(&state);
	pipeline_release(&p);
}
END_TEST

/* --- small services --- */

/* Whether the operator gets the rest of its metrics, and not one more. */
static bool metrics_end(struct tau_op *op, uint32_t count)
{
	char name[16];

	for (; count < METRICS_MAX; count++) {
		snprintf(name, sizeof name, "m%u", count);
		if (!op->host->metric(op, name, TAU_COUNTER))
			return false;
	}
	return !op->host->metric(op, "more", TAU_COUNTER) &&
	       op->host->metric(op, "lines", TAU_COUNTER);
}

static int small_run(struct tau_op *op)
{
	uint64_t *cell = op->host->metric(op, "lines", TAU_COUNTER);

	*cell += 5;
	answers[0] = op->host->metric(op, "lines", TAU_COUNTER) == cell;
	answers[1] = op->host->metric(op, "bytes", TAU_GAUGE) != cell &&
		     metrics_end(op, 2);
	answers[2] = op->host->ext(op, "tau.os/1") != NULL;
	answers[3] = op->host->ext(op, "tau.stdio/1") == NULL;
	answers[4] = op->host->ext(op, "tau.future/9") == NULL;
	answers[5] = (op->host->fail)(op, -EIO, "first", 5);
	answers[6] = (op->host->fail)(op, -EBADF, "second", 6);
	return answers[5];
}

START_TEST(metrics_extensions_and_sentences_are_as_promised)
{
	static const struct tau_operator small = {
		.size = sizeof small, .name = "small", .run = small_run};

	pipeline_init(&p);
	add(&small, "\"in\":[]");
	pipeline_start(&p);
	ck_assert(pipeline_run(&p));
	for (int i = 0; i < 5; i++)
		ck_assert_msg(answers[i] == 1, "%d", i);
	ck_assert_int_eq(answers[5], -EIO);
	ck_assert_int_eq(answers[6], -EBADF);
	ck_assert_str_eq(failure_of(0), "first");
	pipeline_release(&p);
}
END_TEST

static Suite *services_life_suite(void)
{
	Suite *suite = suite_create("services_life");
	TCase *tests = test_case(suite, "life");

	tcase_add_test(tests, destroy_follows_also_a_create_that_failed);
	tcase_add_test(tests, an_operator_that_gives_no_reason_gets_one);
	tcase_add_test(tests, metrics_extensions_and_sentences_are_as_promised);
	tests = test_case(suite, "state");
	tcase_add_test(tests, state_of_any_size_travels_and_its_fds_too);
	tcase_add_test(tests, an_operator_whose_save_failed_can_go_on);
	tcase_add_test(tests, an_operator_without_state_says_so);
	return suite;
}

TEST_MAIN(services_life_suite)
