/*
 * command_connection: any text in any pace, fds beside it, and what the other
 * side may do wrong.
 */
#include "core/wire/command_connection.h"

#include "tests/test.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static const struct command failure = {.kind = COMMAND_FAILED,
	.code = -ENOENT,
	.name = {"tail", 4},
	.plugin = {"tau-file", 8},
	.text = {"a.log is not there", 18}};

static void expect_text(struct command_text text, const char *expected)
{
	ck_assert_uint_eq(text.bytes, strlen(expected));
	ck_assert_mem_eq(text.text, expected, text.bytes);
}

struct pair {
	struct os os;
	struct command_connection *supervisor, *node;
};

static void pair_init(struct pair *pair)
{
	int fds[2];

	os_linux_init(&pair->os);
	ck_assert_int_eq(
		pair->os.socketpair(&pair->os, AF_UNIX, SOCK_SEQPACKET, 0, fds),
		0);
	pair->supervisor = command_connection_create(&pair->os, fds[0]);
	pair->node = command_connection_create(&pair->os, fds[1]);
	ck_assert(pair->supervisor && pair->node);
}

static void pair_release(struct pair *pair)
{
	command_connection_destroy(&pair->supervisor);
	command_connection_destroy(&pair->node);
	command_connection_destroy(&pair->node);
}

START_TEST(commands_arrive_in_order)
{
	struct pair pair;
	struct command command;

	pair_init(&pair);
	ck_assert_int_eq(
		command_receive(pair.supervisor, &command, NULL), COMMAND_WAIT);
	ck_assert_int_eq(
		command_send(pair.node,
			&(struct command){.kind = COMMAND_READY}, NULL),
		COMMAND_OK);
	ck_assert_int_eq(command_send(pair.node, &failure, NULL), COMMAND_OK);
	ck_assert_int_eq(
		command_receive(pair.supervisor, &command, NULL), COMMAND_OK);
	ck_assert_int_eq(command.kind, COMMAND_READY);
	ck_assert_int_eq(
		command_receive(pair.supervisor, &command, NULL), COMMAND_OK);
	ck_assert_int_eq(command.kind, COMMAND_FAILED);
	expect_text(command.name, "tail");
	expect_text(command.text, "a.log is not there");
	command_connection_destroy(&pair.node);
	ck_assert_int_eq(
		command_receive(pair.supervisor, &command, NULL), COMMAND_END);
	ck_assert_int_eq(command_send(pair.supervisor,
				 &(struct command){.kind = COMMAND_RUN}, NULL),
		COMMAND_END);
	pair_release(&pair);
}
END_TEST

/* Text lengths about the edges of packets, and one that no socket holds. */
static const size_t lengths[] = {0, 1,
	COMMAND_PACKET_BYTES - COMMAND_HEAD_BYTES - 13,
	COMMAND_PACKET_BYTES - COMMAND_HEAD_BYTES - 12,
	COMMAND_PACKET_BYTES - COMMAND_HEAD_BYTES - 11,
	COMMAND_PACKET_BYTES - COMMAND_HEAD_BYTES,
	3 * (COMMAND_PACKET_BYTES - COMMAND_HEAD_BYTES), 5000000};

/* The kernel tells of what it did not read before it gives what it wrote. */
START_TEST(the_last_words_of_who_does_not_listen_are_heard)
{
	struct pair pair;
	struct command command;

	pair_init(&pair);
	ck_assert_int_eq(command_send(pair.supervisor,
				 &(struct command){.kind = COMMAND_ASK}, NULL),
		COMMAND_OK);
	ck_assert_int_eq(command_send(pair.node,
				 &(struct command){.kind = COMMAND_DONE}, NULL),
		COMMAND_OK);
	command_connection_destroy(&pair.node);
	ck_assert_int_eq(
		command_receive(pair.supervisor, &command, NULL), COMMAND_OK);
	ck_assert_int_eq(command.kind, COMMAND_DONE);
	ck_assert_int_eq(
		command_receive(pair.supervisor, &command, NULL), COMMAND_END);
	pair_release(&pair);
}
END_TEST

