/*
 * operators_net: lines of many connections, in one piece, also when they move.
 */
#include "tests/net.h"

/* --- lines --- */

START_TEST(lines_of_many_connections_are_never_torn)
{
	int a, b;

	start("tcp.listen");
	ck_assert_uint_eq(times_said("listening on 127.0.0.1:"), 1);
	a = client();
	b = client();
	say(a, "one\ntw");
	await_text(lines, "one\n");
	say(b, "three\n");
	await_text(lines, "three\n");
	say(a, "o\nfo");
	await_text(lines, "two\n");
	say(b, "five\nsix");
	close(b);
	await_text(lines, "six\n");
	say(a, "ur\n");
	close(a);
	await_text(lines, "four\n");
	ck_assert_str_eq(lines, "one\nthree\ntwo\nfive\nsix\nfour\n");
	finish();
}
END_TEST

START_TEST(a_line_that_is_too_long_is_refused_and_the_rest_comes)
{
	static char text[STREAM_ATOMIC_DEFAULT + 100];
	int fd;

	start("tcp.listen");
	fd = client();
	memset(text, 'x', sizeof text - 1);
	say(fd, text);
	while (p.operators[0]->state == INSTANCE_RUNNING &&
		fake.calls[OS_CALL(recvmsg)] < 3)
		ck_assert(fabric_turn(&p.fabric, -1));
	say(fd, "y\nshort\n");
	await_text(lines, "short\n");
	await_text(bad, "and a newline, and a record of this stream takes");
	ck_assert_str_eq(lines, "short\n");
	ck_assert_ptr_nonnull(strstr(bad, "has 65636 bytes"));
	close(fd);
	finish();
}
END_TEST

/* Just as long as a record: with its newline it is one. */
START_TEST(the_longest_line_passes)
{
	static char text[STREAM_ATOMIC_DEFAULT + 1];
	int fd;

	start("tcp.listen");
	fd = client();
	memset(text, 'x', sizeof text - 2);
	say(fd, text);
	close(fd);
	await_text(lines, "x\n");
	ck_assert_uint_eq(strlen(lines), STREAM_ATOMIC_DEFAULT);
	ck_assert_str_eq(bad, "");
	finish();
}
END_TEST

START_TEST(what_a_broken_connection_tore_is_refused)
{
	const struct linger at_once = {.l_onoff = 1};
	int fd;

	start("tcp.listen");
	fd = client();
	say(fd, "whole\ntor");
	await_text(lines, "whole\n");
	ck_assert_int_eq(
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once),
		0);
	close(fd);
	await_text(bad, "Connection reset by peer");
	ck_assert_ptr_nonnull(strstr(bad, "tor"));
	ck_assert_str_eq(lines, "whole\n");
	finish();
}
END_TEST

START_TEST(connections_and_what_they_began_to_say_move)
{
	static char text[STREAM_ATOMIC_DEFAULT + 1];
	int a, b, late;

	start("tcp.listen");
	a = client();
	b = client();
	say(a, "ready\nhel");
	await_text(lines, "ready\n");
	memset(text, 'x', sizeof text - 1);
	say(b, text);
	pipeline_move(&p, 0);
	late = client();
	say(a, "lo\n");
	await_text(lines, "hello\n");
	pipeline_move(&p, 0);
	say(late, "late\n");
	await_text(lines, "late\n");
	say(b, "x\nend\n");
	await_text(lines, "end\n");
	await_text(bad, "has 65537 bytes");
	ck_assert_str_eq(lines, "ready\nhello\nlate\nend\n");
	ck_assert_uint_eq(times_said("listening on"), 1);
	close(a);
	close(b);
	close(late);
	finish();
}
END_TEST

START_TEST(a_state_that_is_cut_short_is_refused)
{
	static const struct stream_settings grows = {
		0, 64, STREAM_ATOMIC_MAX, STREAM_GROW};
	struct error error = ERROR_NONE;
	struct instance *made = NULL;
	struct stream state;

	make_fake();
	prepare("tcp.listen", NULL);
	stream_init(&state, &p.fabric.streams, &grows, "state");
	ck_assert_int_eq(
		instance_create(&made, &p.fabric, &p.makes[0], &error), 0);
	ck_assert_int_eq(instance_prepare(made, &error), 0);
	ck_assert_int_eq(instance_restore(made, &state, 1, &error), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(error.text, "cut short"));
	stream_release(&state);
	instance_destroy(&made);
	pipeline_start(&p);
	finish();
}
END_TEST

static Suite *operators_net_suite(void)
{
	Suite *suite = suite_create("operators_net");
	TCase *tests = test_case(suite, "lines");

	tcase_add_test(tests, lines_of_many_connections_are_never_torn);
	tcase_add_test(
		tests, a_line_that_is_too_long_is_refused_and_the_rest_comes);
	tcase_add_test(tests, the_longest_line_passes);
	tcase_add_test(tests, what_a_broken_connection_tore_is_refused);
	tcase_add_test(tests, connections_and_what_they_began_to_say_move);
	tcase_add_test(tests, a_state_that_is_cut_short_is_refused);
	return suite;
}

TEST_MAIN(operators_net_suite)
