/*
 * locate_text: strings, numbers and words of JSON, and what people write
 * instead of them.
 */
#include "core/text/locate_text.h"

#include <string.h>

#include "core/text/locate.h"

static bool is_digit(int byte)
{
	return byte >= '0' && byte <= '9';
}

static int digit_value(char digit)
{
	if (is_digit(digit))
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

/* The value of four hexadecimal digits, or -1. */
static int32_t read_hex(const char *text)
{
	int32_t value = 0;
	for (int i = 0; i < 4; i++) {
		int digit = digit_value(text[i]);
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

struct locate_text locate_text_begin(const char *text, uint32_t at)
{
	return (struct locate_text){.text = text, .at = at + 1};
}

static void put(struct locate_text *reader, uint32_t byte)
{
	reader->out[reader->out_count++] = (unsigned char)byte;
}

static void put_code_point(struct locate_text *reader, uint32_t code)
{
	if (code < 0x80) {
		put(reader, code);
		return;
	}
	if (code < 0x800) {
		put(reader, 0xc0 | code >> 6);
	} else if (code < 0x10000) {
		put(reader, 0xe0 | code >> 12);
		put(reader, 0x80 | (code >> 6 & 0x3f));
	} else {
		put(reader, 0xf0 | code >> 18);
		put(reader, 0x80 | (code >> 12 & 0x3f));
		put(reader, 0x80 | (code >> 6 & 0x3f));
	}
	put(reader, 0x80 | (code & 0x3f));
}

/* Behind `\u`; a high surrogate takes the low one behind it along. */
static void read_unicode(struct locate_text *reader)
{
	const char *text = reader->text + reader->at;
	uint32_t code = (uint32_t)read_hex(text);
	reader->at += 4;
	if (code >= 0xd800 && code < 0xdc00 && text[4] == '\\' &&
		text[5] == 'u') {
		int32_t low = read_hex(text + 6);
		if (low >= 0xdc00 && low < 0xe000) {
			code = 0x10000 + ((code - 0xd800) << 10) +
			       ((uint32_t)low - 0xdc00);
			reader->at += 6;
		}
	}
	put_code_point(reader, code);
}

int locate_text_next(struct locate_text *reader)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	if (reader->out_next < reader->out_count)
		return reader->out[reader->out_next++];
	char byte = reader->text[reader->at];
	if (byte == '"')
		return -1;
	reader->at++;
	if (byte != '\\')
		return (unsigned char)byte;
	char escape = reader->text[reader->at++];
	const char *known = strchr(from, escape);
	reader->out_next = reader->out_count = 0;
	if (escape == 'u')
		read_unicode(reader);
	else
		put(reader, (unsigned char)(known != NULL ? to[known - from]
							  : escape));
	return reader->out[reader->out_next++];
}

char *locate_text_decode(const char *text, uint32_t at, struct arena *arena)
{
	struct locate_text reader = locate_text_begin(text, at);
	size_t bytes = 0;
	while (locate_text_next(&reader) >= 0)
		bytes++;
	char *decoded = arena_allocate(arena, bytes + 1, 1);
	reader = locate_text_begin(text, at);
	for (size_t i = 0; i < bytes; i++)
		decoded[i] = (char)locate_text_next(&reader);
	return decoded;
}

bool locate_text_equals(const char *text, uint32_t at, const char *other)
{
	struct locate_text reader = locate_text_begin(text, at);
	for (;;) {
		int byte = locate_text_next(&reader);
		if (byte < 0)
			return *other == '\0';
		if (byte != (unsigned char)*other++)
			return false;
	}
}

uint32_t locate_inside(const struct source *source, uint32_t at, size_t index)
{
	if (at >= source->bytes || source->text[at] != '"')
		return at;
	struct locate_text reader = locate_text_begin(source->text, at);
	uint32_t begin = reader.at;
	for (size_t i = 0; i <= index; i++) {
		if (reader.out_next == reader.out_count)
			begin = reader.at;
		if (locate_text_next(&reader) < 0)
			break;
	}
	return begin;
}

/* How many bytes the UTF-8 sequence here has, or 0 where there is none. */
static size_t sequence_bytes(const unsigned char *text, size_t left)
{
	static const unsigned char least[] = {0, 0, 0x80, 0xa0, 0x90};
	unsigned char lead = text[0];
	size_t bytes = lead < 0x80   ? 1
		       : lead < 0xc2 ? 0
		       : lead < 0xe0 ? 2
		       : lead < 0xf0 ? 3
		       : lead < 0xf5 ? 4
				     : 0;
	if (bytes < 2)
		return bytes;
	if (bytes > left)
		return 0;
	for (size_t i = 1; i < bytes; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	bool overlong =
		(lead == 0xe0 || lead == 0xf0) && text[1] < least[bytes];
	bool surrogate = lead == 0xed && text[1] >= 0xa0;
	bool beyond = lead == 0xf4 && text[1] >= 0x90;
	return overlong || surrogate || beyond ? 0 : bytes;
}

const char *locate_text_encoding(const char *text, size_t bytes, size_t *at)
{
	size_t step;
	*at = 0;
	if (bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return "the text begins with a byte order mark, which JSON "
		       "does not allow; save it as UTF-8 without one";
	if (bytes >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 ||
				  memcmp(text, "\xfe\xff", 2) == 0))
		return "the text is UTF-16; save it as UTF-8";
	for (; *at < bytes; *at += step) {
		if (text[*at] == '\0')
			return "a NUL byte, which JSON does not allow";
		step = sequence_bytes(
			(const unsigned char *)text + *at, bytes - *at);
		if (step == 0)
			return "a byte that is not UTF-8, which JSON has to be";
	}
	*at = 0;
	for (size_t i = 0; i < bytes; i++)
		if (strchr(" \t\r\n", text[i]) == NULL)
			return NULL;
	return "the text is empty; it should be a JSON object";
}

/* Behind the backslash at `at`; how many bytes the escape has, or 0. */
static uint32_t escape_bytes(const char *text, uint32_t end, uint32_t at)
{
	if (at + 1 >= end)
		return 0;
	char escape = text[at + 1];
	if (escape == 'u')
		return end - at >= 6 && read_hex(text + at + 2) >= 0 ? 6 : 0;
	return escape != '\0' && strchr("\"\\/bfnrt", escape) != NULL ? 2 : 0;
}

static uint32_t scan_string(
	const char *text, uint32_t end, uint32_t *at, const char **sentence)
{
	uint32_t next = *at + 1;
	while (next < end && text[next] != '"') {
		uint32_t step = 1;
		if ((unsigned char)text[next] < 0x20) {
			bool newline = text[next] == '\n' || text[next] == '\r';
			*sentence = newline ? "this string has no closing "
					      "quote in its line"
					    : "a control character inside a "
					      "string; write "
					      "it as an escape, a tab as \\t";
			*at = newline ? *at : next;
			return next;
		}
		if (text[next] == '\\')
			step = escape_bytes(text, end, next);
		if (step == 0 ||
			(step == 6 && read_hex(text + next + 2) == 0)) {
			*sentence = step == 0 ? "no such escape; JSON has \\\" "
						"\\\\ \\/ \\b "
						"\\f \\n \\r \\t and \\uXXXX"
					      : "\\u0000 is a NUL, which no "
						"text may hold";
			*at = next;
			return next;
		}
		next += step;
	}
	if (next >= end)
		*sentence = "this string has no closing quote";
	return next + 1;
}

static uint32_t scan_digits(const char *text, uint32_t end, uint32_t next)
{
	while (next < end && is_digit(text[next]))
		next++;
	return next;
}

/* -? (0|[1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?, or NULL and why. */
static const char *number_fault(
	const char *text, uint32_t end, uint32_t at, uint32_t *after)
{
	uint32_t next = at + (text[at] == '-'), digits = next;
	next = scan_digits(text, end, next);
	if (next == digits)
		return "a number needs a digit behind the minus";
	if (text[digits] == '0' && next > digits + 1)
		return "a number may not begin with a superfluous 0";
	if (next < end && text[next] == '.') {
		digits = next + 1;
		next = scan_digits(text, end, digits);
		if (next == digits)
			return "a number needs a digit behind the point";
	}
	if (next < end && (text[next] == 'e' || text[next] == 'E')) {
		digits = next + 1;
		if (digits < end &&
			(text[digits] == '+' || text[digits] == '-'))
			digits++;
		next = scan_digits(text, end, digits);
		if (next == digits)
			return "a number needs a digit behind the e";
	}
	*after = next;
	return NULL;
}

static bool is_word_byte(int byte)
{
	return is_digit(byte) || (byte >= 'a' && byte <= 'z') ||
	       (byte >= 'A' && byte <= 'Z') || byte == '_' || byte == '.' ||
	       byte == '-' || byte == '+' || byte >= 0x80;
}

/* What to say of text that begins no value. */
static const char *value_fault(const char *text, uint32_t end, uint32_t at)
{
	if (at >= end)
		return "the text ends where a value is expected";
	switch (text[at]) {
	case '\'':
		return "JSON strings stand in double quotes";
	case ',':
		return "a comma without a value before it";
	case '}':
	case ']':
	case ':':
		return "a value is expected here";
	default:
		return "this is no JSON value; text stands in double quotes";
	}
}

uint32_t locate_text_scalar(
	const char *text, uint32_t end, uint32_t *at, const char **sentence)
{
	static const char *const words[] = {"true", "false", "null"};
	uint32_t begin = *at, after = begin;
	if (begin < end && text[begin] == '"')
		return scan_string(text, end, at, sentence);
	while (after < end && is_word_byte((unsigned char)text[after]))
		after++;
	size_t bytes = after - begin;
	for (size_t i = 0; i < 3; i++)
		if (bytes == strlen(words[i]) &&
			memcmp(text + begin, words[i], bytes) == 0)
			return after;
	if (bytes > 0 && (is_digit(text[begin]) || text[begin] == '-')) {
		uint32_t number = begin;
		*sentence = number_fault(text, end, begin, &number);
		if (*sentence == NULL && number != after)
			*sentence = "this is no number; sizes and durations "
				    "stand in double quotes, like \"64KiB\"";
		return after;
	}
	*sentence = value_fault(text, end, begin);
	return begin;
}
