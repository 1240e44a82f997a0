/* The examples of docs/wire.md say what the implementation writes. */
#include <string.h>

#include "core/stream/shred.h"
#include "core/wire/frame.h"
#include "core/wire/notice.h"
#include "tests/test.h"

#define PACKET_MAX 512

static size_t put_notice(const struct notice *notice, uint8_t *packet)
{
	uint8_t value[NOTICE_BYTES_MAX];
	uint32_t bytes = (uint32_t)notice_encode(notice, value);

	frame_put_head(packet, FRAME_NOTICE, 0, 0, 0, bytes);
	memcpy(packet + FRAME_HEAD_BYTES, value, bytes);
	return FRAME_HEAD_BYTES + frame_padded(bytes);
}

static size_t put_records(uint8_t *packet)
{
	const struct tau_record hello = {"hello", 5, TAU_UTF8, 0};
	const struct tau_record cycle = {"", 0, TAU_CYCLE, 0};

	frame_put_head(packet, FRAME_RECORDS, 5, 0, 2, 24);
	frame_put_entry(packet + 24, &hello);
	frame_put_entry(packet + 32, &cycle);
	memcpy(packet + 40, "hello", 5);
	return 48;
}

static size_t put_part(uint8_t *packet)
{
	const struct tau_record record = {"", 100000, TAU_BYTES, 0};

	frame_put_head(packet, FRAME_PART, 5, 2, 0, FRAME_PART_BYTES + 3);
	frame_put_part(packet + 24, &record, 99997);
	memcpy(packet + 40, "end", 3);
	return 48;
}

/* The first or the second block of a writer that says "hello", or the first of
 * one that follows it. */
static size_t put_block(uint8_t *block, const char *which)
{
	const struct tau_record hello = {"hello", 5, TAU_UTF8, 0};
	struct shred_cutter cutter;
	uint32_t offset = 0, bytes;

	shred_cutter_init(&cutter, 7, 5, PACKET_MAX);
	bytes = shred_cut(&cutter, &hello, &offset, block);
	if (strcmp(which, "block-end") == 0)
		return shred_cut_end(&cutter, STREAM_DONE, block);
	if (strcmp(which, "block-anew") != 0)
		return bytes;
	cutter.sequence = 0;
	return shred_cut_anew(&cutter, block);
}

/* The packet of that name, into zeroed memory. */
static size_t make(const char *name, uint8_t *packet)
{
	static const struct notice notices[] = {
		{.kind = NOTICE_HELLO,
			.version = 1,
			.packet_bytes = 65536,
			.incarnation = 7,
			.text = "loud"},
		{.kind = NOTICE_ALPHA,
			.stream = 5,
			.writes = true,
			.atomic_bytes = 65536,
			.text = "in"},
		{.kind = NOTICE_IOTA,
			.stream = 5,
			.bytes = 1048576,
			.records = 1024},
		{.kind = NOTICE_KAPPA, .stream = 5},
		{.kind = NOTICE_OMEGA,
			.stream = 5,
			.records = 3,
			.reason = NOTICE_DONE},
		{.kind = NOTICE_WANT, .stream = 5},
		{.kind = NOTICE_BYE, .text = "a frame is cut short"},
	};
	static const char *const names[] = {
		"hello", "alpha", "iota", "kappa", "omega", "want", "bye"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return put_notice(&notices[i], packet);
	if (strcmp(name, "records") == 0)
		return put_records(packet);
	if (strcmp(name, "part") == 0)
		return put_part(packet);
	if (strncmp(name, "block", 5) == 0)
		return put_block(packet, name);
	ck_abort_msg("docs/wire.md has an example of %s", name);
	return 0;
}

static FILE *open_page(void)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	FILE *page;

	snprintf(path, sizeof path, "%s/docs/wire.md", top ? top : "..");
	page = fopen(path, "r");
	ck_assert_msg(page != NULL, "%s is not there", path);
	return page;
}

/* Reads a block's lines of hexadecimal digits. */
static size_t read_block(FILE *page, uint8_t *packet)
{
	char line[256];
	size_t bytes = 0;

	while (fgets(line, sizeof line, page) && line[0] != '`') {
		unsigned byte;
		int used;

		for (const char *at = line;
			sscanf(at, "%2x%n", &byte, &used) == 1; at += used) {
			ck_assert_uint_lt(bytes, PACKET_MAX);
			packet[bytes++] = (uint8_t)byte;
		}
	}
	return bytes;
}

START_TEST(each_example_is_what_is_written)
{
	char line[256], name[64];
	FILE *page = open_page();
	int count = 0;

	while (fgets(line, sizeof line, page)) {
		uint8_t said[PACKET_MAX], made[PACKET_MAX] = {0};
		size_t bytes;

		if (sscanf(line, "```hex %63s", name) != 1)
			continue;
		bytes = read_block(page, said);
		ck_assert_uint_eq(make(name, made), bytes);
		ck_assert_msg(memcmp(said, made, bytes) == 0,
			"the example of %s says something else", name);
		count++;
	}
	fclose(page);
	ck_assert_int_eq(count, 12);
}
END_TEST

static Suite *wire_docs_suite(void)
{
	Suite *suite = suite_create("wire_docs");
	TCase *tests = test_case(suite, "examples");

	tcase_add_test(tests, each_example_is_what_is_written);
	return suite;
}

TEST_MAIN(wire_docs_suite)
