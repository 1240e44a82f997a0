/* A link beside a peer that is a script: credit, gaps, readers that leave. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/link_script.h"
#include "tests/test.h"

START_TEST(a_packet_larger_than_said_is_refused)
{
	static struct script script;

	script_begin(&script, _i % 2, 0);
	memset(script.packet, 0, sizeof script.packet);
	script.bytes = 65536 + 8;
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(script.closed, 1);
	ck_assert_msg(strstr(script.why, "larger than the 65536 bytes"), "%s",
		script.why);
	script_end(&script);
}
END_TEST

START_TEST(silence_ends_the_link_after_ten_seconds)
{
	static struct script script;

	script_begin(&script, _i, 0);
	script_settle(&script);
	ck_assert_uint_eq(script.closed, 0);
	script.fake.now_ns += LINK_HELLO_NS - 1;
	timers_fire(&script.pipeline.fabric.timers, script.fake.now_ns);
	ck_assert_uint_eq(script.closed, 0);
	script.fake.now_ns += 1;
	timers_fire(&script.pipeline.fabric.timers, script.fake.now_ns);
	script_hear(&script);
	ck_assert_uint_eq(script.closed, 1);
	ck_assert_str_eq(script.why, "said nothing within 10 seconds");
	ck_assert_str_eq(script.bye, "no HELLO came");
	script_end(&script);
}
END_TEST

START_TEST(what_was_taken_beyond_credit_waits_for_credit)
{
	static struct script script;

	script_begin(&script, true, 0);
	script_say_hello(&script);
	script_add_alpha(&script, 0, 1000);
	script_add_iota(&script, 0, 3000, 2);
	script_say(&script);
	script_settle(&script);
	script.pipeline.streams[0].extra_bytes = STREAM_QUIESCE_EXTRA;
	ck_assert_uint_eq(script_write_records(&script, 5, 1000), 5);
	script_settle(&script);
	ck_assert_uint_eq(script.came, 2);
	script_add_iota(&script, 0, 3999, 9);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(script.came, 3);
	script_add_iota(&script, 0, 1 << 20, 1 << 20);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(script.came, 5);
	script_end(&script);
}
END_TEST

START_TEST(credit_without_end_stages_no_more_than_the_capacity)
{
	static struct script script;

	script_begin(&script, true, 0);
	script_open_link(&script);
	script_add_iota(&script, 0, UINT64_MAX, UINT64_MAX);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(script_write_records(&script, 100, SCRIPT_ATOMIC),
		SCRIPT_CAPACITY / SCRIPT_ATOMIC);
	script_settle(&script);
	ck_assert_uint_eq(
		script_write_records(&script, 100, 1), SCRIPT_RECORDS);
	script_end(&script);
}
END_TEST

START_TEST(a_reader_that_leaves_while_others_wait_to_be_sent_frees_its_writer)
{
	static struct script script;
	struct stream *stream = &script.pipeline.streams[0];

	script_begin(&script, true, 0);
	script_open_link(&script);
	fake_os_fail(&script.fake, OS_CALL(sendmsg), FAKE_ALWAYS, EAGAIN);
	script_add_records(&script, 1, 0, SCRIPT_RECORDS, 8);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(
		script_read_records(&script, SCRIPT_RECORDS), SCRIPT_RECORDS);
	script_settle(&script); /* a packet with credit waits now */
	script_add_omega(&script, 0, 0, NOTICE_GONE);
	script_say(&script);
	script_settle(&script);
	ck_assert(stream->reader.gone);
	script_end(&script);
}
END_TEST

START_TEST(a_reader_that_leaves_while_its_records_wait_frees_them_later)
{
	static struct script script;
	struct stream *stream = &script.pipeline.streams[0];

	script_begin(&script, true, 32768);
	script_open_link(&script);
	script_add_iota(&script, 0, SCRIPT_CAPACITY, SCRIPT_RECORDS);
	script_say(&script);
	script_settle(&script);
	fake_os_fail(&script.fake, OS_CALL(sendmsg), FAKE_ALWAYS, EAGAIN);
	ck_assert_uint_eq(script_write_records(&script, 3, SCRIPT_ATOMIC), 3);
	script_settle(&script);
	script_add_omega(&script, 0, 0, NOTICE_GONE);
	script_say(&script);
	script_settle(&script);
	ck_assert(!stream->reader.gone);
	script.fake.fault_count = 0;
	script_add_iota(&script, 0, 1, 1);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(script.came, 3);
	ck_assert(stream->reader.gone);
	script_end(&script);
}
END_TEST

START_TEST(repeats_are_dropped_and_gaps_are_counted)
{
	static struct script script;

	script_begin(&script, _i, 0);
	script_open_link(&script);
	script_add_records(&script, 1, 0, 2, 8);
	script_add_records(&script, 1, 0, 3, 8);  /* two of them again */
	script_add_records(&script, 1, 5, 1, 8);  /* without 3 and 4 */
	script_add_part(&script, 1, 2, 64, 0, 8); /* a part of one that came */
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(script.closed, 0);
	ck_assert_uint_eq(link_counts(script.link)->repeated, 3);
	ck_assert_uint_eq(link_counts(script.link)->lost, 2);
	ck_assert_uint_eq(script_read_records(&script, 9), 4);
	script_settle(&script);
	ck_assert_uint_eq(script.iota.records, 6 + SCRIPT_RECORDS);
	ck_assert_uint_eq(script.missed, 0);
	script_add_omega(&script, 1, 8, NOTICE_DONE);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(link_counts(script.link)->lost, 4);
	ck_assert_uint_eq(script.missed, 4);
	script_end(&script);
}
END_TEST

