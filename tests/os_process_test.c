/* os_process_test: children start with exactly what was asked for. */
#include "core/base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/test.h"

static char *const no_environment[] = {NULL};

/* Runs a program with `child`'s settings and its output on `text`; returns
 * its end as waitid gave it. */
static siginfo_t run_program(
	struct os_spawn *child, char *const *argv, char *text, size_t bytes)
{
	struct os os;
	struct os_spawn_fd fds[8];
	siginfo_t info = {0};
	size_t used = 0;
	int output[2], pidfd = -1;
	ssize_t count;

	os_linux_init(&os);
	ck_assert_int_eq(os.pipe(&os, output, 0), 0);
	if (child->fd_count > 0)
		memcpy(fds, child->fds, child->fd_count * sizeof fds[0]);
	fds[child->fd_count] = (struct os_spawn_fd){output[1], 1};
	child->fds = fds;
	child->fd_count++;
	child->path = argv[0];
	child->argv = argv;
	child->envp = child->envp ? child->envp : no_environment;
	ck_assert_int_gt(os.spawn(&os, child, &pidfd), 0);
	os.close(&os, output[1]);
	while ((count = os.read(
			&os, output[0], text + used, bytes - 1 - used)) > 0)
		used += (size_t)count;
	ck_assert_int_eq(count, 0);
	text[used] = '\0';
	ck_assert_int_eq(os.wait(&os, P_PIDFD, (id_t)pidfd, &info, WEXITED), 0);
	os.close(&os, pidfd);
	os.close(&os, output[0]);
	return info;
}

static siginfo_t run_script(
	struct os_spawn *child, const char *script, char *text, size_t bytes)
{
	char *const argv[] = {
		(char *)"/bin/sh", (char *)"-c", (char *)script, NULL};

	return run_program(child, argv, text, bytes);
}

START_TEST(a_child_gets_its_environment_folder_and_nothing_else)
{
	struct os_spawn child = {.cwd = "/proc"};
	char *const environment[] = {(char *)"COLOUR=red", NULL};
	char text[256];
	siginfo_t info;
	int other = dup2(0, 77); /* not close-on-exec */

	child.envp = environment;
	info = run_script(&child,
		"echo $COLOUR $HOME $(pwd -P); n=0; while test $n -lt 100; do "
		"test -e self/fd/$n && echo fd $n; n=$((n+1)); done; exit 3",
		text, sizeof text);
	ck_assert_int_eq(info.si_code, CLD_EXITED);
	ck_assert_int_eq(info.si_status, 3);
	ck_assert_str_eq(text, "red /proc\nfd 1\n");
	close(other);
}
END_TEST

