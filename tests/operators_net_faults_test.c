/*
 * operators_net_faults: those that listen where there are many connections,
 * too many, or calls that fail.
 */
#include "tests/net.h"

#include <malloc.h>

/* --- many, and too many --- */

START_TEST(an_idle_connection_costs_little)
{
	static int fds[CLIENTS];
	size_t before, after;

	start("tcp.listen");
	before = mallinfo2().uordblks;
	for (int i = 0; i < CLIENTS; i++)
		fds[i] = client();
	while (fake.calls[OS_CALL(accept)] < CLIENTS)
		ck_assert(fabric_turn(&p.fabric, -1));
	after = mallinfo2().uordblks;
	ck_assert_uint_le(after - before, (size_t)CLIENTS * 2048);
	say(fds[CLIENTS / 2], "busy\n");
	await_text(lines, "busy\n");
	for (int i = 0; i < CLIENTS; i++)
		close(fds[i]);
	finish();
}
END_TEST

static void no_files_left(const char *name)
{
	uint64_t calls;
	int fd;

	start(name);
	fake_os_set_clock(&fake, INT64_C(5000000000));
	fake_os_fail(&fake, OS_CALL(accept), FAKE_ALWAYS, EMFILE);
	calls = fake.calls[OS_CALL(accept)];
	fd = client();
	while (fake.calls[OS_CALL(accept)] < calls + 5)
		ck_assert(fabric_turn(&p.fabric, -1));
	ck_assert_int_ge(fake.now_ns, INT64_C(5400000000));
	ck_assert_uint_eq(times_said("cannot take more connections now: "), 1);
	fake.fault_count = 0;
	say(fd, "at last\n");
	if (strcmp(name, "tcp.listen") == 0)
		await_text(lines, "at last\n");
	while (strcmp(name, "tcp.accept") == 0 && !taken_count)
		ck_assert(fabric_turn(&p.fabric, -1));
	close(fd);
	finish();
}

START_TEST(where_no_file_can_be_opened_listen_rests)
{
	no_files_left("tcp.listen");
}
END_TEST

START_TEST(where_no_file_can_be_opened_accept_rests)
{
	no_files_left("tcp.accept");
}
END_TEST

START_TEST(a_connection_that_was_given_up_is_nothing)
{
	int a, b;

	start("tcp.listen");
	fake_os_fail(&fake, OS_CALL(accept), 1, ECONNABORTED);
	fake_os_fail(&fake, OS_CALL(accept), 2, EINTR);
	a = client();
	b = client();
	say(a, "a\n");
	await_text(lines, "a\n");
	say(b, "b\n");
	await_text(lines, "b\n");
	close(a);
	close(b);
	finish();
}
END_TEST

/* --- readers that rest --- */

/* It reads from now on: run again. */
static void wake_reader(void)
{
	idle = false;
	instance_quiesce(p.operators[1]);
	while (p.operators[1]->state == INSTANCE_RUNNING)
		ck_assert(fabric_turn(&p.fabric, -1));
	p.frozen--;
	p.running++;
	ck_assert_int_eq(instance_start(p.operators[1], &(struct error){0}), 0);
}

START_TEST(connections_are_taken_while_there_is_room_for_them)
{
	static const struct stream_settings small = {STREAM_CAPACITY_DEFAULT, 2,
		STREAM_ATOMIC_DEFAULT, STREAM_BLOCK};
	int fds[5];
	char byte;

	idle = true;
	make_fake();
	prepare("tcp.accept", &small);
	pipeline_start(&p);
	turn(3);
	for (int i = 0; i < 5; i++)
		fds[i] = client();
	turn(50);
	ck_assert_uint_ge(fake.calls[OS_CALL(accept)], 1);
	ck_assert_uint_le(fake.calls[OS_CALL(accept)], 3);
	wake_reader();
	while (taken_count < 5)
		ck_assert(fabric_turn(&p.fabric, -1));
	for (int i = 0; i < 5; i++) { /* they do not block */
		ck_assert_int_eq(read(taken[i], &byte, 1), -1);
		ck_assert_int_eq(errno, EAGAIN);
		close(fds[i]);
	}
	finish();
}
END_TEST

/* A reader that does not read stops who writes: in the end, the client. */
START_TEST(a_full_stream_stops_those_who_talk)
{
	static const struct stream_settings small = {
		8192, 4, 2048, STREAM_BLOCK};
	static char text[32768];
	const int room = 4096;
	uint64_t calls;
	size_t said_bytes = 0;
	bool torn = false;
	ssize_t done;
	int fd;

	idle = true;
	make_fake();
	prepare("tcp.listen", &small);
	pipeline_start(&p);
	turn(3);
	fd = client();
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 64 == 63 ? '\n' : 'x';
	while (said_bytes + sizeof text < sizeof lines / 2 &&
		(done = send(fd, text, sizeof text, MSG_DONTWAIT)) > 0) {
		said_bytes += (size_t)done;
		torn = done % 64 != 0;
		turn(5);
	}
	turn(50);
	calls = fake.calls[OS_CALL(recvmsg)];
	turn(50);
	ck_assert_uint_eq(fake.calls[OS_CALL(recvmsg)], calls);
	ck_assert_uint_le(calls, 10);
	ck_assert_uint_gt(said_bytes, 8192);
	wake_reader();
	close(fd);
	while (strlen(lines) < said_bytes + torn)
		ck_assert(fabric_turn(&p.fabric, -1));
	ck_assert_int_eq(strncmp(lines, text, 8192), 0);
	finish();
}
END_TEST

