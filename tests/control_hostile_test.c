/*
 * control: tools that do harm.
 */
#include "tests/control.h"

START_TEST(garbage_is_dropped_and_others_are_served)
{
	static const char garbage[] = "GET / HTTP/1.1\r\n\r\n";
	struct client *client = connected();
	uint8_t packet[COMMAND_PACKET_BYTES];
	size_t bytes = request(packet);
	int fds[3];

	for (int i = 0; i < 3; i++)
		fds[i] = raw();
	ck_assert_int_gt(send(fds[0], garbage, sizeof garbage, 0), 0);
	packet[2] = COMMAND_RESULT; /* with a name, which that has not */
	ck_assert_int_gt(send(fds[1], packet, bytes, 0), 0);
	bytes = command_encode(&(struct command){.kind = COMMAND_RUN}, 0,
		packet, &(size_t){0});
	ck_assert_int_gt(send(fds[2], packet, bytes, 0), 0);
	ck_assert_int_eq(client_ask(client, "ps", NULL, NULL), 0);
	serve();
	for (int i = 0; i < 3; i++) {
		ck_assert(is_closed(fds[i]));
		close(fds[i]);
	}
	ck_assert_uint_eq(asked_count, 1);
	ck_assert_uint_eq(left_count, 0);
	client_destroy(&client);
}
END_TEST

START_TEST(a_request_without_end_is_dropped)
{
	uint8_t packet[COMMAND_PACKET_BYTES];
	char *text = calloc(1, 2 * CONTROL_REQUEST_BYTES_MAX);
	struct command command = {.kind = COMMAND_REQUEST,
		.name = command_text("ps"),
		.text = {text, 2 * CONTROL_REQUEST_BYTES_MAX}};
	size_t next = 0;
	int fd = raw();

	serve();
	do {
		size_t bytes = command_encode(&command, next, packet, &next);

		if (send(fd, packet, bytes, MSG_NOSIGNAL) < 0)
			break;
		serve();
	} while (next);
	ck_assert(is_closed(fd));
	ck_assert_uint_eq(asked_count, 0);
	close(fd);
	free(text);
}
END_TEST

START_TEST(who_says_nothing_makes_way)
{
	int fds[2 * CONTROL_CLIENTS_MAX];
	struct client *client = connected();

	ck_assert_int_eq(client_ask(client, "stop", NULL, NULL), 0);
	serve();
	for (unsigned i = 0; i < 2 * CONTROL_CLIENTS_MAX; i++) {
		fds[i] = raw();
		serve();
	}
	ck_assert(is_closed(fds[0]));
	ck_assert(!is_closed(fds[2 * CONTROL_CLIENTS_MAX - 1]));
	control_result(control, asked_by[0], 0, "here");
	expect_result(client, 0, "here");
	for (unsigned i = 0; i < 2 * CONTROL_CLIENTS_MAX; i++)
		close(fds[i]);
	client_destroy(&client);
	serve();
}
END_TEST

START_TEST(who_comes_when_all_are_busy_is_told)
{
	struct client *clients[CONTROL_CLIENTS_MAX];
	struct client *last;

	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		clients[i] = connected();
		ck_assert_int_eq(client_ask(clients[i], "stop", NULL, NULL), 0);
		serve();
	}
	last = connected();
	serve();
	expect_result(
		last, 69, "too many tools are asking it already; try again");
	client_destroy(&last);
	client_destroy(&clients[0]);
	serve();
	ck_assert_uint_eq(left_count, 1);
	last = connected();
	ck_assert_int_eq(client_ask(last, "ps", NULL, NULL), 0);
	serve();
	ck_assert_uint_eq(asked_count, CONTROL_CLIENTS_MAX + 1);
	client_destroy(&last);
	for (unsigned i = 1; i < CONTROL_CLIENTS_MAX; i++)
		client_destroy(&clients[i]);
}
END_TEST

