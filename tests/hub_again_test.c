/* A program that dies at every byte of what it says, and comes again: a node
 * hears only what is whole, nothing twice; and what a link behind the hub
 * wrote was had, or was told as lost. */
#include <string.h>
#include <sys/socket.h>

#include "tests/hub_script.h"
#include "tests/test.h"

#define WRITTEN 12u
#define SPOKEN 5u /* records of the program's, on each connection */

static struct hubs hubs;
static struct script near;

/* One node, which is a link; the nodes[0] of `hubs` is left out. */
static void begin(void)
{
	script_begin_again(&near);
	memset(&hubs, 0, sizeof hubs);
	fake_os_init(&hubs.fake);
	hubs.plan.topology = "topology";
	hubs.plan.links = hubs.links;
	hubs.plan.link_count = 1;
	hubs.links[0] = (struct node_plan_link){
		.fd = (uint32_t)near.peer, .reconnect = true};
	near.peer = -1;
	hubs.program.fd = hubs.nodes[0].fd = -1;
	ck_assert_int_eq(hubs_make(&hubs), 0);
	ck_assert_int_eq(hubs_connect(&hubs), 0);
}

/* The link and the hub do all that they can at once. */
static void settle(void)
{
	struct fabric *fabric = &near.pipeline.fabric;

	for (int i = 0; i < 8; i++) {
		(void)reactor_poll(fabric->reactor, 0);
		scheduler_round(&fabric->scheduler);
		hubs_settle(&hubs);
	}
	ck_assert_msg(near.closed == 0, "%s", near.why);
}

static void finish(void)
{
	hub_destroy(&hubs.hub);
	reactor_destroy(&hubs.reactor);
	hubs_leave(&hubs.program);
	free(hubs.program.in);
	script_end(&near);
}

static uint32_t read_all(uint32_t *last)
{
	struct stream *stream = &near.pipeline.streams[1];
	uint32_t count = 0;

	while (stream_read(stream, &near.in) == TAU_OK)
		for (; near.in.next < near.in.limit; near.in.next++, count++) {
			const uint8_t *body = near.in.next->body;

			/* Whole, and behind the last of its connection. */
			ck_assert_uint_eq(near.in.next->bytes,
				body[0] == SPOKEN - 1 ? 600 : 40);
			for (uint32_t i = 0; i < near.in.next->bytes; i++)
				ck_assert_uint_eq(body[i], body[0]);
			ck_assert_uint_ge(body[0], *last);
			*last = body[0] + 1u;
		}
	stream_unread(stream, &near.in);
	return count;
}

static void add_packet(uint8_t *all, uint32_t *at)
{
	uint32_t bytes = hubs.speech.bytes;

	memcpy(all + *at, &bytes, sizeof bytes);
	memcpy(all + *at + sizeof bytes, hubs.speech.packet, bytes);
	*at += (uint32_t)sizeof bytes + bytes;
	hubs.speech.bytes = 0;
}

/* All that the program says until it is to hear: its packets, one behind the
 * other; how many bytes. Records come in bursts, and the last in parts. */
static uint32_t compose(uint8_t *all, uint32_t records)
{
	struct script *speech = &hubs.speech;
	uint32_t at = 0;

	script_add_hello(speech, FRAME_VERSION, SCRIPT_PACKET);
	add_packet(all, &at);
	script_add_alpha(speech, 0, SCRIPT_ATOMIC);
	script_add_alpha(speech, 1, SCRIPT_ATOMIC);
	script_add_iota(speech, 0, SCRIPT_CAPACITY, records);
	add_packet(all, &at);
	script_add_records(speech, 1, 0, 3, 40);
	script_add_iota(speech, 0, SCRIPT_CAPACITY, records);
	script_add_records(speech, 1, 3, 1, 40);
	add_packet(all, &at);
	script_add_part(speech, 1, 4, 600, 0, 512);
	add_packet(all, &at);
	script_add_part(speech, 1, 4, 600, 512, 88);
	add_packet(all, &at);
	return at;
}

/* How many records of stream 0 the program has heard, one each in `heard`. */
static uint32_t count_heard(void)
{
	uint32_t count = 0;
	unsigned stream, first, more;

	for (const char *at = hubs.program.heard;
		(at = strstr(at, "records:")) != NULL; at++) {
		ck_assert_int_eq(
			sscanf(at, "records:%u:%u+%u", &stream, &first, &more),
			3);
		ck_assert_uint_eq(stream, 0);
		ck_assert_uint_eq(first, count); /* counted from 0 anew */
		count += more;
	}
	return count;
}

/* Says so many of the bytes, in pieces, so that the link hears the beginning
 * and may write meanwhile. */
static void say_first(const uint8_t *all, uint32_t bytes)
{
	for (uint32_t at = 0; at < bytes; at += 64) {
		ck_assert(hubs_say_raw(&hubs.program, all + at,
			bytes - at < 64 ? bytes - at : 64));
		settle();
	}
}

/* One that dies after `dies_at` bytes, then one that lives: whether the first
 * one said all. */
