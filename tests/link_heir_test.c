/*
 * link: processes that follow others: whose HELLO a link begins with, what was
 * meant for another, and connections that take the place of torn ones.
 */
#include "tests/link_script.h"
#include "tests/test.h"

#include <sys/socket.h>
#include <unistd.h>

static struct script script;

static void say_alphas(void)
{
	script_add_alpha(&script, 0, SCRIPT_ATOMIC);
	script_add_alpha(&script, 1, SCRIPT_ATOMIC);
	script_say(&script);
	script_settle(&script);
}

START_TEST(a_link_begins_with_the_hello_that_answers_its_own)
{
	script_begin_heirs(&script, true);
	script_settle(&script);
	ck_assert_uint_eq(script.hellos, 1);
	ck_assert_uint_eq(script.hello.heard, 0);
	script_say_hello_of(&script, 20, 0); /* says who it is */
	ck_assert(!link_is_open(script.link));
	ck_assert_uint_eq(script.hello.heard, 20);
	script_say_hello_of(&script, 20, 6); /* answers somebody else's */
	ck_assert(!link_is_open(script.link));
	script_say_hello_of(&script, 20, SCRIPT_INCARNATION);
	ck_assert(link_is_open(script.link));
	ck_assert_uint_eq(script.hellos, 2);
	say_alphas();
	script_say_hello_of(&script, 21, 0); /* another has followed */
	ck_assert(!link_is_open(script.link));
	ck_assert_uint_eq(script.hello.heard, 21);
	script_say_hello_of(&script, 21, SCRIPT_INCARNATION);
	ck_assert(link_is_open(script.link));
	ck_assert_uint_eq(script.closed, 0);
	script_end(&script);
}
END_TEST

START_TEST(what_was_meant_for_another_is_passed_over_but_for_records)
{
	script_begin_heirs(&script, true);
	script_add_iota(&script, 0, 100000, 100);
	script_add_omega(&script, 1, 5, NOTICE_DONE);
	script_add_records(&script, 1, 1000, 3, 16);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(script_read_records(&script, 10), 3);
	ck_assert_uint_eq(script.closed, 0);
	script_say_hello_of(&script, 20, SCRIPT_INCARNATION);
	say_alphas();
	script_add_records(&script, 1, 0, 2, 16);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(script_read_records(&script, 10), 2);
	ck_assert_uint_eq(script.closed, 0);
	script_end(&script);
}
END_TEST

/* Bad in one way each; whoever says so is not believed. */
START_TEST(a_hello_that_makes_no_sense_ends_the_link)
{
	const struct notice hellos[] = {
		{.kind = NOTICE_HELLO, .version = 2, .packet_bytes = 65536},
		{.kind = NOTICE_HELLO, .version = 1, .packet_bytes = 1},
		{.kind = NOTICE_HELLO,
			.version = 1,
			.packet_bytes = UINT64_MAX,
			.heard = SCRIPT_INCARNATION},
	};

	script_begin_heirs(&script, true);
	if (_i >= 3)
		script_say_hello_of(&script, 20, SCRIPT_INCARNATION);
	script_add_notice(&script, &hellos[_i % 3]);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(script.closed, 1);
	ck_assert_str_ne(script.why, "");
	script_end(&script);
}
END_TEST

START_TEST(an_end_without_a_word_is_a_good_one_and_bye_is_not)
{
	const struct notice bye = {
		.kind = NOTICE_BYE, .text = "it crashed 6 times within 30 s"};

	script_begin_heirs(&script, true);
	if (_i)
		script_add_notice(&script, &bye);
	if (_i)
		script_say(&script);
	shutdown(script.peer, SHUT_WR);
	script_settle(&script);
	ck_assert_uint_eq(script.closed, 1);
	ck_assert_int_eq(script.pipeline.streams[1].reason,
		_i ? STREAM_CRASHED : STREAM_DONE);
	ck_assert_str_eq(script.why,
		_i ? "the peer has gone: it crashed 6 times within 30 s" : "");
	script_end(&script);
}
END_TEST

/* The second time it stands still when the new connection comes. */
START_TEST(a_torn_connection_of_bytes_is_followed_by_another)
{
	const uint8_t half[] = {48, 0, 0, 0, 1, 0, 0, 0, 0};
	struct error error = ERROR_NONE;
	int fds[2];

	script_begin_heirs(&script, false);
	script_open_link(&script);
	script_add_records(&script, 1, 0, 3, 16);
	script_say(&script);
	ck_assert_int_eq(send(script.peer, half, sizeof half, 0), 9);
	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			0, fds),
		0);
	if (_i)
		link_freeze(script.link);
	ck_assert_int_eq(link_renew(script.link, fds[0], &error), 0);
	if (_i)
		ck_assert_int_eq(link_thaw(script.link, &error), 0);
	close(script.peer);
	script.peer = fds[1];
	script_settle(&script);
	ck_assert_uint_eq(script.closed, 0);
	ck_assert_uint_eq(script.hellos, 2);
	ck_assert_uint_eq(script_read_records(&script, 10), 3);
	script_open_link(&script);
	script_add_records(&script, 1, 0, 2, 16);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(script_read_records(&script, 10), 2);
	ck_assert_uint_eq(script.closed, 0);
	script_end(&script);
}
END_TEST