/* --- faults --- */

/* One connection says two lines; what comes of it, or why not. */
static void two_lines(size_t call, uint64_t nth, int code)
{
	struct instance *listener;
	int fd = -1;

	lines[0] = bad[0] = 0;
	there.sin_port = 0;
	make_fake();
	prepare("tcp.listen", NULL);
	fake_os_fail(&fake, call, nth, code);
	pipeline_start(&p);
	listener = p.operators[0];
	turn(3);
	if (there.sin_port && listener->state == INSTANCE_RUNNING) {
		fd = client();
		say(fd, "one\ntwo");
		shutdown(fd, SHUT_WR);
	}
	while (fd >= 0 && p.failed == 0 && !strstr(lines, "two\n") &&
		!strstr(bad, "broke")) {
		ck_assert(fabric_turn(&p.fabric, -1));
		/* A connection that could not be kept was closed. */
		if (call != OS_CALL(accept) &&
			(times_said("cannot take more") || times_said("broke")))
			break;
	}
	if (p.failed)
		ck_assert_uint_gt(strlen(listener->failure.text), 20);
	if (fd >= 0)
		close(fd);
	finish();
}

START_TEST(each_call_that_fails_gets_a_sentence_or_changes_nothing)
{
	static const size_t calls[] = {OS_CALL(socket), OS_CALL(setsockopt),
		OS_CALL(bind), OS_CALL(listen), OS_CALL(getsockname),
		OS_CALL(accept), OS_CALL(recvmsg), OS_CALL(epoll_control)};
	static const int codes[] = {ENOMEM, EMFILE, EINTR, EIO, ENOSPC};
	uint64_t fired = 0;

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		for (size_t c = 0; c < sizeof codes / sizeof *codes; c++)
			for (uint64_t nth = 1; nth <= 3; nth++) {
				two_lines(calls[i], nth, codes[c]);
				fired += fake.fired;
			}
	ck_assert_uint_ge(fired, 60);
}
END_TEST

static void expect_refusal(const char *sentence)
{
	make_fake();
	prepare("tcp.accept", NULL);
	pipeline_start(&p);
	turn(3);
	ck_assert_uint_eq(p.failed, 1);
	ck_assert_msg(strstr(p.operators[0]->failure.text, sentence), "%s",
		p.operators[0]->failure.text);
	finish();
}

START_TEST(where_one_cannot_listen_a_sentence_says_why)
{
	struct sockaddr_in own = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t bytes = sizeof own;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&own, sizeof own), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	getsockname(fd, (struct sockaddr *)&own, &bytes);
	params[0].value.i = ntohs(own.sin_port);
	expect_refusal("somebody listens there already; choose another port");
	params[0].value.i = 0;
	params[1].value.s = (struct tau_text){"192.0.2.1", 9};
	expect_refusal("cannot listen on 192.0.2.1:0: this machine has no such "
		       "address");
	close(fd);
}
END_TEST

START_TEST(a_name_is_no_address)
{
	struct error error = ERROR_NONE;
	struct instance *made = NULL;

	make_fake();
	prepare("tcp.accept", NULL);
	params[1].value.s = (struct tau_text){"example.org", 11};
	ck_assert_int_eq(
		instance_create(&made, &p.fabric, &p.makes[0], &error), 0);
	ck_assert_int_eq(instance_prepare(made, &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.text, "names are not looked up"));
	instance_destroy(&made);
	params[1].value.s = (struct tau_text){"localhost", 9};
	pipeline_start(&p);
	turn(3);
	ck_assert_int_ne(there.sin_port, 0);
	finish();
}
END_TEST

static Suite *operators_net_faults_suite(void)
{
	Suite *suite = suite_create("operators_net_faults");
	TCase *tests = test_case(suite, "faults");

	tcase_add_test(tests, a_full_stream_stops_those_who_talk);
	tcase_add_test(tests, an_idle_connection_costs_little);
	tcase_add_test(tests, where_no_file_can_be_opened_listen_rests);
	tcase_add_test(tests, where_no_file_can_be_opened_accept_rests);
	tcase_add_test(tests, a_connection_that_was_given_up_is_nothing);
	tcase_add_test(
		tests, connections_are_taken_while_there_is_room_for_them);
	tcase_add_test(
		tests, each_call_that_fails_gets_a_sentence_or_changes_nothing);
	tcase_add_test(tests, where_one_cannot_listen_a_sentence_says_why);
	tcase_add_test(tests, a_name_is_no_address);
	return suite;
}

TEST_MAIN(operators_net_faults_suite)
