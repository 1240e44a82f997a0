/*
 * keeper and gate: what they tell their supervisor when the kernel fails them,
 * and that they end in any case.
 */
#include "core/host/gate.h"
#include "core/host/keeper.h"

#include "tests/fake_os.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINKS 2u

static struct fake_os fake;
static struct node_plan_link links[LINKS];
static int far_ends[LINKS];
static struct log log_of_none;
static struct command_connection *supervisor, *node;
static char why[512]; /* FAILED's */
static bool failed, done;

static void pair(int type, int fds[2])
{
	ck_assert_int_eq(socketpair(AF_UNIX,
				 type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds),
		0);
}

/* With so many links, and these orders of the supervisor. */
static void begin(
	uint32_t count, enum command_kind first, enum command_kind second)
{
	int fds[2];

	failed = done = false;
	why[0] = 0;
	for (uint32_t i = 0; i < count; i++) {
		pair(SOCK_STREAM, fds);
		links[i] = (struct node_plan_link){.fd = (uint32_t)fds[0]};
		far_ends[i] = fds[1];
	}
	pair(SOCK_SEQPACKET, fds);
	supervisor = command_connection_create(&fake.real, fds[0]);
	node = command_connection_create(&fake.os, fds[1]);
	log_init(&log_of_none, &fake.real, open("/dev/null", O_WRONLY), NULL,
		LOG_ERROR);
	ck_assert_int_eq(command_send(supervisor,
				 &(struct command){.kind = first}, NULL),
		COMMAND_OK);
	ck_assert_int_eq(command_send(supervisor,
				 &(struct command){.kind = second}, NULL),
		COMMAND_OK);
}

/* What was told; then nothing is left. */
static void finish(uint32_t count)
{
	struct command told;

	while (command_receive(supervisor, &told, NULL) == COMMAND_OK) {
		failed |= told.kind == COMMAND_FAILED;
		done |= told.kind == COMMAND_DONE;
		if (told.kind == COMMAND_FAILED)
			snprintf(why, sizeof why, "%.*s", (int)told.text.bytes,
				told.text.text);
	}
	command_connection_destroy(&supervisor);
	command_connection_destroy(&node);
	close(log_of_none.fd);
	for (uint32_t i = 0; i < count; i++) {
		close(far_ends[i]);
		close((int)links[i].fd); /* if nobody took it */
	}
}

static int live_as_gate(void)
{
	struct node_plan plan = {.topology = "topology",
		.node = "there",
		.remote = "unix:there.sock",
		.folder = "/nowhere",
		.links = links,
		.link_count = 1};
	char folder[] = "/tmp/tau-keepers-XXXXXX", path[64];
	int result;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	plan.folder = folder;
	begin(1, COMMAND_RUN, COMMAND_CLOSE);
	result = gate_run(&fake.os, &log_of_none, node, &plan, false);
	finish(1);
	snprintf(path, sizeof path, "%s/there.sock", folder);
	(void)unlink(path); /* where that was what failed */
	ck_assert_int_eq(rmdir(folder), 0);
	return result;
}

static int live_as_keeper(uint32_t count)
{
	static const char *words[] = {"true", NULL};
	char *environment[] = {(char *)"PATH=/usr/bin:/bin", NULL};
	struct node_plan plan = {.topology = "topology",
		.node = "there",
		.remote = "",
		.folder = "/",
		.command = words,
		.command_count = 1,
		.links = links,
		.link_count = count};
	int result;

	begin(count, COMMAND_RUN, COMMAND_ASK);
	for (uint32_t i = 0; i < count; i++)
		shutdown(far_ends[i], SHUT_WR);
	result = keeper_run(&fake.os, &log_of_none, node, &plan, environment);
	finish(count);
	return result;
}

/* Whoever failed says so, and is not done; unless it is the way there. */
static void judge(int result)
{
	ck_assert(result == 0 || result == 1);
	ck_assert(!(failed && done));
	ck_assert(!(result == 0 && failed));
	ck_assert(!(result == 1 && done));
}

START_TEST(a_gate_ends_whatever_fails)
{
	unsigned nth = 0;

	do {
		fake_os_init(&fake);
		fake_os_fail_nth(&fake, ++nth, EIO);
		judge(live_as_gate());
	} while (fake.fired);
	ck_assert_uint_gt(nth, 10);
	ck_assert(done);
}
END_TEST

