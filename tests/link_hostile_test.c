/* Peers that break the rules of docs/wire.md: each is told why, and nothing of
 * it is left behind. */
#include <dirent.h>
#include <string.h>

#include "tests/link_script.h"
#include "tests/test.h"

static uint32_t count_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	uint32_t count = 0;

	ck_assert_ptr_nonnull(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

/* --- peers that break the rules, and what they are told --- */

static void say_garbage(struct script *script)
{
	memset(script->packet, 0xff, 64);
	script->bytes = 64;
}

static void say_short(struct script *script)
{
	script->bytes = 8;
}

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

static void say_alpha(struct script *script, bool writes, int times)
{
	while (times-- > 0)
		script_add_notice(script, &(struct notice){.kind = NOTICE_ALPHA,
						  .stream = 1,
						  .writes = writes,
						  .atomic_bytes = 512,
						  .text = "out"});
}

static void say_alpha_twice(struct script *script)
{
	say_alpha(script, true, 2);
}

static void say_alpha_wrong(struct script *script)
{
	say_alpha(script, false, 1);
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

static void say_no_tuple(struct script *script)
{
	uint8_t head[FRAME_HEAD_BYTES], value[8] = {0x80};

	frame_put_head(head, FRAME_NOTICE, 0, 0, 0, 1);
	script_add(script, head, sizeof head);
	script_add(script, value, 1);
}

static const struct hostile {
	void (*say)(struct script *script);
	bool opened; /* HELLO went before */
	const char *why;
} hostiles[] = {
	{say_garbage, false,
		"a frame is of no known kind (at byte 0 of a packet of "
		"64)"},
	{say_short, false, "a packet of 8 bytes holds no frame"},
	{say_twice, false, "HELLO came twice"},
	{say_version, false,
		"it speaks version 2 of the link protocol and this side "
		"version 1"},
	{say_small, false,
		"it takes packets of 100 bytes, and 4096 are the least"},
	{say_early, false, "HELLO did not come first"},
	{say_records_early, false, "records came before HELLO"},
	{say_unknown, true, "it spoke of stream 7, which is not there"},
	{say_wrong_side, true, "it took the wrong side of stream 0"},
	{say_beyond_records, true, "stream 1 sent beyond its credit"},
	{say_beyond_bytes, true, "stream 1 sent beyond its credit"},
	{say_beyond_atomic, true,
		"a record of stream 1 is larger than the 4096 "
		"bytes that it takes"},
	{say_part_beyond_atomic, true,
		"a record of stream 1 is larger than the "
		"4096 bytes that it takes"},
	{say_part_beyond_credit, true, "stream 1 sent beyond its credit"},
	{say_part_out_of_order, true,
		"a part of a record does not follow the one before"},
	{say_between_parts, true, "records came between the parts of another"},
	{say_alpha_twice, true, "it said alpha twice for stream 1"},
	{say_alpha_wrong, true, "stream 1 has two ends that read"},
	{say_fd, true, "an fd came on a stream that carries none"},
	{say_gap, true, "stream 1 sent beyond its credit"},
	{say_no_tuple, false, "a notice is no utf9 tuple"},
};
#define HOSTILES (int)(sizeof hostiles / sizeof *hostiles)

START_TEST(a_peer_that_breaks_the_rules_is_closed_with_a_sentence)
{
	const struct hostile *hostile = &hostiles[_i / 2];
	uint32_t fds = count_fds();
	static struct script script;

	script_begin(&script, _i % 2, 0);
	script_settle(&script);
	if (hostile->opened)
		script_open_link(&script);
	hostile->say(&script);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(script.closed, 1);
	ck_assert_str_eq(script.why, hostile->why);
	ck_assert_str_eq(script.bye, hostile->why);
	script_end(&script);
	ck_assert_uint_eq(count_fds(), fds);
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