START_TEST(descriptors_may_change_places)
{
	int first[2], second[2];
	char text[64];

	ck_assert_int_eq(pipe2(first, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(second, O_CLOEXEC), 0);
	ck_assert_int_eq(write(first[1], "first\n", 6), 6);
	ck_assert_int_eq(write(second[1], "second\n", 7), 7);
	struct os_spawn_fd fds[] = {
		{first[0], second[0]}, {second[0], first[0]}, {first[1], 0}};
	struct os_spawn child = {.fds = fds, .fd_count = 3};
	char script[128];
	snprintf(script, sizeof script, "read a <&%d; read b <&%d; echo $a $b",
		first[0], second[0]);
	run_script(&child, script, text, sizeof text);
	ck_assert_str_eq(text, "second first\n");
	for (int at = 0; at < 2; at++) {
		close(first[at]);
		close(second[at]);
	}
}
END_TEST

START_TEST(a_child_starts_with_the_signals_it_was_given)
{
	struct os_spawn child = {.flags = OS_SPAWN_NEW_GROUP};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	char *const argv[] = {(char *)"/bin/grep", (char *)"-E",
		(char *)"Sig(Ign|Blk)", (char *)"/proc/self/status", NULL};
	char text[512];

	sigaction(SIGUSR2, &ignore, NULL); /* must not be inherited */
	sigaddset(&child.ignored, SIGINT);
	sigaddset(&child.ignored, SIGPIPE);
	sigaddset(&child.blocked, SIGUSR1);
	run_program(&child, argv, text, sizeof text);
	/* SIGINT 2, SIGPIPE 13, SIGUSR1 10 */
	ck_assert_msg(strcmp(text, "SigBlk:\t0000000000000200\n"
				   "SigIgn:\t0000000000001002\n") == 0,
		"%s", text);
}
END_TEST

START_TEST(a_child_may_open_so_many_files)
{
	struct os_spawn child = {.files = 77};
	char text[64];

	run_script(&child, "ulimit -Sn; ulimit -Hn", text, sizeof text);
	ck_assert_str_eq(text, "77\n77\n");
}
END_TEST

START_TEST(a_child_may_begin_with_fewer_files_than_it_may_ask_for)
{
	struct os_spawn child = {.soft_files = 66};
	struct rlimit limit;
	char text[64], expected[64];

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	snprintf(expected, sizeof expected, "66\n%llu\n",
		(unsigned long long)limit.rlim_max);
	run_script(&child, "ulimit -Sn; ulimit -Hn", text, sizeof text);
	ck_assert_str_eq(text, expected);
	child = (struct os_spawn){.soft_files = 66, .files = 77};
	run_script(&child, "ulimit -Sn; ulimit -Hn", text, sizeof text);
	ck_assert_str_eq(text, "66\n77\n");
}
END_TEST

START_TEST(nobody_may_open_more_files_than_there_can_be)
{
	char *const argv[] = {(char *)"/bin/true", NULL};
	struct os_spawn child = {.path = argv[0],
		.argv = argv,
		.envp = no_environment,
		.files = INT32_MAX};
	int pidfd = -7;
	struct os os;

	os_linux_init(&os);
	ck_assert_int_eq(os.spawn(&os, &child, &pidfd), -EPERM);
	ck_assert_int_eq(pidfd, -7);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

START_TEST(a_child_may_lead_a_group_or_a_session)
{
	struct os_spawn group = {.flags = OS_SPAWN_NEW_GROUP};
	struct os_spawn session = {.flags = OS_SPAWN_NEW_SESSION};
	const char *script = "read line </proc/self/stat; set -- $line; "
			     "test $1 = $5 && echo group; "
			     "test $1 = $6 && echo session; exit 0";
	char text[64];

	run_script(&group, script, text, sizeof text);
	ck_assert_str_eq(text, "group\n");
	run_script(&session, script, text, sizeof text);
	ck_assert_str_eq(text, "group\nsession\n");
}
END_TEST

START_TEST(what_cannot_be_started_leaves_no_child)
{
	struct os os;
	char *const argv[] = {(char *)"none", NULL};
	struct os_spawn_fd bad = {.parent = 999, .child = 0};
	struct os_spawn child = {
		.path = "/no/such", .argv = argv, .envp = no_environment};
	int pidfd = -5;

	os_linux_init(&os);
	ck_assert_int_eq(os.spawn(&os, &child, &pidfd), -ENOENT);
	child.path = "/bin/sh";
	child.fds = &bad;
	child.fd_count = 1;
	ck_assert_int_eq(os.spawn(&os, &child, &pidfd), -EBADF);
	child.fd_count = 0;
	child.cwd = "/dev/null";
	ck_assert_int_eq(os.spawn(&os, &child, &pidfd), -ENOTDIR);
	ck_assert_int_eq(pidfd, -5);
	ck_assert_int_eq(
		os.wait(&os, P_ALL, 0, &(siginfo_t){0}, WEXITED), -ECHILD);
}
END_TEST

START_TEST(a_child_can_be_signalled_and_dies_with_its_parent)
{
	struct os os;
	char *const argv[] = {(char *)"cat", NULL};
	struct os_spawn child = {.path = "/bin/cat",
		.argv = argv,
		.envp = no_environment,
		.death_signal = SIGKILL};
	siginfo_t info = {0};
	int input[2], alive[2], pidfd;
	char byte;

	os_linux_init(&os);
	ck_assert_int_eq(os.pipe(&os, input, 0), 0);
	ck_assert_int_eq(os.pipe(&os, alive, 0), 0);
	struct os_spawn_fd fds[] = {{input[0], 0}, {alive[1], 1}};
	child.fds = fds;
	child.fd_count = 2;
	ck_assert_int_gt(os.spawn(&os, &child, &pidfd), 0);
	ck_assert_int_eq(
		os.wait(&os, P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG),
		0);
	ck_assert_int_eq(info.si_pid, 0);
	ck_assert_int_eq(os.pidfd_signal(&os, pidfd, SIGTERM), 0);
	ck_assert_int_eq(os.wait(&os, P_PIDFD, (id_t)pidfd, &info, WEXITED), 0);
	ck_assert_int_eq(info.si_status, SIGTERM);
	os.close(&os, pidfd);
	/* now a parent that dies: the pipe ends once its child is dead */
	pid_t parent = fork();
	if (parent == 0) {
		os.spawn(&os, &child, &pidfd);
		os.kill(&os, os.getpid(&os), SIGKILL);
	}
	os.close(&os, alive[1]);
	ck_assert_int_eq(os.read(&os, alive[0], &byte, 1), 0);
	ck_assert_int_eq(os.wait(&os, P_PID, (id_t)parent, &info, WEXITED), 0);
	os.close(&os, alive[0]);
	os.close(&os, input[0]);
	os.close(&os, input[1]);
}
END_TEST

static Suite *os_process_suite(void)
{
	Suite *suite = suite_create("os_process");
	TCase *children = test_case(suite, "children");

	tcase_add_test(
		children, a_child_gets_its_environment_folder_and_nothing_else);
	tcase_add_test(children, descriptors_may_change_places);
	tcase_add_test(children, a_child_starts_with_the_signals_it_was_given);
	tcase_add_test(children, a_child_may_open_so_many_files);
	tcase_add_test(children,
		a_child_may_begin_with_fewer_files_than_it_may_ask_for);
	tcase_add_test(children, nobody_may_open_more_files_than_there_can_be);
	tcase_add_test(children, a_child_may_lead_a_group_or_a_session);
	tcase_add_test(children, what_cannot_be_started_leaves_no_child);
	tcase_add_test(
		children, a_child_can_be_signalled_and_dies_with_its_parent);
	return suite;
}

TEST_MAIN(os_process_suite)
