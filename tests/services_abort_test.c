/* What must not go on: calls from another thread, and suspensions where
 * nothing may suspend, end the process with a sentence that names who it was.
 */
#include "tests/services.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct tau_op *first_op;

/* Runs a pipeline in a child, which must abort and say `expected` last. */
static void expect_abort(void (*build)(void), const char *expected)
{
	char text[1024] = "", *last;
	int fds[2], status;
	ssize_t bytes;
	pid_t child;

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		signal(SIGABRT, SIG_DFL);
		dup2(fds[1], 2);
		pipeline_init(&p);
		build();
		pipeline_start(&p);
		pipeline_run(&p);
		_exit(0);
	}
	close(fds[1]);
	bytes = read(fds[0], text, sizeof text - 1);
	ck_assert_int_gt(bytes, 0);
	close(fds[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	last = strstr(text, "operator ");
	ck_assert_msg(last && strcmp(last, expected) == 0, "%s", text);
}

static void *call_now(void *op)
{
	((struct tau_op *)op)->host->now(op);
	return NULL;
}

static int threaded_run(struct tau_op *op)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, call_now, op) == 0)
		pthread_join(thread, NULL);
	return 0;
}
OPERATOR(threaded);

static void build_threaded(void)
{
	add(&threaded_operator, PORT_IN);
}

START_TEST(a_call_from_another_thread_aborts)
{
	expect_abort(build_threaded,
		"operator threaded of plugin test called the host from another "
		"thread; a node has one, and work for others goes to a node of "
		"its own\n");
}
END_TEST

static int eager_create(struct tau_op *op)
{
	return op->host->wait(op, &(struct tau_want){.deadline_ns = 1}, NULL);
}

static int nothing_run(struct tau_op *op)
{
	(void)op;
	return 0;
}

static void build_eager(void)
{
	static const struct tau_operator eager = {.size = sizeof eager,
		.name = "eager",
		.create = eager_create,
		.run = nothing_run};

	add(&eager, PORT_IN);
}

START_TEST(a_wait_in_create_aborts)
{
	expect_abort(build_eager,
		"operator eager of plugin test called wait outside run\n");
}
END_TEST

static int waiting_ready(
	struct tau_op *op, uint64_t ready, struct tau_want *want)
{
	(void)ready;
	return op->host->wait(op, want, NULL);
}
CONTINUATION(waiting);

static void build_waiting(void)
{
	add(&waiting_operator, PORT_IN);
}

START_TEST(a_wait_in_a_continuation_aborts)
{
	expect_abort(build_waiting,
		"operator waiting of plugin test called wait outside run\n");
}
END_TEST

static int arming_create(struct tau_op *op)
{
	return op->host->timer(op, 0, 1, 0);
}

static void build_arming(void)
{
	static const struct tau_operator arming = {.size = sizeof arming,
		.name = "arming",
		.create = arming_create,
		.run = nothing_run};

	add(&arming, PORT_IN);
}

START_TEST(a_timer_in_create_aborts)
{
	expect_abort(build_arming,
		"operator arming of plugin test used a timer or an fd slot "
		"outside run\n");
}
END_TEST

static int lends_run(struct tau_op *op)
{
	first_op = op;
	op->host->yield(op);
	op->host->yield(op);
	return 0;
}
OPERATOR(lends);

static int borrows_run(struct tau_op *op)
{
	(void)op;
	first_op->host->yield(first_op);
	return 0;
}
OPERATOR(borrows);

static void build_borrows(void)
{
	add(&lends_operator, PORT_IN);
	add(&borrows_operator, PORT_IN);
}

START_TEST(an_operator_that_suspends_another_aborts)
{
	expect_abort(build_borrows,
		"operator lends of plugin test would suspend while another "
		"operator runs\n");
}
END_TEST

static int done_run(struct tau_op *op)
{
	first_op = op;
	return 0;
}
OPERATOR(done);

static void build_done(void)
{
	add(&done_operator, PORT_IN);
	add(&borrows_operator, PORT_IN);
}

START_TEST(an_operator_that_uses_one_that_does_not_run_aborts)
{
	expect_abort(build_done,
		"operator done of plugin test was used by another operator\n");
}
END_TEST

/* --- create has no effect outside --- */

static int answers[8];

static int timid_create(struct tau_op *op)
{
	answers[0] = tau_write(op, OUT, "x", 1, TAU_BYTES);
	answers[1] = tau_peek(op, IN) == NULL && !tau_ended(op, IN);
	answers[2] = op->host->out_room(op, op->out[OUT], 1, TAU_MAY_SUSPEND);
	answers[3] = op->host->in_more(op, op->in[IN], TAU_MAY_SUSPEND);
	return 0;
}

static int relay_run(struct tau_op *op)
{
	while (tau_read(op, IN))
		if (tau_pass(op, IN, OUT) != TAU_OK)
			break;
	return 0;
}

static int one_run(struct tau_op *op)
{
	put(op, OUT, 5);
	return 0;
}
OPERATOR(one);

static int last_run(struct tau_op *op)
{
	while (tau_read(op, IN)) {
		answers[4] += (int)number_of(op->in[IN]->next);
		tau_consume(op, IN);
	}
	return 0;
}
OPERATOR(last);

START_TEST(create_neither_reads_nor_writes)
{
	static const struct tau_operator timid = {.size = sizeof timid,
		.name = "timid",
		.create = timid_create,
		.run = relay_run};
	uint32_t at;

	pipeline_init(&p);
	at = add(&timid, PORT_IN "," PORT_OUT);
	connect_ports(add(&one_operator, PORT_OUT), OUT, at, IN);
	connect_ports(at, OUT, add(&last_operator, PORT_IN), IN);
	pipeline_start(&p);
	ck_assert_int_eq(answers[0], TAU_WAIT);
	ck_assert_int_eq(answers[1], 1);
	ck_assert_int_eq(answers[2], TAU_WAIT);
	ck_assert_int_eq(answers[3], TAU_WAIT);
	ck_assert(pipeline_run(&p));
	ck_assert_int_eq(answers[4], 5);
	pipeline_release(&p);
}
END_TEST

static Suite *services_abort_suite(void)
{
	Suite *suite = suite_create("services_abort");
	TCase *tests = test_case(suite, "contexts");

	tcase_add_test(tests, a_call_from_another_thread_aborts);
	tcase_add_test(tests, a_wait_in_create_aborts);
	tcase_add_test(tests, a_wait_in_a_continuation_aborts);
	tcase_add_test(tests, a_timer_in_create_aborts);
	tcase_add_test(tests, an_operator_that_suspends_another_aborts);
	tcase_add_test(
		tests, an_operator_that_uses_one_that_does_not_run_aborts);
	tcase_add_test(tests, create_neither_reads_nor_writes);
	return suite;
}

TEST_MAIN(services_abort_suite)