/* All its streams have ended, and the one that had not read so has died: it is
 * not to wait for an answer on the old connection, which others hold open. The
 * second time it stands still when the new one comes. */
START_TEST(a_connection_that_is_made_anew_behind_the_end_is_the_end)
{
	struct error error = ERROR_NONE;
	char byte;
	int fds[2];

	script_begin_heirs(&script, false);
	script_open_link(&script);
	script_add_omega(&script, 1, 0, NOTICE_DONE);
	script_say(&script);
	stream_end(&script.pipeline.streams[0], &script.out, STREAM_DONE);
	script_settle(&script);
	ck_assert_uint_eq(script.closed, 0);
	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			0, fds),
		0);
	if (_i)
		link_freeze(script.link);
	ck_assert_int_eq(link_renew(script.link, fds[0], &error), 0);
	if (_i)
		ck_assert_int_eq(link_thaw(script.link, &error), 0);
	script_settle(&script);
	ck_assert_uint_eq(script.closed, 1);
	ck_assert_str_eq(script.why, "");
	ck_assert_int_eq(recv(fds[1], &byte, 1, 0), 0);
	close(fds[1]);
	script_end(&script);
}
END_TEST

/* The new connection comes while its own process is being replaced: 0, before
 * that one stands still, and so says HELLO on it, which its follower does not
 * say again; 1, behind that; 2, before the follower is there at all, which has
 * no other then. */
START_TEST(who_follows_on_a_connection_made_anew_says_hello_there_once)
{
	static struct script follower;
	struct error error = ERROR_NONE;
	struct carry_reader from;
	struct carry carry;
	int fds[2];

	script_begin_heirs(&script, false);
	script_begin_heirs(&follower, false);
	script_open_link(&script);
	link_freeze(follower.link);
	carry_init(&carry, &script.fake.os);
	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			0, fds),
		0);
	if (_i < 2)
		ck_assert_int_eq(
			link_renew(follower.link, dup(fds[0]), &error), 0);
	if (_i == 0) {
		ck_assert_int_eq(
			link_renew(script.link, dup(fds[0]), &error), 0);
		close(script.peer);
		script.peer = dup(fds[1]);
		script_settle(&script);
		ck_assert_uint_eq(script.hellos, 2);
	}
	close(fds[0]);
	link_freeze(script.link);
	link_carry(script.link, &carry);
	carry_whole(&carry);
	from = (struct carry_reader){carry.bytes, carry.bytes + carry.used,
		carry.fds, carry.fd_count, false};
	ck_assert_int_eq(link_adopt(follower.link, &from, false, &error), 0);
	ck_assert_int_eq(link_thaw(follower.link, &error), 0);
	if (_i < 2) {
		close(follower.peer);
		follower.peer = dup(fds[1]);
	}
	close(fds[1]);
	script_settle(&follower);
	ck_assert_uint_eq(follower.hellos, _i > 0);
	ck_assert_uint_eq(follower.closed, 0);
	carry_release(&carry);
	script_end(&follower);
	script_end(&script);
}
END_TEST

static Suite *link_heir_suite(void)
{
	Suite *suite = suite_create("link_heir");
	TCase *heirs = test_case(suite, "heirs");

	tcase_add_test(
		heirs, a_link_begins_with_the_hello_that_answers_its_own);
	tcase_add_test(heirs,
		what_was_meant_for_another_is_passed_over_but_for_records);
	tcase_add_loop_test(
		heirs, a_hello_that_makes_no_sense_ends_the_link, 0, 6);
	tcase_add_loop_test(heirs,
		an_end_without_a_word_is_a_good_one_and_bye_is_not, 0, 2);
	tcase_add_loop_test(
		heirs, a_torn_connection_of_bytes_is_followed_by_another, 0, 2);
	tcase_add_loop_test(heirs,
		a_connection_that_is_made_anew_behind_the_end_is_the_end, 0, 2);
	tcase_add_loop_test(heirs,
		who_follows_on_a_connection_made_anew_says_hello_there_once, 0,
		3);
	return suite;
}

TEST_MAIN(link_heir_suite)
