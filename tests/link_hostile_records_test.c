/* Peers whose packets, records and parts break the rules of docs/wire.md. */
#include <string.h>

#include "tests/link_hostile.h"
#include "tests/test.h"

static void say_garbage(struct script *script)
{
	memset(script->packet, 0xff, 64);
	script->bytes = 64;
}

static void say_short(struct script *script)
{
	script->bytes = 8;
}

static void say_records_early(struct script *script)
{
	script_add_records(script, 1, 0, 1, 8);
}

static void say_unknown(struct script *script)
{
	script_add_records(script, 7, 0, 1, 8);
}

static void say_wrong_side(struct script *script)
{
	script_add_records(script, 0, 0, 1, 8);
}

static void say_beyond_records(struct script *script)
{
	script_add_records(script, 1, 0, SCRIPT_RECORDS + 1, 8);
}

static void say_beyond_bytes(struct script *script)
{
	script_add_records(script, 1, 0, 5, SCRIPT_ATOMIC);
}

static void say_beyond_atomic(struct script *script)
{
	script_add_records(script, 1, 0, 1, SCRIPT_ATOMIC + 8);
}

static void say_part_beyond_atomic(struct script *script)
{
	script_add_part(script, 1, 0, UINT32_MAX, 0, 8);
}

static void say_part_beyond_credit(struct script *script)
{
	script_add_records(script, 1, 0, 4, SCRIPT_ATOMIC - 8);
	script_add_part(script, 1, 4, SCRIPT_ATOMIC, 0, 8);
}

static void say_part_out_of_order(struct script *script)
{
	script_add_part(script, 1, 0, 64, 0, 8);
	script_add_part(script, 1, 0, 64, 16, 8);
}

static void say_between_parts(struct script *script)
{
	script_add_part(script, 1, 0, 64, 0, 8);
	script_add_records(script, 1, 0, 1, 8);
}

static void say_records_before_alpha(struct script *script)
{
	script_add_records(script, 1, 0, 1, 8);
}

static void say_fd(struct script *script)
{
	uint8_t head[FRAME_HEAD_BYTES], entry[FRAME_ENTRY_BYTES];

	frame_put_head(head, FRAME_RECORDS, 1, 0, 1, FRAME_ENTRY_BYTES);
	frame_put_entry(entry, &(struct tau_record){.type = TAU_FD});
	script_add(script, head, sizeof head);
	script_add(script, entry, sizeof entry);
}

static void say_gap(struct script *script)
{
	script_add_records(script, 1, UINT64_C(1) << 63, 1, 8);
}

static void say_omega_after_less(struct script *script)
{
	script_add_records(script, 1, 0, 2, 8);
	script_add_omega(script, 1, 1, NOTICE_DONE);
}

static void say_omega_within(struct script *script)
{
	script_add_part(script, 1, 0, 64, 0, 8);
	script_add_omega(script, 1, 0, NOTICE_DONE);
}

static void say_behind_omega(struct script *script)
{
	script_add_omega(script, 1, 0, NOTICE_DONE);
	script_add_records(script, 1, 0, 1, 8);
}

static void say_part_behind_omega(struct script *script)
{
	script_add_omega(script, 1, 0, NOTICE_CRASHED);
	script_add_part(script, 1, 0, 64, 0, 8);
}

static void say_part_unknown(struct script *script)
{
	script_add_part(script, UINT32_MAX, 0, 64, 0, 8);
}

static void say_part_first(struct script *script)
{
	script_add_part(script, 1, 0, 64, 8, 8);
}

static void say_part_of_another(struct script *script)
{
	script_add_part(script, 1, 0, 64, 0, 8);
	script_add_part(script, 1, 1, 64, 8, 8);
}

static void say_part_larger(struct script *script)
{
	script_add_part(script, 1, 0, 64, 0, 8);
	script_add_part(script, 1, 0, 128, 8, 8);
}

static void say_part_outside(struct script *script)
{
	script_add_part(script, 1, 0, 8, 0, 16);
}

static void say_part_of_nothing(struct script *script)
{
	script_add_part(script, 1, 0, 8, 8, 0);
}

/* Puts a byte where there was another. */
static void say_with(
	struct script *script, uint32_t bytes, uint32_t at, uint8_t value)
{
	script_add_records(script, 1, 0, 1, bytes);
	script->packet[at] = value;
}

static void say_dirty_body(struct script *script)
{
	say_with(script, 5, 24 + 8 + 7, 1);
}

static void say_unfilled(struct script *script)
{
	script_add_part(script, 1, 0, 64, 0, 5);
	script->bytes -= 3;
}

static void say_no_count(struct script *script)
{
	say_with(script, 8, 2, 0);
}

static void say_many(struct script *script)
{
	say_with(script, 8, 3, 0xff);
}

