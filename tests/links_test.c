/* links: the connections that a supervisor makes between nodes. */
#include "core/fleet/links.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fake_os.h"
#include "tests/test.h"

#define STRANGERS 5

static const struct links_pair over_tcp = {
	.nodes = {0, 1}, .places = {0, 0}, .tcp = true};
static const struct links_pair over_unix = {.nodes = {0, 1}, .places = {0, 0}};

static int strangers[STRANGERS];
static int (*connect_really)(
	struct os *, int fd, const struct sockaddr *, socklen_t);

/* Others are at the door first. */
static int connect_late(
	struct os *os, int fd, const struct sockaddr *where, socklen_t bytes)
{
	for (int i = 0; i < STRANGERS; i++) {
		strangers[i] = socket(AF_INET, SOCK_STREAM, 0);
		ck_assert_int_eq(connect(strangers[i], where, bytes), 0);
		ck_assert_int_eq(write(strangers[i], "stray", 5), 5);
	}
	return connect_really(os, fd, where, bytes);
}

/* Whether what one end says is what the other hears. */
static void check_joined(const int fds[2])
{
	char heard[16] = "";

	for (int side = 0; side < 2; side++) {
		ck_assert_int_eq(write(fds[side], "hello", 5), 5);
		ck_assert_int_eq(read(fds[!side], heard, sizeof heard), 5);
		ck_assert_mem_eq(heard, "hello", 5);
	}
}

START_TEST(a_byte_stream_joins_two_nodes)
{
	const struct links_pair *pairs[] = {&over_tcp, &over_unix};
	struct fake_os fake;
	struct links links;

	fake_os_init(&fake);
	ck_assert_int_eq(links_init(&links, &fake.os, pairs[_i], 1, NULL), 0);
	check_joined(links.fds[0]);
	for (int side = 0; side < 2; side++) {
		struct sockaddr_storage name;
		int kind = 0, at_once = 0;
		socklen_t bytes = sizeof kind;

		getsockopt(
			links.fds[0][side], SOL_SOCKET, SO_TYPE, &kind, &bytes);
		ck_assert_int_eq(kind, SOCK_STREAM);
		bytes = sizeof name;
		getsockname(
			links.fds[0][side], (struct sockaddr *)&name, &bytes);
		ck_assert_int_eq(name.ss_family, _i ? AF_UNIX : AF_INET);
		bytes = sizeof at_once;
		if (_i == 0)
			getsockopt(links.fds[0][side], IPPROTO_TCP, TCP_NODELAY,
				&at_once, &bytes);
		ck_assert_int_eq(at_once != 0, _i == 0);
	}
	links_release(&links);
}
END_TEST

START_TEST(a_stranger_at_the_door_is_sent_away)
{
	struct fake_os fake;
	struct links links;
	char heard[16];

	fake_os_init(&fake);
	connect_really = fake.os.connect;
	fake.os.connect = connect_late;
	ck_assert_int_eq(links_init(&links, &fake.os, &over_tcp, 1, NULL), 0);
	check_joined(links.fds[0]);
	for (int i = 0; i < STRANGERS; i++) {
		ssize_t got = recv(strangers[i], heard, sizeof heard, 0);

		ck_assert(got == 0 || (got < 0 && errno == ECONNRESET));
		close(strangers[i]);
	}
	links_release(&links);
}
END_TEST

/* While another process is to follow, the other side sees no end; when its node
 * has said so, it does, also when another process has been started since. */
START_TEST(a_fifo_ends_when_its_node_says_so)
{
	char folder[] = "/tmp/tau-links-XXXXXX", path[64], heard[8];
	struct links_pair pair = {.nodes = {0, 1}, .places = {2, 0}};
	struct fake_os fake;
	struct links links;
	int reader, end;

	ck_assert(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/fifo", folder);
	pair.fifo = path; /* node 0 writes it */
	fake_os_init(&fake);
	ck_assert_int_eq(links_init(&links, &fake.os, &pair, 1, NULL), 0);
	reader = links.fds[0][1];
	for (int process = 0; process < 3; process++) {
		ck_assert_int_eq(links_reopen(&links, 0, NULL), 0);
		end = links_end(&links, 0, 0);
		ck_assert_int_eq(write(end, "hello", 5), 5);
		links_spawned(&links, 0);
		ck_assert_int_eq(read(reader, heard, sizeof heard), 5);
		ck_assert_int_eq(
			read(reader, heard, sizeof heard), process ? 0 : -1);
		links_shut(&links, 0, 0);
		ck_assert_int_eq(read(reader, heard, sizeof heard), 0);
	}
	links_release(&links);
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

/* Which leaves nothing open; test_case counts. */
START_TEST(every_failing_call_is_told)
{
	for (unsigned nth = 1;; nth++) {
		struct error error = ERROR_NONE;
		struct fake_os fake;
		struct links links;
		int result;

		fake_os_init(&fake);
		fake_os_fail_nth(&fake, nth, EMFILE);
		result = links_init(&links, &fake.os, &over_tcp, 1, &error);
		if (result == 0) {
			check_joined(links.fds[0]);
			links_release(&links);
		} else {
			ck_assert_int_eq(result, -EMFILE);
			ck_assert_ptr_nonnull(strstr(
				error.text, "cannot connect the nodes: "));
		}
		if (!fake.fired)
			break;
	}
}
END_TEST

/* Places for those that are added later count for nothing. */
START_TEST(that_too_many_files_are_open_is_told_with_how_many_it_takes)
{
	const struct links_pair pairs[] = {
		over_unix, {.gone = true}, over_unix, {.gone = true}};
	struct error error = ERROR_NONE;
	struct fake_os fake;
	struct links links;

	fake_os_init(&fake);
	fake_os_fail_nth(&fake, 1, EMFILE);
	ck_assert_int_eq(
		links_init(&links, &fake.os, pairs, 4, &error), -EMFILE);
	ck_assert_str_eq(error.text,
		"cannot connect the nodes: Too many open files; they have 2 "
		"connections, each of which takes two files here; raise the "
		"limit (ulimit -n)");
}
END_TEST

static Suite *links_suite(void)
{
	Suite *suite = suite_create("links");
	TCase *tests = test_case(suite, "pairs");

	tcase_add_loop_test(tests, a_byte_stream_joins_two_nodes, 0, 2);
	tcase_add_test(tests, a_stranger_at_the_door_is_sent_away);
	tcase_add_test(tests, every_failing_call_is_told);
	tcase_add_test(tests,
		that_too_many_files_are_open_is_told_with_how_many_it_takes);
	tcase_add_test(tests, a_fifo_ends_when_its_node_says_so);
	return suite;
}
TEST_MAIN(links_suite)
