/* peek_test: what is seen of a process from outside. */
#include "core/fleet/peek.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"

static struct os os;

/* A child that reads what never comes; the ends are the caller's to close. */
static pid_t begin_reader(int fds[2])
{
	pid_t child;
	char byte;

	os_linux_init(&os);
	ck_assert_int_eq(pipe(fds), 0);
	child = fork();
	if (child == 0)
		_exit(read(fds[0], &byte, 1) != 0);
	return child;
}

static void await(pid_t child, char state, struct peek *peek)
{
	do
		ck_assert_int_eq(peek_process(&os, child, peek), 0);
	while (peek->state != state);
}

static void finish(pid_t child, const int fds[2])
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(fds[0]);
	close(fds[1]);
}

START_TEST(who_reads_is_asleep_in_a_call_with_a_name)
{
	int fds[2];
	pid_t child = begin_reader(fds);
	struct peek peek;
	char text[64], wanted[64];

	await(child, 'S', &peek);
	ck_assert_uint_gt(peek.memory_bytes, 0);
	ck_assert_int_ge(peek.cpu_ns, 0);
	snprintf(wanted, sizeof wanted, "read(2) of fd %d", fds[0]);
	do /* where the kernel does not tell, it is "a call" for good */
		peek_call(&os, child, text, sizeof text);
	while (strcmp(text, wanted) != 0 && strcmp(text, "a call") != 0);
	finish(child, fds);
}
END_TEST

START_TEST(who_was_stopped_is_seen_to_be)
{
	int fds[2];
	pid_t child = begin_reader(fds);
	struct peek peek;

	kill(child, SIGSTOP);
	await(child, 'T', &peek);
	ck_assert(!peek_traced(&os, child));
	finish(child, fds);
}
END_TEST

START_TEST(who_is_gone_cannot_be_seen)
{
	int fds[2];
	pid_t child = begin_reader(fds);
	struct peek peek;
	char text[64];

	finish(child, fds);
	ck_assert_int_lt(peek_process(&os, child, &peek), 0);
	ck_assert(!peek_traced(&os, child));
	peek_call(&os, child, text, sizeof text);
	ck_assert_str_eq(text, "a call");
}
END_TEST

static Suite *peek_suite(void)
{
	Suite *suite = suite_create("peek");
	TCase *tests = test_case(suite, "processes");

	tcase_add_test(tests, who_reads_is_asleep_in_a_call_with_a_name);
	tcase_add_test(tests, who_was_stopped_is_seen_to_be);
	tcase_add_test(tests, who_is_gone_cannot_be_seen);
	return suite;
}

TEST_MAIN(peek_suite)
