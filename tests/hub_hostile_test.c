/* Programs that break what they should keep, behind a hub: they are told why,
 * one node is, or all hear that it has gone; no fd and no memory is taken. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/host/hub_private.h"
#include "tests/hub_script.h"
#include "tests/test.h"

static struct hubs hubs;

/* Two nodes: 0 writes stream 0, 1 reads stream 1. The program has said what it
 * must, and all have forgotten what they heard. */
static void begin(bool reconnects)
{
	hubs_begin(&hubs, 2, reconnects);
	for (uint32_t i = 0; i < 2; i++) {
		script_add_hello(&hubs.speech, FRAME_VERSION, SCRIPT_PACKET);
		hubs_say(&hubs, &hubs.nodes[i]);
	}
	hubs_settle(&hubs);
	script_add_hello(&hubs.speech, FRAME_VERSION, SCRIPT_PACKET);
	hubs_say(&hubs, &hubs.program);
	hubs_settle(&hubs);
	for (uint32_t i = 0; i < 2; i++) {
		hubs_add_alpha(&hubs, i, i == 0);
		hubs_say(&hubs, &hubs.nodes[i]);
		hubs_settle(&hubs);
	}
	hubs_expect(&hubs.program, "hello:65536 alpha:0 alpha:1");
	hubs_expect(&hubs.nodes[0], "hello:65536");
	hubs_expect(&hubs.nodes[1], "hello:65536");
}

struct hostile {
	uint32_t prefix;
	uint8_t kind, zero;  /* of the frame's head */
	uint32_t body_bytes; /* as the head says */
	const char *node, *program;
};

static const struct hostile hostiles[] = {
	{UINT32_MAX, 2, 0, 0, "large",
		"bye:a packet of 4294967295 bytes is larger than this side "
		"takes end"},
	{LINK_PACKET_BYTES_MAX + 1, 2, 0, 0, "large",
		"bye:a packet of 1048577 bytes is larger than this side takes "
		"end"},
	{0, 0, 0, 0, "empty", "bye:a packet of 0 bytes holds no frame end"},
	{24, 9, 0, 0,
		"a frame is of no known kind (at byte 0 of a packet of 24)",
		"bye:a frame is of no known kind (at byte 0 of a packet of 24) "
		"end"},
	{24, 1, 1, 0,
		"a frame's zeros are not zero (at byte 0 of a packet of 24)",
		"bye:a frame's zeros are not zero (at byte 0 of a packet of "
		"24) end"},
	{24, 1, 0, 77,
		"a frame ends behind its packet (at byte 0 of a packet of 24)",
		"bye:a frame ends behind its packet (at byte 0 of a packet of "
		"24) end"},
	{24, 2, 0, 0, "a frame's count is wrong (at byte 0 of a packet of 24)",
		"bye:a frame's count is wrong (at byte 0 of a packet of 24) "
		"end"},
};
#define HOSTILES (int)(sizeof hostiles / sizeof *hostiles)

static void say_hostile(const struct hostile *hostile)
{
	uint8_t said[4 + FRAME_HEAD_BYTES] = {0};

	memcpy(said, &hostile->prefix, 4);
	said[4] = hostile->kind;
	said[5] = hostile->zero;
	memcpy(said + 4 + 16, &hostile->body_bytes, 4);
	ck_assert(hubs_say_raw(&hubs.program, said,
		hostile->prefix < 24 ? 4 + hostile->prefix : sizeof said));
}

/* As a link does that heard what could not be read. */
static void end_node(uint32_t i)
{
	script_add_notice(&hubs.speech,
		&(struct notice){.kind = NOTICE_BYE, .text = "so it is"});
	hubs_say(&hubs, &hubs.nodes[i]);
	(void)shutdown(hubs.nodes[i].fd, SHUT_WR);
	hubs_settle(&hubs);
}

START_TEST(what_cannot_be_read_is_a_nodes_to_judge)
{
	begin(false);
	say_hostile(&hostiles[_i]);
	hubs_settle(&hubs);
	hubs_expect(&hubs.program, "");
	hubs_expect(&hubs.nodes[0], hostiles[_i].node);
	hubs_expect(&hubs.nodes[1], "");
	end_node(0);
	hubs_expect(&hubs.program, "bye:so it is end");
	hubs_expect(&hubs.nodes[0], "end");
	hubs_expect(&hubs.nodes[1], "end");
	hubs_end(&hubs);
}
END_TEST

START_TEST(what_cannot_be_read_ends_a_connection_that_may_come_again)
{
	begin(true);
	say_hostile(&hostiles[_i]);
	hubs_settle(&hubs);
	hubs_expect(&hubs.program, hostiles[_i].program);
	ck_assert_uint_eq(hubs.agains, 1);
	for (int i = 0; i < 2; i++) {
		ck_assert(strncmp(hubs.nodes[i].heard, "again:", 6) == 0);
		ck_assert(strncmp(hubs.nodes[i].heard + 6,
				  hostiles[_i].program + 4,
				  strlen(hubs.nodes[i].heard + 6)) == 0);
	}
	ck_assert(!hub_is_connected(hubs.hub));
	hubs_end(&hubs);
}
END_TEST

/* Node 0 has had all that it wants, and gone. */
static void leave_first(void)
{
	script_add_omega(&hubs.speech, 0, 0, NOTICE_DONE);
	hubs_say(&hubs, &hubs.nodes[0]);
	(void)shutdown(hubs.nodes[0].fd, SHUT_WR);
	hubs_settle(&hubs);
	hubs_expect(&hubs.program, "omega:0:0");
	hubs_expect(&hubs.nodes[0], "end");
}