START_TEST(who_never_reads_fills_no_memory)
{
	char line[4096];
	int fd = raw();
	uint8_t packet[COMMAND_PACKET_BYTES];
	size_t bytes = request(packet);
	unsigned lines = 0;

	ck_assert_int_gt(send(fd, packet, bytes, 0), 0);
	serve();
	memset(line, 'x', sizeof line - 1);
	line[sizeof line - 1] = 0;
	while (control_has_room(control, asked_by[0]) && lines < 100000) {
		control_line(control, asked_by[0], line);
		lines++;
	}
	ck_assert_uint_lt(lines, 2 * CONTROL_QUEUE_BYTES / sizeof line);
	control_line(control, asked_by[0], line); /* goes nowhere */
	control_result(control, asked_by[0], 0, NULL);
	/* It is read from no more: it asks without end, and nobody hears. */
	for (int i = 0; i < 1000; i++)
		if (send(fd, packet, bytes, MSG_NOSIGNAL) < 0)
			break;
	serve();
	ck_assert_uint_eq(asked_count, 1);
	close(fd);
	serve();
	ck_assert(!control_has_room(control, asked_by[0]));
}
END_TEST

START_TEST(a_flood_of_requests_is_taken_one_by_one)
{
	uint8_t packet[COMMAND_PACKET_BYTES];
	size_t bytes = request(packet);
	int fd = raw();
	unsigned sent = 0;

	answer_at_once = true;
	for (int round = 0; round < 100; round++) {
		while (send(fd, packet, bytes, MSG_NOSIGNAL) > 0)
			sent++;
		serve();
		ck_assert_uint_le(asked_count, 4u * (unsigned)(round + 1));
	}
	ck_assert_uint_gt(sent, 4);
	close(fd);
	serve();
}
END_TEST

START_TEST(without_files_somebody_is_told_so)
{
	struct fake_os fake;
	struct client *client;

	control_destroy(&control);
	fake_os_init(&fake);
	ck_assert_int_eq(
		control_create(&control, &fake.os, runtime.folder, NULL), 0);
	ck_assert_int_eq(control_attach(control, reactor, NULL), 0);
	fake_os_fail(&fake, OS_CALL(accept), 1, EMFILE);
	client = connected();
	serve();
	expect_result(client, 69, "the supervisor has no more files");
	client_destroy(&client);
	client = connected();
	ck_assert_int_eq(client_ask(client, "ps", NULL, NULL), 0);
	serve();
	ck_assert_uint_eq(asked_count, 1);
	client_destroy(&client);
	control_destroy(&control);
}
END_TEST

static int stranger(struct os *real, int fd, int level, int option, void *value,
	socklen_t *bytes)
{
	(void)real;
	if (getsockopt(fd, level, option, value, bytes) < 0)
		return -errno;
	if (option == SO_PEERCRED)
		((struct ucred *)value)->uid = 4711;
	return 0;
}

START_TEST(another_user_is_refused)
{
	struct os fooled = os;
	struct client *client;
	char sentence[128];

	control_destroy(&control);
	fooled.getsockopt = stranger;
	ck_assert_int_eq(
		control_create(&control, &fooled, runtime.folder, NULL), 0);
	ck_assert_int_eq(control_attach(control, reactor, NULL), 0);
	client = connected();
	ck_assert_int_eq(client_ask(client, "stop", NULL, NULL), 0);
	serve();
	snprintf(sentence, sizeof sentence,
		"it belongs to the user %u, and you are the user 4711",
		(unsigned)geteuid());
	expect_result(client, 69, sentence);
	client_destroy(&client);
	ck_assert_uint_eq(asked_count, 0);
	control_destroy(&control);
}
END_TEST

static Suite *control_suite(void)
{
	Suite *suite = suite_create("control");
	TCase *tests = test_case(suite, "hostile tools");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, garbage_is_dropped_and_others_are_served);
	tcase_add_test(tests, a_request_without_end_is_dropped);
	tcase_add_test(tests, who_says_nothing_makes_way);
	tcase_add_test(tests, who_comes_when_all_are_busy_is_told);
	tcase_add_test(tests, who_never_reads_fills_no_memory);
	tcase_add_test(tests, a_flood_of_requests_is_taken_one_by_one);
	tcase_add_test(tests, without_files_somebody_is_told_so);
	tcase_add_test(tests, another_user_is_refused);
	return suite;
}

TEST_MAIN(control_suite)
