/*
 * deadlock: single histories: who is asked, what is reported, what is refused.
 */
#include "core/step/deadlock.h"
#include "core/step/seat.h"

#include "tests/test.h"

#include <errno.h>
#include <string.h>

struct room {
	struct deadlock deadlock;
	struct action_list actions;
};

static void says_quiet(
	struct room *room, uint32_t node, const char *text, int result)
{
	struct command command = {
		.kind = COMMAND_QUIET, .text = command_text(text)};
	struct error error = ERROR_NONE;

	ck_assert_int_eq(
		deadlock_quiet(&room->deadlock, node, &command, &error),
		result);
	if (result < 0)
		ck_assert_str_eq(
			error.text, "what it says of its links makes no sense");
	action_list_clear(&room->actions);
	deadlock_seek(&room->deadlock, &room->actions);
}

static void answers(struct room *room, uint32_t node, const char *name,
	const char *text, int result)
{
	struct command command = {.kind = COMMAND_DEADLOCK,
		.name = command_text(name),
		.text = command_text(text)};
	struct error error = ERROR_NONE;

	ck_assert_int_eq(
		deadlock_told(&room->deadlock, node, &command, &error), result);
}

/* Who is asked, as digits. */
static void expect_asked(const struct room *room, const char *nodes)
{
	char asked[16] = "";

	for (size_t i = 0; i < room->actions.count; i++) {
		ck_assert_int_eq(
			(int)room->actions.items[i].kind, (int)SUPERVISOR_SEND);
		snprintf(strchr(asked, 0), 2, "%c",
			'0' + (char)seat_node(room->actions.items[i].process));
	}
	ck_assert_str_eq(asked, nodes);
}

static void expect_report(struct room *room, uint32_t group, const char *text)
{
	uint32_t found = DEADLOCK_NONE;

	action_list_clear(&room->actions);
	ck_assert_int_eq(
		deadlock_report(&room->deadlock, &room->actions, &found),
		text != NULL);
	if (!text)
		return;
	ck_assert_uint_eq(found, group);
	ck_assert_uint_eq(room->actions.count, 1);
	ck_assert_str_eq(room->actions.items[0].text, text);
}

static void leave(struct room *room)
{
	action_list_release(&room->actions);
	deadlock_release(&room->deadlock);
}

/* Nodes 0-1 and 2-3 with a link each. */
static const struct links_pair pairs[] = {
	{.nodes = {0, 1}, .places = {0, 0}, .packets = true},
	{.nodes = {2, 3}, .places = {0, 0}, .packets = true}};

#define WRITES "operator a write s\nstream s 0 - 0 0 64\n"
#define READS "operator b read r\nstream s - 0 9 64 64\nstream r - 0 0 0 64\n"

START_TEST(what_is_live_elsewhere_hides_nothing)
{
	struct room room = {0};

	deadlock_init(&room.deadlock, 4, pairs, 2);
	says_quiet(&room, 0, "3 1 0 0\n", 0);
	expect_asked(&room, "");
	says_quiet(&room, 2, "1 1 0 0\n", 0);
	says_quiet(&room, 1, "1 2 0 0\n", 0); /* one is under way */
	expect_asked(&room, "");
	says_quiet(&room, 1, "1 3 0 0\n", 0);
	expect_asked(&room, "01");
	says_quiet(&room, 1, "1 3 0 0\n", 0); /* asked once */
	expect_asked(&room, "");
	answers(&room, 0, "x", WRITES, 0);
	expect_report(&room, 0, NULL);
	answers(&room, 1, "y", READS, 0);
	expect_report(&room, 0,
		"nothing can go on:\n"
		"  a (node x) waits for b (node y) to read: stream s is full "
		"(9 records, 64 bytes of 64)\n"
		"  b (node y) waits for another node to write: stream r is "
		"empty");
	expect_report(&room, 0, NULL);
	says_quiet(&room, 3, "1 1 0 0\n", 0);
	expect_asked(&room, "23");
	leave(&room);
}
END_TEST

START_TEST(who_ends_instead_of_answering_is_left_out)
{
	struct room room = {0};

	deadlock_init(&room.deadlock, 4, pairs, 2);
	says_quiet(&room, 0, "1 1 0 0\n", 0);
	says_quiet(&room, 1, "1 1 0 0\n", 0);
	expect_asked(&room, "01");
	answers(&room, 0, "x", "operator a nothing\n", 0);
	expect_report(&room, 0, NULL);
	deadlock_ended(&room.deadlock, 1);
	expect_report(&room, 0,
		"nothing can go on:\n"
		"  a (node x) waits for nothing that can come");
	leave(&room);
}
END_TEST

START_TEST(who_is_ordered_may_move_until_it_has_obeyed)
{
	struct room room = {0};
	struct command command = {.kind = COMMAND_QUIET,
		.records = 1,
		.text = command_text("1 1 0 0\n")};

	deadlock_init(&room.deadlock, 4, pairs, 2);
	deadlock_order(&room.deadlock, 0);
	says_quiet(&room, 0, "1 1 0 0\n", 0);
	says_quiet(&room, 1, "1 1 0 0\n", 0);
	expect_asked(&room, "");
	ck_assert_int_eq(deadlock_quiet(&room.deadlock, 0, &command, NULL), 0);
	deadlock_seek(&room.deadlock, &room.actions);
	expect_asked(&room, "01");
	ck_assert_int_eq(
		deadlock_quiet(&room.deadlock, 1, &command, NULL), -EPROTO);
	leave(&room);
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	static const char *const bad[] = {"", "1\n", "1 1", "1 1\n1 1\n",
		"-1 1\n", "1 x\n", "-", "99999999999999999999 1\n"};
	struct room room = {0};

	deadlock_init(&room.deadlock, 4, pairs, 2);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		says_quiet(&room, 0, bad[i], -EPROTO);
	says_quiet(&room, 1, "-\n", 0);
	answers(&room, 0, "x", "operator a write\n", -EPROTO);
	answers(&room, 0, "x", "", 0);
	answers(&room, 0, "x", "", -EPROTO); /* twice */
	leave(&room);
}
END_TEST

static Suite *deadlock_suite(void)
{
	Suite *suite = suite_create("deadlock");
	TCase *single = test_case(suite, "single histories");

	tcase_add_test(single, what_is_live_elsewhere_hides_nothing);
	tcase_add_test(single, who_ends_instead_of_answering_is_left_out);
	tcase_add_test(single, who_is_ordered_may_move_until_it_has_obeyed);
	tcase_add_test(single, what_makes_no_sense_is_refused);
	return suite;
}

TEST_MAIN(deadlock_suite)
