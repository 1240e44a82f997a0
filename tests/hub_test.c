/* A hub beside nodes and a program that are scripts: what is said goes where it
 * belongs, whatever the system calls do. */
#include <errno.h>
#include <string.h>

#include "tests/hub_script.h"
#include "tests/test.h"

static struct hubs hubs;

/* Node 0 has stream 0, which it writes; node 1 has stream 1, which it reads,
 * and stream 2, which it writes. */
static void nodes_begin(void)
{
	script_add_hello(&hubs.speech, FRAME_VERSION, SCRIPT_PACKET);
	hubs_say(&hubs, &hubs.nodes[0]);
	script_add_hello(&hubs.speech, FRAME_VERSION, 8192);
	hubs_say(&hubs, &hubs.nodes[1]);
}

static void nodes_announce(void)
{
	hubs_add_alpha(&hubs, 0, true);
	hubs_say(&hubs, &hubs.nodes[0]);
	hubs_settle(&hubs);
	hubs_add_alpha(&hubs, 1, false);
	hubs_add_alpha(&hubs, 2, true);
	script_add_iota(&hubs.speech, 1, SCRIPT_CAPACITY, SCRIPT_RECORDS);
	hubs_say(&hubs, &hubs.nodes[1]);
	hubs_settle(&hubs);
}

/* All that the program says, in two packets. */
static void add_program_begin(void)
{
	struct script *speech = &hubs.speech;

	script_add_hello(speech, FRAME_VERSION, SCRIPT_PACKET);
	script_add_alpha(speech, 0, SCRIPT_ATOMIC);
	script_add_alpha(speech, 1, SCRIPT_ATOMIC);
	script_add_alpha(speech, 2, SCRIPT_ATOMIC);
	script_add_iota(speech, 0, SCRIPT_CAPACITY, SCRIPT_RECORDS);
	script_add_iota(speech, 2, SCRIPT_CAPACITY, SCRIPT_RECORDS);
}

static void add_program_records(void)
{
	struct script *speech = &hubs.speech;

	script_add_records(speech, 1, 0, 2, 100);
	script_add_part(speech, 1, 2, 600, 0, 512);
	script_add_iota(speech, 0, SCRIPT_CAPACITY * 2, SCRIPT_RECORDS * 2);
	script_add_part(speech, 1, 2, 600, 512, 88);
	script_add_omega(speech, 1, 3, NOTICE_DONE);
}

static void nodes_write(void)
{
	script_add_records(&hubs.speech, 0, 0, 1, 9);
	hubs_say(&hubs, &hubs.nodes[0]);
	hubs_settle(&hubs);
	script_add_records(&hubs.speech, 2, 0, 2, 0);
	script_add_omega(&hubs.speech, 2, 2, NOTICE_DONE);
	hubs_say(&hubs, &hubs.nodes[1]);
	hubs_settle(&hubs);
	script_add_omega(&hubs.speech, 0, 1, NOTICE_DONE);
	hubs_say(&hubs, &hubs.nodes[0]);
	hubs_settle(&hubs);
}

/* The whole of it; the program speaks in pieces of so many bytes. */
static void converse(size_t piece)
{
	uint8_t all[16384];
	uint32_t bytes, at = 0;

	nodes_begin();
	hubs_settle(&hubs);
	nodes_announce();
	for (int i = 0; i < 2; i++) {
		(i == 0 ? add_program_begin : add_program_records)();
		bytes = hubs.speech.bytes;
		memcpy(all + at, &bytes, sizeof bytes);
		memcpy(all + at + sizeof bytes, hubs.speech.packet, bytes);
		at += (uint32_t)sizeof bytes + bytes;
		hubs.speech.bytes = 0;
	}
	/* It knows no stream that it was not told of. */
	if (!strstr(hubs.program.heard, "alpha:0 alpha:1 alpha:2"))
		at = 0;
	for (size_t from = 0; from < at; from += piece) {
		(void)hubs_say_raw(&hubs.program, all + from,
			piece < at - from ? piece : at - from);
		hubs_settle(&hubs);
	}
	nodes_write();
	for (int i = 0; i < 2; i++)
		(void)shutdown(hubs.nodes[i].fd, SHUT_WR);
	(void)shutdown(hubs.program.fd, SHUT_WR);
	hubs_settle(&hubs);
}

static const char program_heard[] =
	"hello:8192 alpha:0 alpha:1 alpha:2 iota:1 records:0:0+1 "
	"records:2:0+2 omega:2:2 omega:0:1 end";
static const char first_heard[] = "hello:65536 alpha:0 iota:0 iota:0 end";
static const char second_heard[] =
	"hello:65536 alpha:1 alpha:2 iota:2 records:1:0+2 part:1:2 part:1:2 "
	"omega:1:3 end";

static void expect_all(void)
{
	hubs_expect(&hubs.program, program_heard);
	hubs_expect(&hubs.nodes[0], first_heard);
	hubs_expect(&hubs.nodes[1], second_heard);
	ck_assert_int_eq(hubs.flow, HUB_OVER);
}

START_TEST(each_node_hears_what_is_of_its_streams)
{
	hubs_begin(&hubs, 2, _i);
	converse(16384);
	expect_all();
	ck_assert_uint_eq(hubs.agains, 0);
	hubs_end(&hubs);
}
END_TEST

START_TEST(a_program_that_speaks_byte_by_byte_is_understood)
{
	hubs_begin(&hubs, 2, _i);
	converse(1);
	expect_all();
	hubs_end(&hubs);
}
END_TEST

