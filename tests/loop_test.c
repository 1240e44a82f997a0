/*
 * loop: real processes, signals and pipes around the supervisor's step.
 *
 * A node is a fresh process of the running program, which here is this test:
 * started as `… node NAME`, it plays the node that NAME names.
 */
#include "core/fleet/loop.h"

#include "core/wire/command_connection.h"
#include "tests/fake_os.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the node ------------------------------------------------------------ */

static struct os os;
static struct command_connection *connection;

static struct command hear(void)
{
	struct pollfd poll_fd = {COMMAND_FD, POLLIN, 0};
	struct command command;
	int flow;

	while ((flow = command_receive(connection, &command, NULL)) ==
		COMMAND_WAIT)
		poll(&poll_fd, 1, -1);
	if (flow != COMMAND_OK)
		_exit(3);
	return command;
}

static void say(enum command_kind kind)
{
	command_send(connection, &(struct command){.kind = kind}, NULL);
}

static void print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vdprintf(2, format, arguments);
	va_end(arguments);
}

/* What it was started with, as lines. */
static void tell_surroundings(void)
{
	static const int ignored[] = {
		SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ};
	char target[64] = "";
	struct sigaction now;
	sigset_t mask;
	int death = 0;

	if (readlink("/proc/self/fd/0", target, sizeof target - 1) < 0)
		print("no fd 0\n");
	print("fd 0 is %s\n", target);
	for (int i = 0; i < 6; i++) {
		sigaction(ignored[i], NULL, &now);
		print("signal %d %s\n", ignored[i],
			now.sa_handler == SIG_IGN ? "ignored" : "felt");
	}
	sigprocmask(SIG_BLOCK, NULL, &mask);
	print("INT %s\n", sigismember(&mask, SIGINT) ? "blocked" : "open");
	prctl(PR_GET_PDEATHSIG, &death);
	print("dies with its parent by %d\n", death);
	for (int fd = COMMAND_FD + 1; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			print("fd %d is open\n", fd);
}

static void play(const char *name)
{
	struct command command = hear();

	if (command.kind != COMMAND_PLAN)
		_exit(4);
	print("plan of %zu bytes\n", command.text.bytes);
	if (!strcmp(name, "surroundings"))
		tell_surroundings();
	if (!strcmp(name, "unready")) {
		command_send(connection,
			&(struct command){.kind = COMMAND_FAILED,
				.name = command_text("a"),
				.plugin = command_text("acme"),
				.text = command_text("no such file")},
			NULL);
		_exit(1);
	}
	say(COMMAND_READY);
	if (hear().kind != COMMAND_RUN)
		_exit(4);
	if (!strcmp(name, "crashes")) {
		print("in operator a");
		signal(SIGABRT, SIG_DFL);
		abort();
	}
	if (!strcmp(name, "babbles"))
		say(COMMAND_RUN);
	if (!strcmp(name, "talks")) {
		for (int i = 0; i < 20000; i++)
			print("line %d\n", i);
		print("the last");
	}
	if (!strcmp(name, "alternates"))
		for (int i = 0; i < 100; i++) {
			print("before %d\n", i);
			command_send(connection,
				&(struct command){.kind = COMMAND_FAILED,
					.text = command_text("then this")},
				NULL);
		}
	if (!strcmp(name, "interrupted"))
		kill(getppid(), SIGINT);
	if (!strcmp(name, "terminated") || !strcmp(name, "stubborn"))
		kill(getppid(), SIGTERM);
	if (!strcmp(name, "waits") || !strcmp(name, "interrupted") ||
		!strcmp(name, "terminated"))
		if (hear().kind != COMMAND_DRAIN)
			_exit(4);
	while (!strcmp(name, "stubborn") || !strcmp(name, "babbles"))
		hear();
	command_send(connection,
		&(struct command){.kind = COMMAND_COUNT,
			.code = COMMAND_COUNT_NOWHERE,
			.records = 2,
			.name = command_text("a.bad")},
		NULL);
	say(COMMAND_DONE);
}

static int be_node(const char *name)
{
	os_linux_init(&os);
	connection = command_connection_create(&os, COMMAND_FD);
	play(name);
	command_connection_destroy(&connection);
	return 0;
}

/* ---- the supervisor ------------------------------------------------------ */

static char heard[1u << 20];

static void take_line(
	void *context, const char *node, const char *text, size_t bytes)
{
	size_t used = strlen(heard);

	(void)context;
	snprintf(heard + used, sizeof heard - used, "%s: %.*s\n",
		node ? node : "tau", (int)bytes, text);
}

static void take_progress(void *context, uint64_t records, uint64_t bytes)
{
	(void)context;
	(void)records;
	(void)bytes;
}

static int run_on(struct os *table, const char *name, size_t plan_bytes,
	int64_t for_ns, struct error *error)
{
	struct supervisor_options options = {.node_count = 1,
		.stop_on_failure = true,
		.for_ns = for_ns,
		.drain_ns = 50000000};
	char *plan = calloc(1, plan_bytes + 1);
	struct loop_node node = {.name = name, .plan = {plan, plan_bytes}};
	struct loop_request request = {.options = &options,
		.nodes = &node,
		.environment = environ,
		.view = {.line = take_line, .progress = take_progress}};
	int code;

	ck_assert_ptr_nonnull(plan);
	heard[0] = 0;
	code = loop_run(table, &request, error);
	free(plan);
	return code;
}

static int run(const char *name, size_t plan_bytes, int64_t for_ns)
{
	os_linux_init(&os);
	return run_on(&os, name, plan_bytes, for_ns, NULL);
}

static void expect_heard(const char *text)
{
	ck_assert_msg(strstr(heard, text) != NULL,
		"not heard: %s\nbut at last:\n%s", text,
		heard + (strlen(heard) > 500 ? strlen(heard) - 500 : 0));
}

START_TEST(a_node_runs_to_its_end)
{
	ck_assert_int_eq(run("obedient", 10, 0), 0);
	ck_assert_str_eq(heard,
		"obedient: plan of 10 bytes\n"
		"tau: 2 records left a.bad, which goes nowhere\n");
}
END_TEST

START_TEST(a_plan_larger_than_any_socket_arrives)
{
	ck_assert_int_eq(run("obedient", 3000000, 0), 0);
	expect_heard("plan of 3000000 bytes\n");
}
END_TEST

START_TEST(a_node_has_its_fds_and_no_others)
{
	ck_assert_int_eq(run("surroundings", 10, 0), 0);
	ck_assert_str_eq(heard,
		"surroundings: plan of 10 bytes\n"
		"surroundings: fd 0 is /dev/null\n"
		"surroundings: signal 2 ignored\n"
		"surroundings: signal 3 ignored\n"
		"surroundings: signal 15 ignored\n"
		"surroundings: signal 1 ignored\n"
		"surroundings: signal 13 ignored\n"
		"surroundings: signal 25 ignored\n"
		"surroundings: INT open\n"
		"surroundings: dies with its parent by 9\n"
		"tau: 2 records left a.bad, which goes nowhere\n");
}
END_TEST

START_TEST(a_node_that_cannot_be_made_says_why)
{
	ck_assert_int_eq(run("unready", 10, 0), 1);
	expect_heard("unready: a (acme): no such file\n");
}
END_TEST

START_TEST(what_a_crashed_node_said_comes_before_its_end)
{
	ck_assert_int_eq(run("crashes", 10, 0), 1);
	expect_heard("crashes: in operator a\n"
		     "crashes: crashed before its operators were done: signal "
		     "6 (Aborted)\n");
}
END_TEST

START_TEST(all_that_a_node_said_is_read_to_the_end)
{
	ck_assert_int_eq(run("talks", 10, 0), 0);
	expect_heard("talks: line 0\n");
	expect_heard("talks: line 19999\n");
	expect_heard("talks: the last\n");
}
END_TEST

START_TEST(what_is_printed_before_a_command_stands_before_it)
{
	const char *told;

	ck_assert_int_eq(run("alternates", 10, 0), 1);
	told = heard;
	for (int i = 0; i < 100; i++) {
		char printed[32];
		const char *found;

		snprintf(printed, sizeof printed, "before %d\n", i);
		found = strstr(heard, printed);
		told = strstr(told + 1, "then this");
		ck_assert_msg(
			found && told && found < told, "%d is out of order", i);
	}
}
END_TEST

START_TEST(an_interrupt_drains)
{
	ck_assert_int_eq(run("interrupted", 10, 0), 130);
	expect_heard("tau: 2 records left a.bad");
}
END_TEST

START_TEST(a_term_drains)
{
	ck_assert_int_eq(run("terminated", 10, 0), 0);
}
END_TEST

START_TEST(a_time_limit_drains)
{
	ck_assert_int_eq(run("waits", 10, 1), 0);
}
END_TEST

START_TEST(a_node_that_does_not_close_is_killed)
{
	ck_assert_int_eq(run("stubborn", 10, 0), 75);
	expect_heard("stubborn: did not close and is killed");
}
END_TEST

START_TEST(a_node_that_breaks_the_rules_is_killed)
{
	ck_assert_int_eq(run("babbles", 10, 0), 1);
	expect_heard("babbles: killed: it sent a supervisor's command\n");
}
END_TEST

START_TEST(signals_are_given_back)
{
	struct sigaction now;
	sigset_t mask;

	signal(SIGHUP, SIG_IGN);
	ck_assert_int_eq(run("obedient", 10, 0), 0);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	ck_assert(!sigismember(&mask, SIGINT));
	sigaction(SIGPIPE, NULL, &now);
	ck_assert(now.sa_handler == SIG_DFL);
	sigaction(SIGHUP, NULL, &now);
	ck_assert(now.sa_handler == SIG_IGN);
}
END_TEST

START_TEST(a_signal_ignored_at_the_start_stays_ignored)
{
	signal(SIGINT, SIG_IGN);
	/* Were the interrupt felt, the node would be told to drain. */
	ck_assert_int_eq(run("terminated", 10, 0), 0);
	kill(getpid(), SIGINT);
	ck_assert_int_eq(run("obedient", 10, 0), 0);
}
END_TEST

/* Every system call fails once, of the first run that makes it. */
START_TEST(a_fault_is_a_sentence_or_nothing_and_leaves_no_process)
{
	static const int faults[] = {EIO, EINTR, ENOMEM};
	uint64_t nth = 1;

	for (struct fake_os fake = {.fired = 1}; fake.fired; nth++) {
		struct error error = ERROR_NONE;
		int code;

		fake_os_init(&fake);
		fake_os_fail_nth(&fake, nth, faults[_i]);
		code = run_on(&fake.os, "obedient", 10, 0, &error);
		ck_assert_msg(code == 0 || code == 1 || error.text[0],
			"fault %d: %d without a sentence", (int)nth, code);
		ck_assert_msg(code != 1 || heard[0], "fault %d: 1 and silence",
			(int)nth);
		ck_assert_msg(waitpid(-1, NULL, WNOHANG) < 0,
			"fault %d left a process", (int)nth);
	}
	ck_assert_uint_gt(nth, 30);
}
END_TEST

static Suite *loop_suite(void)
{
	Suite *suite = suite_create("loop");
	TCase *tests = test_case(suite, "loop");

	tcase_add_test(tests, a_node_runs_to_its_end);
	tcase_add_test(tests, a_plan_larger_than_any_socket_arrives);
	tcase_add_test(tests, a_node_has_its_fds_and_no_others);
	tcase_add_test(tests, a_node_that_cannot_be_made_says_why);
	tcase_add_test(tests, what_a_crashed_node_said_comes_before_its_end);
	tcase_add_test(tests, all_that_a_node_said_is_read_to_the_end);
	tcase_add_test(
		tests, what_is_printed_before_a_command_stands_before_it);
	tcase_add_test(tests, an_interrupt_drains);
	tcase_add_test(tests, a_term_drains);
	tcase_add_test(tests, a_time_limit_drains);
	tcase_add_test(tests, a_node_that_does_not_close_is_killed);
	tcase_add_test(tests, a_node_that_breaks_the_rules_is_killed);
	tcase_add_test(tests, signals_are_given_back);
	tcase_add_loop_test(tests,
		a_fault_is_a_sentence_or_nothing_and_leaves_no_process, 0, 3);
	tcase_add_test(tests, a_signal_ignored_at_the_start_stays_ignored);
	return suite;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "node"))
		return be_node(argv[2]);
	return test_run(loop_suite);
}
