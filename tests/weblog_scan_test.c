/*
 * weblog_scan: lines of the usual shape are taken apart exactly as all others.
 * A carriage return at a line's end makes it unusual and changes nothing else,
 * so both ways can be compared on the same line.
 */
#include "weblog_scan.h"

#include <string.h>

#include "tests/test.h"
#include "weblog_usual.h"

static const char *const lines[] = {
	"127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200 "
	"2326",
	"203.0.113.7 id frank [10/Oct/2000:13:55:36 -0700] \"POST /a?b=c "
	"HTTP/1.0\" 500 12345678 \"http://example.com/\" \"curl/7.88.1\"",
	"2001:db8::1 - - [10/Oct/2000:13:55:36 -0700] \"GET /a b/c HTTP/2.0\" "
	"304 0 \"-\" \"-\"",
	"::1 - two words [10/Oct/2000:13:55:36 -0700] \"GET /x HTTP/1.1\" 404 "
	"- \"\" \"Mozilla/5.0 (X11; Linux x86_64; a very long name of an agent "
	"that reaches beyond the first one hundred and twenty-eight bytes)\"",
	"::1 - [odd] [10/Oct/2000:13:55:36 -0700] \"GET /x HTTP/1.1\" 404 1 "
	"\"\" \"agent\"",
};

static bool same_part(struct weblog_part one, struct weblog_part other)
{
	return one.text == other.text && one.bytes == other.bytes;
}

static bool same(const struct weblog_line *one, const struct weblog_line *other)
{
	return same_part(one->host, other->host) &&
	       same_part(one->ident, other->ident) &&
	       same_part(one->user, other->user) &&
	       same_part(one->time, other->time) &&
	       same_part(one->method, other->method) &&
	       same_part(one->path, other->path) &&
	       same_part(one->protocol, other->protocol) &&
	       one->status == other->status && one->size == other->size &&
	       one->combined == other->combined &&
	       (!one->combined || (same_part(one->referer, other->referer) &&
					  same_part(one->agent, other->agent)));
}

/* Both ways on one line; returns whether the line is usual. */
static bool compare(const char *text, size_t bytes)
{
	char *line = malloc(bytes + 1);
	struct weblog_line usual, other;
	bool taken;

	ck_assert_ptr_nonnull(line);
	memcpy(line, text, bytes);
	line[bytes] = '\r';
	taken = weblog_scan_usual(&usual, (const uint8_t *)line, bytes);
	if (taken) {
		const char *wrong =
			weblog_scan(&other, (const uint8_t *)line, bytes + 1);

		ck_assert_msg(
			!wrong, "usual, but %s: %.*s", wrong, (int)bytes, text);
		ck_assert_msg(same(&usual, &other),
			"taken apart otherwise: %.*s", (int)bytes, text);
	}
	free(line);
	return taken;
}

START_TEST(usual_lines_are_taken_apart_as_all_others)
{
	ck_assert(compare(lines[_i], strlen(lines[_i])) == (_i < 4));
}
END_TEST

/* Bytes are replaced, doubled and left out, one to four in each line. */
START_TEST(damaged_lines_are_taken_apart_alike)
{
	static const char bytes[] = " \"[]-\\/0x";
	uint32_t seed = 1;
	char line[512];
	int usual = 0;

	for (int round = 0; round < 20000; round++) {
		const char *from = lines[round % 5];
		size_t length = strlen(from);

		memcpy(line, from, length + 1);
		for (int i = 0; i <= round % 4; i++) {
			size_t at;

			seed = seed * 1664525 + 1013904223;
			at = (seed >> 8) % length;
			if (seed >> 30 == 0)
				memmove(line + at, line + at + 1, length - at);
			else
				line[at] = bytes[(seed >> 20) % 9];
			length = strlen(line);
		}
		usual += compare(line, length);
	}
	ck_assert_msg(usual > 1000, "only %d lines were usual", usual);
}
END_TEST

/* The protocol is one word: with a blank in it, it belongs to the path. */
START_TEST(a_protocol_is_the_last_word)
{
	static const char *const ends[] = {"HTTP/1. ", "HTTP/ 11", "HTTP/1 1"};
	char text[128];
	struct weblog_line line;
	int bytes = snprintf(text, sizeof text,
		"::1 - - [10/Oct/2000:13:55:36 -0700] \"GET /a %s\" 200 1",
		ends[_i]);

	ck_assert_ptr_null(
		weblog_scan(&line, (const uint8_t *)text, (size_t)bytes));
	ck_assert_ptr_null(line.protocol.text);
	ck_assert_uint_eq(line.path.bytes, strlen("/a ") + 8);
}
END_TEST

/* Exactly as many bytes as the line has: sanitizers see each one too far. */
START_TEST(nothing_outside_of_a_line_is_read)
{
	const char *text = lines[3];

	for (size_t bytes = 0; bytes <= strlen(text); bytes++) {
		struct weblog_line line;
		uint8_t *copy = malloc(bytes ? bytes : 1);

		ck_assert_ptr_nonnull(copy);
		memcpy(copy, text, bytes);
		(void)weblog_scan(&line, copy, bytes);
		free(copy);
	}
}
END_TEST

static Suite *weblog_scan_suite(void)
{
	Suite *suite = suite_create("weblog_scan");
	TCase *tests = test_case(suite, "lines");

	tcase_add_loop_test(
		tests, usual_lines_are_taken_apart_as_all_others, 0, 5);
	tcase_add_test(tests, damaged_lines_are_taken_apart_alike);
	tcase_add_loop_test(tests, a_protocol_is_the_last_word, 0, 3);
	tcase_add_test(tests, nothing_outside_of_a_line_is_read);
	return suite;
}

TEST_MAIN(weblog_scan_suite)