/* Somebody connects as soon as there is a door; then the gate is to close. */
static void knock(const char *folder)
{
	struct sockaddr_un where = {.sun_family = AF_UNIX};
	const struct command close_it = {.kind = COMMAND_CLOSE};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(
		where.sun_path, sizeof where.sun_path, "%s/there.sock", folder);
	while (connect(fd, (struct sockaddr *)&where, sizeof where) < 0)
		sched_yield();
	(void)command_send(supervisor, &close_it, NULL);
	_exit(0);
}

START_TEST(a_gate_that_cannot_watch_a_peer_says_so)
{
	char folder[] = "/tmp/tau-keepers-XXXXXX", said[1024] = "";
	struct node_plan plan = {.topology = "topology",
		.node = "there",
		.remote = "unix:there.sock",
		.links = links,
		.link_count = 1};
	int ends[2];
	pid_t child;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	plan.folder = folder;
	fake_os_init(&fake);
	begin(1, COMMAND_RUN, COMMAND_RUN);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	close(log_of_none.fd);
	log_init(&log_of_none, &fake.real, ends[1], NULL, LOG_WARNING);
	child = fork();
	if (child == 0)
		knock(folder);
	/* Of the commands, the door, the link and the peer. */
	fake_os_fail(&fake, OS_CALL(epoll_control), 4, ENOSPC);
	(void)gate_run(&fake.os, &log_of_none, node, &plan, false);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	finish(1);
	ck_assert_int_gt(read(ends[0], said, sizeof said - 1), 0);
	ck_assert_str_eq(said,
		"tau: cannot let a peer in, and waits before trying again: No "
		"space left on device\n");
	close(ends[0]);
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(a_keeper_ends_whatever_fails)
{
	for (uint32_t count = 1; count <= LINKS; count++) {
		unsigned nth = 0;

		do {
			fake_os_init(&fake);
			fake_os_fail_nth(&fake, ++nth, EIO);
			judge(live_as_keeper(count));
		} while (fake.fired);
		ck_assert_uint_gt(nth, 8);
		ck_assert(done);
	}
}
END_TEST

START_TEST(a_gate_says_what_it_could_not_do)
{
	static const struct {
		size_t call;
		const char *said;
	} cases[] = {{OS_CALL(socket), "cannot make a socket: *"},
		{OS_CALL(bind), "cannot listen at unix:there.sock: *"},
		{OS_CALL(listen), "cannot listen at unix:there.sock: *"},
		{OS_CALL(fcntl), "cannot watch the links: *"}};
	size_t same = strcspn(cases[_i].said, "*");

	fake_os_init(&fake);
	fake_os_fail(&fake, cases[_i].call, 1, EMFILE);
	ck_assert_int_eq(live_as_gate(), 1);
	ck_assert_msg(
		failed && strncmp(why, cases[_i].said, same) == 0, "%s", why);
}
END_TEST

START_TEST(a_keeper_says_what_it_could_not_do)
{
	static const size_t calls[] = {OS_CALL(socketpair), OS_CALL(fcntl),
		OS_CALL(spawn), OS_CALL(fstatat)};

	fake_os_init(&fake);
	fake_os_fail(&fake, calls[_i], FAKE_ALWAYS, EMFILE);
	ck_assert_int_eq(live_as_keeper(LINKS), 1);
	ck_assert_msg(failed && strncmp(why, "cannot run true: ", 17) == 0,
		"%s", why);
}
END_TEST

static Suite *keepers_suite(void)
{
	Suite *suite = suite_create("keepers");
	TCase *faults = test_case(suite, "faults");

	tcase_add_test(faults, a_gate_ends_whatever_fails);
	tcase_add_test(faults, a_gate_that_cannot_watch_a_peer_says_so);
	tcase_add_test(faults, a_keeper_ends_whatever_fails);
	tcase_add_loop_test(faults, a_gate_says_what_it_could_not_do, 0, 4);
	tcase_add_loop_test(faults, a_keeper_says_what_it_could_not_do, 0, 4);
	return suite;
}

TEST_MAIN(keepers_suite)
