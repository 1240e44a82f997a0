/*
 * command: bytes that are the same on both sides, and packets that are refused.
 */
#include "core/wire/command.h"

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

START_TEST(a_command_is_these_bytes)
{
	static const uint8_t expected[] = {'t', 1, COMMAND_COUNT,
		0,                         /* magic, version, kind, more */
		1, 0, 0, 0,                /* code: NOWHERE */
		0x2c, 1, 0, 0, 0, 0, 0, 0, /* records: 300 */
		0, 0, 0, 0, 0, 0, 0, 0,    /* bytes */
		9, 0, 0, 0, 0, 0, 0, 0,    /* lengths */
		'p', 'a', 'r', 's', 'e', '.', 'b', 'a', 'd'};
	struct command count = {.kind = COMMAND_COUNT,
		.code = COMMAND_COUNT_NOWHERE,
		.records = 300,
		.name = command_text("parse.bad")};
	uint8_t packet[COMMAND_PACKET_BYTES];
	size_t next = 77;

	ck_assert_uint_eq(
		command_encode(&count, 0, packet, &next), sizeof expected);
	ck_assert_mem_eq(packet, expected, sizeof expected);
	ck_assert_uint_eq(next, 0);
}
END_TEST

START_TEST(what_is_encoded_is_decoded)
{
	uint8_t packet[COMMAND_PACKET_BYTES];
	struct error error = ERROR_NONE;
	struct command command;
	size_t next;
	bool more = true;
	size_t bytes = command_encode(&failure, 0, packet, &next);

	ck_assert_int_eq(
		command_decode(packet, bytes, &command, &more, &error), 0);
	ck_assert_int_eq(command.kind, COMMAND_FAILED);
	ck_assert_int_eq(command.code, -ENOENT);
	expect_text(command.name, "tail");
	expect_text(command.plugin, "tau-file");
	expect_text(command.text, "a.log is not there");
	ck_assert(!more);
}
END_TEST

START_TEST(a_name_too_long_is_cut)
{
	uint8_t packet[COMMAND_PACKET_BYTES];
	char name[1000];
	struct command command = {
		.kind = COMMAND_FAILED, .name = {name, sizeof name}};
	struct error error = ERROR_NONE;
	size_t next;
	bool more;

	memset(name, 'x', sizeof name);
	ck_assert_int_eq(command_decode(packet,
				 command_encode(&command, 0, packet, &next),
				 &command, &more, &error),
		0);
	ck_assert_uint_eq(command.name.bytes, COMMAND_NAME_BYTES_MAX);
}
END_TEST

/* One byte of a good packet changed, and what is then said. */
static const struct {
	size_t at;
	uint8_t value;
	const char *said;
} broken[] = {
	{0, 'x', "no tau of this version"},
	{1, 2, "no tau of this version"},
	{2, 0, "unknown kind 0"},
	{2, 77, "unknown kind 77"},
	{2, 255, "unknown kind 255"},
	{3, 2, "unknown kind"},
	{2, COMMAND_RUN, "carries what its kind has not"},
	{2, COMMAND_COUNT, "carries what its kind has not"},
	{8, 1, "carries what its kind has not"},
	{16, 1, "carries what its kind has not"},
	{24, 5, "do not add up"},
	{25, 1, "more than 255 bytes"},
	{27, 1, "more than 255 bytes"},
	{31, 0xff, "do not add up"},
};

START_TEST(a_broken_packet_is_refused_with_a_sentence)
{
	uint8_t packet[COMMAND_PACKET_BYTES];
	struct error error = ERROR_NONE;
	struct command command;
	size_t next;
	bool more;
	size_t bytes = command_encode(&failure, 0, packet, &next);

	packet[broken[_i].at] = broken[_i].value;
	ck_assert_int_eq(command_decode(packet, bytes, &command, &more, &error),
		-EPROTO);
	ck_assert_msg(
		strstr(error.text, broken[_i].said) != NULL, "%s", error.text);
}
END_TEST

START_TEST(a_packet_of_any_other_length_is_refused)
{
	uint8_t packet[COMMAND_PACKET_BYTES];
	struct command command;
	size_t next;
	bool more;
	size_t bytes = command_encode(&failure, 0, packet, &next);

	for (size_t cut = 0; cut < bytes; cut++)
		ck_assert_int_eq(
			command_decode(packet, cut, &command, &more, NULL),
			-EPROTO);
	ck_assert_int_eq(
		command_decode(packet, bytes + 1, &command, &more, NULL),
		-EPROTO);
}
END_TEST

static Suite *command_suite(void)
{
	Suite *suite = suite_create("command");
	TCase *bytes = test_case(suite, "bytes");

	tcase_add_test(bytes, a_command_is_these_bytes);
	tcase_add_test(bytes, what_is_encoded_is_decoded);
	tcase_add_test(bytes, a_name_too_long_is_cut);
	tcase_add_loop_test(bytes, a_broken_packet_is_refused_with_a_sentence,
		0, (int)(sizeof broken / sizeof *broken));
	tcase_add_test(bytes, a_packet_of_any_other_length_is_refused);
	return suite;
}

TEST_MAIN(command_suite)
