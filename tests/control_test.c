/*
 * control: tools that ask, and are answered.
 */
#include "tests/control.h"

START_TEST(a_tool_asks_and_is_answered)
{
	const char *arguments[] = {"node=a", "follow=1", NULL};
	struct client *client = connected();
	struct command command;

	ck_assert_int_eq(client_ask(client, "logs", arguments, NULL), 0);
	serve();
	ck_assert_uint_eq(asked_count, 1);
	ck_assert_str_eq(asked_for, "logs");
	control_line(control, asked_by[0], "{}");
	control_result(control, asked_by[0], 75, "so it is");
	control_result(control, asked_by[0], 0, "a second one is not sent");
	ck_assert_int_eq(client_hear(client, &command, NULL), COMMAND_OK);
	ck_assert_int_eq(command.kind, COMMAND_LINE);
	expect_result(client, 75, "so it is");
	ck_assert_int_eq(client_ask(client, "ps", NULL, NULL), 0);
	serve();
	ck_assert_str_eq(asked_for, "ps");
	client_destroy(&client);
	serve();
	ck_assert_uint_eq(left_count, 1);
	control_line(control, asked_by[0], "{}");
	control_result(control, asked_by[0], 0, "");
}
END_TEST

START_TEST(a_second_request_waits_for_the_first_answer)
{
	struct client *client = connected();

	ck_assert_int_eq(client_ask(client, "stop", NULL, NULL), 0);
	ck_assert_int_eq(client_ask(client, "ps", NULL, NULL), 0);
	serve();
	ck_assert_uint_eq(asked_count, 1);
	control_line(control, asked_by[0], "{}");
	serve();
	ck_assert_uint_eq(asked_count, 1);
	control_result(control, asked_by[0], 0, NULL);
	serve();
	ck_assert_uint_eq(asked_count, 2);
	ck_assert_str_eq(asked_for, "ps");
	client_destroy(&client);
}
END_TEST

START_TEST(the_end_of_the_control_ends_who_waits)
{
	struct client *client = connected();
	struct command command;

	ck_assert_int_eq(client_ask(client, "stop", NULL, NULL), 0);
	serve();
	control_result(control, asked_by[0], 0, "it has ended");
	control_destroy(&control);
	expect_result(client, 0, "it has ended");
	ck_assert_int_eq(client_hear(client, &command, NULL), COMMAND_END);
	client_destroy(&client);
}
END_TEST

START_TEST(running_topologies_are_listed_and_dead_ones_not)
{
	struct client_names names;
	struct client *client = NULL;
	struct error error = ERROR_NONE;
	struct runtime other;
	struct control *second;

	ck_assert_int_eq(runtime_init(&other, &os, base, "another", NULL), 0);
	ck_assert_int_eq(control_create(&second, &os, other.folder, NULL), 0);
	client_names_list(&names, &os, base);
	ck_assert_uint_eq(names.count, 2);
	ck_assert_str_eq(names.names[0], "another");
	ck_assert_str_eq(names.names[1], "weblog");
	client_names_release(&names);
	control_destroy(&second);
	client_names_list(&names, &os, base);
	ck_assert_uint_eq(names.count, 1);
	client_names_release(&names);
	ck_assert_int_eq(
		client_connect(&client, &os, base, "another", &error), -ENOENT);
	ck_assert_str_eq(error.text, "no topology runs under the name another");
	ck_assert_int_eq(
		client_connect(&client, &os, base, "../weblog", NULL), -ENOENT);
	ck_assert_int_eq(
		client_connect(&client, &os, base, "never", NULL), -ENOENT);
	/* What a killed one has left is no hindrance. */
	ck_assert_int_eq(control_create(&second, &os, other.folder, NULL), 0);
	control_destroy(&second);
	runtime_release(&other);
}
END_TEST

static Suite *control_suite(void)
{
	Suite *suite = suite_create("control");
	TCase *tests = test_case(suite, "tools");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_tool_asks_and_is_answered);
	tcase_add_test(tests, a_second_request_waits_for_the_first_answer);
	tcase_add_test(tests, the_end_of_the_control_ends_who_waits);
	tcase_add_test(tests, running_topologies_are_listed_and_dead_ones_not);
	return suite;
}

TEST_MAIN(control_suite)