START_TEST(a_program_hears_hello_when_all_nodes_have_said_it)
{
	hubs_begin(&hubs, 2, false);
	script_add_hello(&hubs.speech, FRAME_VERSION, SCRIPT_PACKET);
	hubs_say(&hubs, &hubs.nodes[1]);
	hubs_settle(&hubs);
	hubs_expect(&hubs.program, "");
	script_add_hello(&hubs.speech, FRAME_VERSION, 4096);
	hubs_say(&hubs, &hubs.nodes[0]);
	hubs_settle(&hubs);
	hubs_expect(&hubs.program, "hello:4096");
	hubs_end(&hubs);
}
END_TEST

/* Each nth call: interrupted, or short. Nobody notices. */
static uint64_t harm(unsigned nth, int kind)
{
	static const size_t calls[] = {OS_CALL(read), OS_CALL(sendmsg)};

	hubs_begin(&hubs, 2, false);
	if (kind < 2)
		fake_os_fail(&hubs.fake, calls[kind], nth, EINTR);
	else
		fake_os_cut(&hubs.fake, calls[kind % 2], nth, 1 + nth % 7);
	converse(300);
	expect_all();
	hubs_end(&hubs);
	return hubs.fake.fired;
}

START_TEST(calls_that_are_interrupted_or_short_change_nothing)
{
	unsigned nth = 1;

	while (harm(nth, _i))
		nth++;
	ck_assert_uint_gt(nth, 5);
}
END_TEST

/* What was heard before the end is what is heard without a fault. */
static void expect_beginning(struct hub_talker *talker, const char *all)
{
	char *heard = talker->heard, *bye;
	size_t length;

	bye = strstr(heard, "bye:");
	if (bye)
		*bye = 0;
	length = strlen(heard);
	if (length >= 3 && strcmp(heard + length - 3, "end") == 0)
		length -= 3;
	ck_assert_msg(strncmp(heard, all, length) == 0, "heard: %s", heard);
}

START_TEST(every_call_that_fails_leaves_nothing_open_and_nothing_torn)
{
	for (unsigned nth = 1;; nth++) {
		uint64_t fired;

		hubs_prepare(&hubs, 2, false);
		fake_os_fail_nth(&hubs.fake, nth, EIO);
		if (hubs_make(&hubs) == 0 && hubs_connect(&hubs) == 0)
			converse(300);
		fired = hubs.fake.fired;
		expect_beginning(&hubs.program, program_heard);
		expect_beginning(&hubs.nodes[0], first_heard);
		expect_beginning(&hubs.nodes[1], second_heard);
		hubs_end(&hubs);
		if (!fired)
			break;
		ck_assert_uint_lt(nth, 10000);
	}
}
END_TEST

START_TEST(a_node_that_is_done_leaves_and_the_others_go_on)
{
	hubs_begin(&hubs, 2, false);
	nodes_begin();
	hubs_settle(&hubs);
	nodes_announce();
	add_program_begin();
	hubs_say(&hubs, &hubs.program);
	hubs_settle(&hubs);
	hubs.program.heard[0] = hubs.nodes[0].heard[0] = 0;
	script_add_omega(&hubs.speech, 0, 0, NOTICE_DONE);
	hubs_say(&hubs, &hubs.nodes[0]);
	(void)shutdown(hubs.nodes[0].fd, SHUT_WR);
	hubs_settle(&hubs);
	hubs_expect(&hubs.nodes[0], "end");
	hubs_expect(&hubs.program, "omega:0:0");
	hubs.nodes[1].heard[0] = 0;
	script_add_records(&hubs.speech, 1, 0, 1, 5);
	hubs_say(&hubs, &hubs.program);
	hubs_settle(&hubs);
	hubs_expect(&hubs.nodes[1], "records:1:0+1");
	hubs_end(&hubs);
}
END_TEST

START_TEST(a_node_that_goes_early_ends_the_connection_of_all)
{
	hubs_begin(&hubs, 2, _i);
	nodes_begin();
	hubs_settle(&hubs);
	nodes_announce();
	add_program_begin();
	hubs_say(&hubs, &hubs.program);
	hubs_settle(&hubs);
	hubs.program.heard[0] = hubs.nodes[1].heard[0] = 0;
	hubs_leave(&hubs.nodes[0]);
	hubs_settle(&hubs);
	hubs_expect(&hubs.program, "end");
	hubs_leave(&hubs.program);
	hubs_settle(&hubs);
	hubs_expect(&hubs.nodes[1], "end");
	ck_assert_uint_eq(hubs.agains, 0);
	hubs_end(&hubs);
}
END_TEST

static Suite *hub_suite(void)
{
	Suite *suite = suite_create("hub");
	TCase *tests = test_case(suite, "frames");

	tcase_add_loop_test(
		tests, each_node_hears_what_is_of_its_streams, 0, 2);
	tcase_add_loop_test(
		tests, a_program_that_speaks_byte_by_byte_is_understood, 0, 2);
	tcase_add_test(
		tests, a_program_hears_hello_when_all_nodes_have_said_it);
	tcase_add_loop_test(tests,
		calls_that_are_interrupted_or_short_change_nothing, 0, 4);
	tcase_add_test(tests,
		every_call_that_fails_leaves_nothing_open_and_nothing_torn);
	tcase_add_test(tests, a_node_that_is_done_leaves_and_the_others_go_on);
	tcase_add_loop_test(
		tests, a_node_that_goes_early_ends_the_connection_of_all, 0, 2);
	return suite;
}

TEST_MAIN(hub_suite)
