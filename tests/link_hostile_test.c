/* Peers whose notices break the rules of docs/wire.md. */
#include <string.h>

#include "tests/link_hostile.h"
#include "tests/test.h"

static void say_twice(struct script *script)
{
	script_add_hello(script, FRAME_VERSION, SCRIPT_PACKET);
	script_add_hello(script, FRAME_VERSION, SCRIPT_PACKET);
}

static void say_version(struct script *script)
{
	script_add_hello(script, 2, SCRIPT_PACKET);
}

static void say_small(struct script *script)
{
	script_add_hello(script, FRAME_VERSION, 100);
}

static void say_early(struct script *script)
{
	script_add_iota(script, 0, 1, 1);
}

static void say_alpha_twice(struct script *script)
{
	script_add_alpha(script, 1, SCRIPT_ATOMIC);
}

static void say_alpha_wrong(struct script *script)
{
	script_add_notice(script, &(struct notice){.kind = NOTICE_ALPHA,
					  .stream = 1,
					  .atomic_bytes = 512,
					  .text = "in"});
}

static void say_alpha_unknown(struct script *script)
{
	script_add_alpha(script, UINT32_MAX, SCRIPT_ATOMIC);
}

static void say_alpha_small(struct script *script)
{
	script_add_alpha(script, 0, STREAM_ATOMIC_MIN - 1);
}

static void say_iota_before_alpha(struct script *script)
{
	script_add_iota(script, 0, SCRIPT_CAPACITY, SCRIPT_RECORDS);
}

static void say_omega_before_alpha(struct script *script)
{
	script_add_omega(script, 0, 0, NOTICE_GONE);
}

static void say_no_tuple(struct script *script)
{
	uint8_t head[FRAME_HEAD_BYTES], value[8] = {0x80};

	frame_put_head(head, FRAME_NOTICE, 0, 0, 0, 1);
	script_add(script, head, sizeof head);
	script_add(script, value, 1);
}

static void say_large(struct script *script)
{
	script_add_hello(script, FRAME_VERSION, LINK_PACKET_BYTES_MAX + 1);
}

static void say_little_room(struct script *script)
{
	script_add_iota(script, 0, SCRIPT_ATOMIC - 1, SCRIPT_RECORDS);
}

static void say_no_records(struct script *script)
{
	script_add_iota(script, 0, SCRIPT_CAPACITY, 0);
}

static void say_iota_unknown(struct script *script)
{
	script_add_iota(script, UINT32_MAX, 1, 1);
}

static void say_iota_wrong_side(struct script *script)
{
	script_add_iota(script, 1, SCRIPT_CAPACITY, SCRIPT_RECORDS);
}

static void say_kappa(struct script *script, uint32_t stream)
{
	script_add_notice(script,
		&(struct notice){.kind = NOTICE_KAPPA, .stream = stream});
}

static void say_kappa_unknown(struct script *script)
{
	say_kappa(script, 9);
}

static void say_kappa_wrong_side(struct script *script)
{
	say_kappa(script, 1);
}

static void say_want_wrong_side(struct script *script)
{
	script_add_notice(
		script, &(struct notice){.kind = NOTICE_WANT, .stream = 0});
}

static void say_omega_unknown(struct script *script)
{
	script_add_omega(script, 2, 0, NOTICE_DONE);
}

static void say_omega_wrong_side(struct script *script)
{
	script_add_omega(script, 0, 0, NOTICE_DONE);
}

static void say_gone_wrong_side(struct script *script)
{
	script_add_omega(script, 1, 0, NOTICE_GONE);
}

static void say_omega_twice(struct script *script)
{
	script_add_omega(script, 1, 0, NOTICE_DONE);
	script_add_omega(script, 1, 0, NOTICE_FAILED);
}

static void say_gone_twice(struct script *script)
{
	script_add_omega(script, 0, 0, NOTICE_GONE);
	script_add_omega(script, 0, 0, NOTICE_GONE);
}

static void say_gone_after_more(struct script *script)
{
	script_add_omega(script, 0, 1, NOTICE_GONE);
}

static void say_dirty_notice(struct script *script)
{
	script_add_iota(script, 0, SCRIPT_CAPACITY, SCRIPT_RECORDS);
	script->packet[script->bytes - 1] = 1;
}

static const struct hostile hostiles[] = {
	{say_twice, SILENT, "HELLO came twice"},
	{say_version, SILENT,
		"it speaks version 2 of the link protocol and this side "
		"version 1"},
	{say_small, SILENT,
		"it takes packets of 100 bytes, and 4096 are the least"},
	{say_early, SILENT, "HELLO did not come first"},
	{say_alpha_twice, OPENED, "it said alpha twice for stream 1"},
	{say_alpha_wrong, GREETED, "stream 1 has two ends that read"},
	{say_no_tuple, SILENT, "a notice is no utf9 tuple"},
	{say_alpha_unknown, GREETED,
		"it spoke of stream 4294967295, which is not there"},
	{say_alpha_small, GREETED,
		"stream 0 takes records of 511 bytes, and 512 are the least"},
	{say_iota_before_alpha, GREETED,
		"it spoke of stream 0 before its alpha"},
	{say_omega_before_alpha, GREETED,
		"it spoke of stream 0 before its alpha"},
	{say_large, SILENT,
		"it takes packets of 1048577 bytes, and 1048576 are the most"},
	{say_little_room, OPENED,
		"it has room for 8 records of 4095 bytes in all on stream 0, "
		"and one may have 4096"},
	{say_no_records, OPENED,
		"it has room for 0 records of 16384 bytes in all on stream 0, "
		"and one may have 4096"},
	{say_iota_unknown, OPENED,
		"it spoke of stream 4294967295, which is not there"},
	{say_iota_wrong_side, OPENED, "it took the wrong side of stream 1"},
	{say_kappa_unknown, OPENED, "it spoke of stream 9, which is not there"},
	{say_kappa_wrong_side, OPENED, "it took the wrong side of stream 1"},
	{say_want_wrong_side, OPENED, "it took the wrong side of stream 0"},
	{say_omega_unknown, OPENED, "it spoke of stream 2, which is not there"},
	{say_omega_wrong_side, OPENED, "it took the wrong side of stream 0"},
	{say_gone_wrong_side, OPENED, "it took the wrong side of stream 1"},
	{say_omega_twice, OPENED, "it ended stream 1 twice"},
	{say_gone_twice, OPENED, "it ended stream 0 twice"},
	{say_gone_after_more, OPENED,
		"stream 0 ends after 1 records, it says, and 0 went"},
	{say_dirty_notice, OPENED,
		"the bytes behind a frame are not zero (at byte 0 of a packet "
		"of 40)"},
};
#define HOSTILES (int)(sizeof hostiles / sizeof *hostiles)

START_TEST(a_peer_that_breaks_the_rules_is_closed_with_a_sentence)
{
	hostile_say(&hostiles[_i / 2], _i % 2);
}
END_TEST

static Suite *link_hostile_suite(void)
{
	Suite *suite = suite_create("link_hostile");
	TCase *tests = test_case(suite, "peers");

	tcase_add_loop_test(tests,
		a_peer_that_breaks_the_rules_is_closed_with_a_sentence, 0,
		HOSTILES * 2);
	return suite;
}

TEST_MAIN(link_hostile_suite)