START_TEST(packets_fit_the_buffer_that_the_socket_really_has)
{
	static struct script script;
	int buffer = 0;
	socklen_t bytes = sizeof buffer;

	script_begin(&script, true, 8192);
	script_open_link(&script);
	script_add_iota(&script, 0, SCRIPT_CAPACITY, SCRIPT_RECORDS);
	script_say(&script);
	script_settle(&script);
	getsockopt(script.peer, SOL_SOCKET, SO_SNDBUF, &buffer, &bytes);
	ck_assert_uint_eq(script_write_records(&script, 4, SCRIPT_ATOMIC), 4);
	for (int i = 0; i < 20; i++)
		script_settle(&script);
	ck_assert_str_eq(script.why, "");
	ck_assert_uint_eq(script.came, 4);
	script_end(&script);
}
END_TEST

START_TEST(what_a_broken_link_may_have_lost_is_told)
{
	static struct script script;

	script_begin(&script, _i, 0);
	script_open_link(&script);
	script_add_iota(&script, 0, SCRIPT_CAPACITY, SCRIPT_RECORDS);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(script_write_records(&script, 5, 100), 5);
	script_settle(&script);
	script_add_iota(&script, 0, SCRIPT_CAPACITY + 200, SCRIPT_RECORDS + 2);
	script_say(&script);
	script_settle(&script);
	shutdown(script.peer, SHUT_RDWR);
	script_settle(&script);
	ck_assert_uint_eq(script.closed, 1);
	ck_assert_uint_eq(script.lost, 3);
	script_end(&script);
}
END_TEST

START_TEST(a_peer_that_says_goodbye_is_quoted)
{
	static struct script script;

	script_begin(&script, _i, 0);
	script_open_link(&script);
	script_add_notice(&script,
		&(struct notice){.kind = NOTICE_BYE, .text = "I am tired"});
	script_say(&script);
	script_settle(&script);
	ck_assert_str_eq(
		script.why, "the peer closed the connection: I am tired");
	ck_assert_str_eq(script.bye, "");
	script_end(&script);
}
END_TEST

/* Half a packet holds up nobody: HELLO is waited for, and the end is seen. */
START_TEST(half_a_packet_and_silence_are_borne_until_the_end)
{
	static struct script script;
	const uint8_t half[] = {48, 0, 0, 0, 1, 0, 0, 0, 0};

	script_begin(&script, false, 0);
	if (_i % 2)
		script_open_link(&script);
	ck_assert_int_eq(send(script.peer, half, sizeof half, MSG_NOSIGNAL), 9);
	script_settle(&script);
	script.fake.now_ns += LINK_HELLO_NS;
	timers_fire(&script.pipeline.fabric.timers, script.fake.now_ns);
	if (_i % 2) {
		ck_assert_uint_eq(script.closed, 0);
		shutdown(script.peer, SHUT_WR);
		script_settle(&script);
		ck_assert_str_eq(script.why, "the peer has gone");
	} else {
		ck_assert_str_eq(script.why, "said nothing within 10 seconds");
	}
	ck_assert_uint_eq(script.closed, 1);
	script_end(&script);
}
END_TEST

START_TEST(the_largest_packet_agreed_on_is_taken)
{
	static struct script script;

	script_begin(&script, _i, 0);
	script_open_link(&script);
	while (script.bytes < SCRIPT_PACKET - 4000) /* notices to ignore */
		script_add_iota(&script, 0, SCRIPT_CAPACITY, SCRIPT_RECORDS);
	script_add_part(&script, 1, 0, SCRIPT_ATOMIC, 0,
		SCRIPT_PACKET - script.bytes - 40);
	ck_assert_uint_eq(script.bytes, SCRIPT_PACKET);
	script_say(&script);
	script_settle(&script);
	ck_assert_str_eq(script.why, "");
	ck_assert_uint_eq(script.closed, 0);
	script_end(&script);
}
END_TEST

static Suite *link_peer_suite(void)
{
	Suite *suite = suite_create("link_peer");
	TCase *tests = test_case(suite, "peers");

	tcase_add_loop_test(tests, a_packet_larger_than_said_is_refused, 0, 2);
	tcase_add_loop_test(
		tests, silence_ends_the_link_after_ten_seconds, 0, 2);
	tcase_add_test(tests, what_was_taken_beyond_credit_waits_for_credit);
	tcase_add_test(
		tests, credit_without_end_stages_no_more_than_the_capacity);
	tcase_add_test(tests,
		a_reader_that_leaves_while_others_wait_to_be_sent_frees_its_writer);
	tcase_add_test(tests,
		a_reader_that_leaves_while_its_records_wait_frees_them_later);
	tcase_add_loop_test(
		tests, repeats_are_dropped_and_gaps_are_counted, 0, 2);
	tcase_add_test(
		tests, packets_fit_the_buffer_that_the_socket_really_has);
	tcase_add_loop_test(
		tests, what_a_broken_link_may_have_lost_is_told, 0, 2);
	tcase_add_loop_test(tests, a_peer_that_says_goodbye_is_quoted, 0, 2);
	tcase_add_loop_test(
		tests, half_a_packet_and_silence_are_borne_until_the_end, 0, 2);
	tcase_add_loop_test(tests, the_largest_packet_agreed_on_is_taken, 0, 2);
	return suite;
}

TEST_MAIN(link_peer_suite)
