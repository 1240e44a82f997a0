/* plugin_os: sockets as operators get them: ready for a node, or not at all. */
#include "core/host/plugin_os.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include "tests/fake_os.h"
#include "tests/test.h"

static struct fake_os fake;
static struct plugin_os plugin_os;
static const struct tau_os *os = &plugin_os.table;
static struct sockaddr_in there;

static void set_up(void)
{
	fake_os_init(&fake);
	plugin_os_init(&plugin_os, &fake.os);
	there = (struct sockaddr_in){.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* Listens somewhere, and leaves in `there` where. */
static int listen_there(void)
{
	socklen_t bytes = sizeof there;
	int fd = os->listen(os, (struct sockaddr *)&there, bytes, 5);

	if (fd >= 0)
		ck_assert_int_eq(os->address(os, fd, 0,
					 (struct sockaddr *)&there, &bytes),
			0);
	return fd;
}

static void await(int fd, short events)
{
	struct pollfd one = {.fd = fd, .events = events};

	ck_assert_int_eq(poll(&one, 1, 10000), 1);
}

static void expect_ready_for_a_node(int fd)
{
	ck_assert_int_ge(fd, 0);
	ck_assert(fcntl(fd, F_GETFL) & O_NONBLOCK);
	ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

START_TEST(both_ends_of_a_connection_do_not_block)
{
	struct sockaddr_in peer;
	socklen_t bytes = sizeof peer;
	int listener, far, near;
	char byte;

	set_up();
	ck_assert(TAU_OS_HAS(os, shutdown));
	listener = listen_there();
	expect_ready_for_a_node(listener);
	ck_assert_int_eq(os->accept(os, listener), -EAGAIN);
	near = os->connect(os, (struct sockaddr *)&there, sizeof there);
	expect_ready_for_a_node(near);
	await(listener, POLLIN);
	far = os->accept(os, listener);
	expect_ready_for_a_node(far);
	ck_assert_int_eq(
		os->address(os, near, 1, (struct sockaddr *)&peer, &bytes), 0);
	ck_assert_uint_eq(peer.sin_port, there.sin_port);
	await(near, POLLOUT);
	ck_assert_int_eq(os->send(os, near, "x", 1), 1);
	ck_assert_int_eq(os->shutdown(os, near, SHUT_WR), 0);
	await(far, POLLIN);
	ck_assert_int_eq(os->receive(os, far, &byte, 1), 1);
	await(far, POLLIN);
	ck_assert_int_eq(os->receive(os, far, &byte, 1), 0);
	close(near);
	close(far);
	close(listener);
}
END_TEST

START_TEST(who_does_not_listen_is_told_by_sending)
{
	int fd;

	set_up();
	close(listen_there());
	fd = os->connect(os, (struct sockaddr *)&there, sizeof there);
	if (fd != -ECONNREFUSED) { /* it took longer than the call */
		await(fd, POLLOUT);
		ck_assert_int_eq(os->send(os, fd, "x", 1), -ECONNREFUSED);
		close(fd);
	}
}
END_TEST

/* What it leaves open, test.h counts. */
START_TEST(a_call_that_fails_inside_leaves_no_socket)
{
	static const size_t calls[] = {OS_CALL(socket), OS_CALL(setsockopt),
		OS_CALL(bind), OS_CALL(listen)};

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		set_up();
		fake_os_fail(&fake, calls[i], 1, ENOBUFS);
		ck_assert_int_eq(listen_there(), -ENOBUFS);
	}
	set_up();
	fake_os_fail(&fake, OS_CALL(setsockopt), 2, ENOBUFS);
	ck_assert_int_eq(listen_there(), -ENOBUFS);
	fake_os_fail(&fake, OS_CALL(connect), 1, ENETUNREACH);
	ck_assert_int_eq(
		os->connect(os, (struct sockaddr *)&there, sizeof there),
		-ENETUNREACH);
}
END_TEST

static Suite *plugin_os_suite(void)
{
	Suite *suite = suite_create("plugin_os");
	TCase *tests = test_case(suite, "sockets");

	tcase_add_test(tests, both_ends_of_a_connection_do_not_block);
	tcase_add_test(tests, who_does_not_listen_is_told_by_sending);
	tcase_add_test(tests, a_call_that_fails_inside_leaves_no_socket);
	return suite;
}

TEST_MAIN(plugin_os_suite)