static void say_long(struct script *script)
{
	say_with(script, 8, 18, 1);
}

static void say_longer_body(struct script *script)
{
	say_with(script, 8, 24 + 3, 0xff);
}

static void say_type(struct script *script)
{
	say_with(script, 8, 24 + 4, 5);
}

static void say_dirty_entry(struct script *script)
{
	say_with(script, 8, 24 + 7, 1);
}

static void say_dirty_head(struct script *script)
{
	say_with(script, 8, 1, 1);
}

static void say_large_packet(struct script *script)
{
	script_add_records(script, 1, 0, 8, 8);
	memset(script->packet + script->bytes, 0, SCRIPT_PACKET);
	script->bytes += SCRIPT_PACKET;
}

static const struct hostile hostiles[] = {
	{say_garbage, SILENT,
		"a frame is of no known kind (at byte 0 of a packet of "
		"64)"},
	{say_short, SILENT, "a packet of 8 bytes holds no frame"},
	{say_records_early, SILENT, "records came before HELLO"},
	{say_unknown, OPENED, "it spoke of stream 7, which is not there"},
	{say_wrong_side, OPENED, "it took the wrong side of stream 0"},
	{say_beyond_records, OPENED, "stream 1 sent beyond its credit"},
	{say_beyond_bytes, OPENED, "stream 1 sent beyond its credit"},
	{say_beyond_atomic, OPENED,
		"a record of stream 1 is larger than the 4096 "
		"bytes that it takes"},
	{say_part_beyond_atomic, OPENED,
		"a record of stream 1 is larger than the "
		"4096 bytes that it takes"},
	{say_part_beyond_credit, OPENED, "stream 1 sent beyond its credit"},
	{say_part_out_of_order, OPENED,
		"a part of a record does not follow the one before"},
	{say_between_parts, OPENED,
		"records came between the parts of another"},
	{say_fd, OPENED, "an fd came on a stream that carries none"},
	{say_gap, OPENED, "stream 1 sent beyond its credit"},
	{say_records_before_alpha, GREETED,
		"it spoke of stream 1 before its alpha"},
	{say_omega_after_less, OPENED,
		"stream 1 ends after 1 records, it says, and 2 came"},
	{say_omega_within, OPENED, "stream 1 ends within a record"},
	{say_behind_omega, OPENED, "records came behind the end of stream 1"},
	{say_part_behind_omega, OPENED,
		"records came behind the end of stream 1"},
	{say_part_unknown, OPENED,
		"it spoke of stream 4294967295, which is not there"},
	{say_part_first, OPENED,
		"a part of a record does not follow the one before"},
	{say_part_of_another, OPENED,
		"a part of a record does not follow the one before"},
	{say_part_larger, OPENED,
		"a part of a record does not follow the one before"},
	{say_part_outside, OPENED,
		"a part lies outside of its record (at byte 0 of a packet of "
		"56)"},
	{say_part_of_nothing, OPENED,
		"a part lies outside of its record (at byte 0 of a packet of "
		"40)"},
	{say_dirty_body, OPENED,
		"the bytes behind a body are not zero (at byte 0 of a packet "
		"of 40)"},
	{say_unfilled, OPENED,
		"a frame is not filled up to a multiple of 8 (at byte 0 of a "
		"packet of 45)"},
	{say_no_count, OPENED,
		"a frame's count is wrong (at byte 0 of a packet of 40)"},
	{say_many, OPENED,
		"a table is cut short (at byte 0 of a packet of 40)"},
	{say_long, OPENED,
		"a frame ends behind its packet (at byte 0 of a packet of 40)"},
	{say_longer_body, OPENED,
		"a table's lengths do not add up to the frame's (at byte 0 of "
		"a packet of 40)"},
	{say_type, OPENED,
		"a record is of no known type (at byte 0 of a packet of 40)"},
	{say_dirty_entry, OPENED,
		"a record is of no known type (at byte 0 of a packet of 40)"},
	{say_dirty_head, OPENED,
		"a frame's zeros are not zero (at byte 0 of a packet of 40)"},
	{say_large_packet, OPENED,
		"a packet is larger than the 65536 bytes that it may have"},
};
#define HOSTILES (int)(sizeof hostiles / sizeof *hostiles)

START_TEST(a_peer_that_breaks_the_rules_is_closed_with_a_sentence)
{
	hostile_say(&hostiles[_i / 2], _i % 2);
}
END_TEST

static Suite *link_hostile_records_suite(void)
{
	Suite *suite = suite_create("link_hostile_records");
	TCase *tests = test_case(suite, "peers");

	tcase_add_loop_test(tests,
		a_peer_that_breaks_the_rules_is_closed_with_a_sentence, 0,
		HOSTILES * 2);
	return suite;
}

TEST_MAIN(link_hostile_records_suite)