static bool live_twice(uint32_t dies_at, uint32_t records)
{
	uint8_t all[4096];
	uint32_t bytes, last = 0, read, heard;

	begin();
	settle();
	ck_assert_uint_eq(script_write_records(&near, 1, 30), 0);
	bytes = compose(all, records);
	say_first(all, dies_at < bytes ? dies_at : bytes);
	(void)script_write_records(&near, WRITTEN, 30);
	settle();
	heard = count_heard();
	read = read_all(&last);
	hubs_leave(&hubs.program);
	settle();
	ck_assert_uint_eq(hubs.agains, 1);
	read += read_all(&last);
	ck_assert_uint_eq(read, last);
	hubs.program.heard[0] = 0;
	/* No credit is left of the first one's. */
	ck_assert_uint_eq(script_write_records(&near, 1, 30), 0);

	ck_assert_int_eq(hubs_connect(&hubs), 0);
	settle();
	bytes = compose(all, WRITTEN);
	say_first(all, bytes);
	(void)script_write_records(&near, 3, 30);
	settle();
	last = 0;
	ck_assert_uint_eq(read_all(&last), SPOKEN);
	/* Nothing of the second one's is lost, and of the first one's all that
	 * it had and gave no credit for. */
	ck_assert_uint_eq(near.lost, heard);
	ck_assert_uint_eq(
		near.lost + count_heard(), near.pipeline.streams[0].sent);
	finish();
	return dies_at >= bytes;
}

START_TEST(a_program_may_die_at_every_byte)
{
	uint32_t records = _i ? SCRIPT_RECORDS : 1;
	uint32_t at = 0;

	while (!live_twice(at, records))
		at++;
	ck_assert_uint_gt(at, 600);
}
END_TEST

/* Its stream has ended, and the program is told so, when it dies. Credit that
 * comes behind the end still tells what it had read. */
START_TEST(what_was_not_read_behind_the_end_is_told_as_lost)
{
	uint8_t all[4096];
	uint32_t bytes, last = 0;

	begin();
	settle();
	bytes = compose(all, SCRIPT_RECORDS);
	say_first(all, bytes);
	ck_assert_uint_eq(read_all(&last), SPOKEN);
	ck_assert_uint_eq(script_write_records(&near, 5, 30), 5);
	stream_end(&near.pipeline.streams[0], &near.out, STREAM_DONE);
	settle();
	ck_assert_uint_eq(count_heard(), 5);
	if (_i) {
		script_add_iota(&hubs.speech, 0, SCRIPT_CAPACITY * 2,
			SCRIPT_RECORDS + 2);
		hubs_say(&hubs, &hubs.program);
		settle();
	}
	hubs_leave(&hubs.program);
	settle();
	ck_assert_uint_eq(near.lost, _i ? 3 : 5);
	ck_assert_int_eq(hubs_connect(&hubs), 0);
	hubs.program.heard[0] = 0;
	settle();
	bytes = compose(all, SCRIPT_RECORDS);
	say_first(all, bytes);
	ck_assert(strstr(hubs.program.heard, "alpha:0 omega:0:0") != NULL);
	hubs_leave(&hubs.program);
	settle();
	ck_assert_uint_eq(near.lost, _i ? 3 : 5); /* and not once more */
	finish();
}
END_TEST

/* What only a node can see: the program is told, and the next one let in, with
 * whom all goes on. */
static void breach(int which)
{
	struct script *speech = &hubs.speech;

	switch (which) {
	case 0:
		script_add_records(speech, 77, 0, 1, 40);
		break;
	case 1:
		script_add_records(speech, 1, SPOKEN, SCRIPT_RECORDS + 1, 2);
		break;
	case 2:
		script_add_omega(speech, 1, 2, NOTICE_DONE);
		break;
	case 3:
		script_add_alpha(speech, 1, SCRIPT_ATOMIC);
		break;
	default:
		script_add_part(speech, 1, SPOKEN, 600, 512, 88);
	}
	hubs_say(&hubs, &hubs.program);
}

START_TEST(who_breaks_the_rules_of_a_stream_is_followed_by_another)
{
	static const char *const whys[] = {
		"bye:it spoke of stream 77, which is not there",
		"bye:stream 1 sent beyond its credit",
		"bye:stream 1 ends after 2 records, it says, and 5 came",
		"bye:it said alpha twice for stream 1",
		"bye:a part of a record does not follow the one before"};
	uint8_t all[4096];
	uint32_t bytes, last = 0, read;

	begin();
	settle();
	bytes = compose(all, SCRIPT_RECORDS);
	say_first(all, bytes);
	read = read_all(&last);
	ck_assert_uint_eq(read, SPOKEN);
	breach(_i);
	script_add_records(&hubs.speech, 1, SPOKEN, 1, 40);
	(void)hubs_say(&hubs, &hubs.program); /* dropped, all of it */
	settle();
	ck_assert_msg(strstr(hubs.program.heard, whys[_i]) != NULL, "%s",
		hubs.program.heard);
	ck_assert(hubs.program.ended);
	ck_assert_uint_eq(hubs.agains, 1);
	hubs_leave(&hubs.program);
	while (stream_read(&near.pipeline.streams[1], &near.in) == TAU_OK)
		near.in.next = near.in.limit;
	ck_assert_int_eq(hubs_connect(&hubs), 0);
	settle();
	hubs.program.heard[0] = 0;
	say_first(all, bytes);
	last = 0;
	ck_assert_uint_eq(read_all(&last), SPOKEN);
	ck_assert_uint_eq(script_write_records(&near, 3, 30), 3);
	settle();
	ck_assert_uint_eq(count_heard(), 3);
	finish();
}
END_TEST