START_TEST(a_text_of_any_length_arrives_whole)
{
	size_t bytes = lengths[_i];
	char *text = malloc(bytes + 1);
	struct command sent = failure;
	struct command command;
	struct pair pair;
	int flow;

	ck_assert(text != NULL);
	for (size_t i = 0; i < bytes; i++)
		text[i] = (char)(i * 7 + i / 251);
	sent.text = (struct command_text){text, bytes};
	pair_init(&pair);
	flow = command_send(pair.supervisor, &sent, NULL);
	if (bytes == 5000000)
		ck_assert_int_eq(flow, COMMAND_WAIT);
	while ((flow = command_receive(pair.node, &command, NULL)) ==
		COMMAND_WAIT)
		ck_assert_int_ge(command_flush(pair.supervisor, NULL), 0);
	ck_assert_int_eq(flow, COMMAND_OK);
	ck_assert_int_eq(command.code, -ENOENT);
	expect_text(command.name, "tail");
	expect_text(command.plugin, "tau-file");
	ck_assert_uint_eq(command.text.bytes, bytes);
	ck_assert_mem_eq(command.text.text, text, bytes);
	pair_release(&pair);
	free(text);
}
END_TEST

static void send_raw(struct pair *pair, const uint8_t *packet, size_t bytes)
{
	ck_assert_int_eq(
		pair->os.write(&pair->os, command_connection_fd(pair->node),
			packet, bytes),
		(ssize_t)bytes);
}

START_TEST(nothing_comes_between_the_packets_of_one_text)
{
	uint8_t packet[COMMAND_PACKET_BYTES];
	struct command head = {
		.kind = COMMAND_DEADLOCK, .text = command_text("abc")};
	struct command other = {.kind = COMMAND_DONE};
	struct command command;
	struct error error = ERROR_NONE;
	struct pair pair;
	size_t next;
	size_t bytes = command_encode(&head, 0, packet, &next);

	pair_init(&pair);
	packet[3] = 1;
	send_raw(&pair, packet, bytes);
	send_raw(&pair, packet, command_encode(&other, 0, packet, &next));
	ck_assert_int_eq(
		command_receive(pair.supervisor, &command, &error), -EPROTO);
	ck_assert_msg(strstr(error.text, "within one of kind 20") != NULL, "%s",
		error.text);
	pair_release(&pair);
}
END_TEST

START_TEST(a_packet_larger_than_allowed_is_refused)
{
	static uint8_t packet[COMMAND_PACKET_BYTES + 1];
	struct command command;
	struct pair pair;

	pair_init(&pair);
	send_raw(&pair, packet, sizeof packet);
	ck_assert_int_eq(
		command_receive(pair.supervisor, &command, NULL), -EPROTO);
	pair_release(&pair);
}
END_TEST

/* Files that hold their number. */
static void send_files(struct pair *pair, uint32_t count)
{
	int fds[600];

	for (uint32_t i = 0; i < count; i++) {
		fds[i] = pair->os.memfd(&pair->os, "command", 0);
		ck_assert_int_eq(pair->os.write(&pair->os, fds[i], &i, 4), 4);
	}
	ck_assert_int_ge(command_send_fds(pair->node, fds, count, NULL), 0);
}

/* More than one packet of them; who does not take them leaves none open. */
START_TEST(fds_come_before_the_message_that_has_them)
{
	const struct command frozen = {
		.kind = COMMAND_FROZEN, .records = 300, .bytes = 7};
	struct command command;
	struct pair pair;
	uint32_t count, number;
	int *fds;

	pair_init(&pair);
	for (int taken = 0; taken < 2; taken++) {
		send_files(&pair, 300);
		ck_assert_int_eq(
			command_send(pair.node, &frozen, NULL), COMMAND_OK);
		ck_assert_int_eq(
			command_receive(pair.supervisor, &command, NULL),
			COMMAND_OK);
		ck_assert_int_eq(command.kind, COMMAND_FROZEN);
		if (taken == 0)
			continue;
		fds = command_take_fds(pair.supervisor, &count);
		ck_assert_uint_eq(count, 300);
		for (uint32_t i = 0; i < count; i++) {
			ck_assert_int_eq(
				pair.os.pread(&pair.os, fds[i], &number, 4, 0),
				4);
			ck_assert_uint_eq(number, i);
			pair.os.close(&pair.os, fds[i]);
		}
		free(fds);
	}
	pair_release(&pair);
}
END_TEST