START_TEST(a_node_that_has_gone_judges_nothing)
{
	begin(false);
	leave_first();
	say_hostile(&hostiles[_i]);
	hubs_settle(&hubs);
	hubs_expect(&hubs.nodes[1], hostiles[_i].node);
	end_node(1);
	hubs_expect(&hubs.program, "bye:so it is end");
	hubs_end(&hubs);
}
END_TEST

START_TEST(a_stream_that_is_not_there_is_told_a_node_that_listens)
{
	begin(_i % 2);
	if (_i / 2)
		leave_first();
	script_add_records(&hubs.speech, 4000000000, 0, 1, 3);
	script_add_omega(&hubs.speech, 7, 0, NOTICE_DONE);
	hubs_say(&hubs, &hubs.program);
	hubs_settle(&hubs);
	hubs_expect(&hubs.nodes[_i / 2], "records:4000000000:0+1 omega:7:0");
	hubs_expect(&hubs.nodes[1 - _i / 2], "");
	hubs_end(&hubs);
}
END_TEST

/* Whole frames before one that cannot be read, or before BYE. */
START_TEST(what_came_whole_before_is_passed_on_once)
{
	uint8_t bad[FRAME_HEAD_BYTES] = {9};
	bool reconnects = _i % 2;

	begin(reconnects);
	script_add_records(&hubs.speech, 1, 0, 1, 3);
	script_add_records(&hubs.speech, 1, 1, 1, 3);
	if (_i / 2)
		script_add_notice(
			&hubs.speech, &(struct notice){.kind = NOTICE_BYE,
					      .text = "done with it"});
	else
		script_add(&hubs.speech, bad, sizeof bad);
	hubs_say(&hubs, &hubs.program);
	hubs_settle(&hubs);
	hubs_expect(&hubs.nodes[1],
		_i == 0   ? "records:1:0+1 records:1:1+1"
		: _i == 1 ? "records:1:0+1 records:1:1+1 again:a frame is of "
			    "no known kind (at byte 80 of a packet of 104)"
		: _i == 2 ? "records:1:0+1 records:1:1+1 bye:done with it"
			  : "records:1:0+1 records:1:1+1 again:done with it");
	if (_i == 0)
		hubs_expect(&hubs.nodes[0],
			"a frame is of no known kind (at byte 0 of a packet "
			"of 24)");
	hubs_end(&hubs);
}
END_TEST

/* Nobody reads what the nodes are told: the program is not heard any more. */
START_TEST(a_flood_is_held_back)
{
	size_t most = HUB_WAITING_BYTES + HUB_IN_BYTES, said = 0;

	begin(false);
	do {
		while (hubs.speech.bytes < 60000)
			script_add_hello(&hubs.speech, FRAME_VERSION, 4096);
		said += hubs.speech.bytes;
		hubs_step(&hubs);
	} while (hubs_say(&hubs, &hubs.program));
	ck_assert_uint_gt(said, HUB_WAITING_BYTES);
	ck_assert_uint_lt(said, 16 * most);
	for (uint32_t i = 0; i < 2; i++) {
		const struct hub_side *node = &hubs.hub->nodes[i];

		ck_assert_uint_le(node->out_end - node->out_start, most * 2);
	}
	hubs_end(&hubs);
}
END_TEST

START_TEST(fds_that_nobody_asked_for_are_not_taken)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(100 * sizeof(int))];
	} control = {0};
	struct iovec part = {&(uint32_t){0}, 1};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control};
	int before, fds[100];

	begin(_i);
	before = test_count_fds();
	for (int i = 0; i < 100; i++)
		fds[i] = hubs.program.fd;
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof fds);
	memcpy(CMSG_DATA(&control.head), fds, sizeof fds);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(sendmsg(hubs.program.fd, &message, 0), 1);
	hubs_settle(&hubs);
	ck_assert_int_eq(test_count_fds(), before);
	hubs_end(&hubs);
}
END_TEST

START_TEST(silence_is_not_passed_on)
{
	hubs_begin(&hubs, 1, _i);
	script_add_hello(&hubs.speech, FRAME_VERSION, SCRIPT_PACKET);
	hubs_say(&hubs, &hubs.nodes[0]);
	hubs_settle(&hubs);
	hubs_expect(&hubs.program, "hello:65536");
	ck_assert(!hub_has_heard(hubs.hub));
	hub_hang_up(hubs.hub, "it is silent");
	hubs_settle(&hubs);
	ck_assert_str_eq(hub_reason(hubs.hub), "it is silent");
	hubs_expect(&hubs.nodes[0], _i ? "" : "end");
	hubs_expect(&hubs.program, _i ? "end" : "");
	ck_assert_uint_eq(hubs.agains, (unsigned)_i);
	hubs_end(&hubs);
}
END_TEST

static Suite *hub_hostile_suite(void)
{
	Suite *suite = suite_create("hub_hostile");
	TCase *tests = test_case(suite, "programs");

	tcase_add_loop_test(
		tests, what_cannot_be_read_is_a_nodes_to_judge, 0, HOSTILES);
	tcase_add_loop_test(tests,
		what_cannot_be_read_ends_a_connection_that_may_come_again, 0,
		HOSTILES);
	tcase_add_loop_test(
		tests, a_node_that_has_gone_judges_nothing, 0, HOSTILES);
	tcase_add_loop_test(tests,
		a_stream_that_is_not_there_is_told_a_node_that_listens, 0, 4);
	tcase_add_loop_test(
		tests, what_came_whole_before_is_passed_on_once, 0, 4);
	tcase_add_test(tests, a_flood_is_held_back);
	tcase_add_loop_test(
		tests, fds_that_nobody_asked_for_are_not_taken, 0, 2);
	tcase_add_loop_test(tests, silence_is_not_passed_on, 0, 2);
	return suite;
}

TEST_MAIN(hub_hostile_suite)