static void say_hello(struct hub_talker *talker)
{
	script_add_hello(&hubs.speech, FRAME_VERSION, SCRIPT_PACKET);
	hubs_say(&hubs, talker);
	hubs_settle(&hubs);
}

START_TEST(what_a_node_says_before_it_knows_is_not_the_next_ones)
{
	hubs_begin(&hubs, 1, true);
	say_hello(&hubs.nodes[0]);
	say_hello(&hubs.program);
	hubs_add_alpha(&hubs, 0, true);
	hubs_say(&hubs, &hubs.nodes[0]);
	hubs_settle(&hubs);
	hubs_leave(&hubs.program);
	hubs_settle(&hubs);
	hubs_expect(&hubs.nodes[0], "hello:65536 again:it has gone");
	hubs_expect(&hubs.program, "hello:65536 alpha:0");
	ck_assert_int_eq(hubs_connect(&hubs), 0);
	script_add_records(&hubs.speech, 0, 0, 3, 9);
	script_add_omega(&hubs.speech, 0, 3, NOTICE_DONE);
	hubs_say(&hubs, &hubs.nodes[0]);
	hubs_settle(&hubs);
	hubs_expect(&hubs.program, "");
	ck_assert(!hub_has_moved(hubs.hub));
	say_hello(&hubs.nodes[0]);
	script_add_records(&hubs.speech, 0, 0, 1, 9);
	hubs_say(&hubs, &hubs.nodes[0]);
	hubs_settle(&hubs);
	hubs_expect(&hubs.program, "hello:65536 records:0:0+1");
	hubs_end(&hubs);
}
END_TEST

/* A node has ended its stream and gone: the next one learns of the port. */
START_TEST(the_next_one_hears_of_streams_that_are_over)
{
	hubs_begin(&hubs, 2, true);
	say_hello(&hubs.nodes[0]);
	say_hello(&hubs.nodes[1]);
	say_hello(&hubs.program);
	for (uint32_t i = 0; i < 2; i++) {
		hubs_add_alpha(&hubs, i, i == 0);
		hubs_say(&hubs, &hubs.nodes[i]);
	}
	script_add_omega(&hubs.speech, 0, 0, NOTICE_DONE);
	hubs_say(&hubs, &hubs.nodes[0]);
	(void)shutdown(hubs.nodes[0].fd, SHUT_WR);
	hubs_settle(&hubs);
	hubs.nodes[0].heard[0] = hubs.program.heard[0] = 0;
	hubs_leave(&hubs.program);
	hubs_settle(&hubs);
	ck_assert_uint_eq(hubs.agains, 1);
	ck_assert_int_eq(hubs_connect(&hubs), 0);
	hubs_settle(&hubs);
	hubs_expect(&hubs.program, "");
	say_hello(&hubs.nodes[1]);
	hubs_expect(&hubs.program, "hello:65536 alpha:0 omega:0:0");
	hubs_end(&hubs);
}
END_TEST

/* Its nodes, which would refuse the second one, hear of the next program. */
START_TEST(who_says_hello_twice_is_followed_by_another)
{
	hubs_begin(&hubs, 1, true);
	say_hello(&hubs.nodes[0]);
	say_hello(&hubs.program);
	say_hello(&hubs.program);
	hubs_settle(&hubs);
	hubs_expect(&hubs.nodes[0], "hello:65536 again:HELLO came twice");
	ck_assert_uint_eq(hubs.agains, 1);
	ck_assert_int_eq(hubs_connect(&hubs), 0);
	hubs_end(&hubs);
}
END_TEST

static Suite *hub_again_suite(void)
{
	Suite *suite = suite_create("hub_again");
	TCase *tests = test_case(suite, "programs");

	tcase_add_test(tests, who_says_hello_twice_is_followed_by_another);
	tcase_add_loop_test(tests,
		who_breaks_the_rules_of_a_stream_is_followed_by_another, 0, 5);
	tcase_add_loop_test(tests, a_program_may_die_at_every_byte, 0, 2);
	tcase_add_loop_test(
		tests, what_was_not_read_behind_the_end_is_told_as_lost, 0, 2);
	tcase_add_test(
		tests, what_a_node_says_before_it_knows_is_not_the_next_ones);
	tcase_add_test(tests, the_next_one_hears_of_streams_that_are_over);
	return suite;
}

TEST_MAIN(hub_again_suite)