/* A number that is not theirs, a message that has none, and none at all. */
START_TEST(fds_that_do_not_belong_are_refused_and_closed)
{
	const struct command messages[] = {
		{.kind = COMMAND_FROZEN, .records = 4},
		{.kind = COMMAND_READY},
		{.kind = COMMAND_FROZEN, .records = 1},
	};
	struct error error = ERROR_NONE;
	struct command command;
	struct pair pair;

	pair_init(&pair);
	if (_i < 2)
		send_files(&pair, 3);
	ck_assert_int_eq(
		command_send(pair.node, &messages[_i], NULL), COMMAND_OK);
	ck_assert_int_eq(
		command_receive(pair.supervisor, &command, &error), -EPROTO);
	ck_assert_ptr_nonnull(strstr(error.text, "fds"));
	pair_release(&pair);
}
END_TEST

/* As the kernel does where this process may not open any more. */
static ssize_t (*receive_really)(
	struct os *, int fd, struct msghdr *message, int flags);
static ssize_t receive_without(
	struct os *os, int fd, struct msghdr *message, int flags)
{
	ssize_t bytes = receive_really(os, fd, message, flags);
	struct cmsghdr *head = bytes > 0 ? CMSG_FIRSTHDR(message) : NULL;

	for (size_t at = 0; head && CMSG_LEN(at) < head->cmsg_len;
		at += sizeof(int)) {
		int lost;

		memcpy(&lost, CMSG_DATA(head) + at, sizeof lost);
		os->close(os, lost);
	}
	if (head) {
		message->msg_controllen = 0;
		message->msg_flags |= MSG_CTRUNC;
	}
	return bytes;
}

/* And whoever said it is heard on. */
START_TEST(a_handover_whose_fds_are_lost_is_a_refusal)
{
	static const char proof[3 * COMMAND_PACKET_BYTES];
	const struct command messages[] = {
		{.kind = COMMAND_FROZEN,
			.records = 300,
			.code = 5,
			.text = {proof, sizeof proof}},
		{.kind = COMMAND_FROZEN, .records = 0, .code = 6},
		{.kind = COMMAND_LINK, .records = 1},
	};
	struct error error = ERROR_NONE;
	struct command command;
	struct pair pair;

	pair_init(&pair);
	receive_really = pair.os.recvmsg;
	pair.os.recvmsg = receive_without;
	send_files(&pair, 300);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(command_send(pair.node, &messages[i], NULL),
			COMMAND_OK);
	send_files(&pair, 1);
	command_send(pair.node, &messages[2], NULL);
	ck_assert_int_eq(
		command_receive(pair.supervisor, &command, NULL), COMMAND_OK);
	ck_assert_int_eq(command.kind, COMMAND_REFUSED);
	ck_assert_uint_eq(command.records, 5);
	expect_text(command.text,
		"its supervisor cannot open as many files as it hands over; "
		"raise the limit (ulimit -n)");
	ck_assert_int_eq(
		command_receive(pair.supervisor, &command, NULL), COMMAND_OK);
	ck_assert_int_eq(command.kind, COMMAND_FROZEN);
	ck_assert_int_eq(
		command_receive(pair.supervisor, &command, &error), -EMFILE);
	pair_release(&pair);
}
END_TEST

static Suite *command_connection_suite(void)
{
	Suite *suite = suite_create("command_connection");
	TCase *connections = test_case(suite, "connections");

	tcase_add_test(connections, commands_arrive_in_order);
	tcase_add_test(
		connections, the_last_words_of_who_does_not_listen_are_heard);
	tcase_add_loop_test(connections, a_text_of_any_length_arrives_whole, 0,
		(int)(sizeof lengths / sizeof *lengths));
	tcase_add_test(
		connections, nothing_comes_between_the_packets_of_one_text);
	tcase_add_test(connections, a_packet_larger_than_allowed_is_refused);
	tcase_add_test(connections, fds_come_before_the_message_that_has_them);
	tcase_add_loop_test(connections,
		fds_that_do_not_belong_are_refused_and_closed, 0, 3);
	tcase_add_test(connections, a_handover_whose_fds_are_lost_is_a_refusal);
	return suite;
}

TEST_MAIN(command_connection_suite)
