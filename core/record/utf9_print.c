/*
 * utf9_print: values as text for people and as JSON; utf9.h says how.
 *
 * Writes through a printer that counts what does not fit, like snprintf, and
 * never looks at the locale.
 */
#include "core/record/utf9.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* `next` counts on past `room`. */
struct printer {
	char *out;
	size_t room;
	size_t next;
	bool json;
	bool escapes; /* inside a JSON string: quotes and backslashes */
};

static int print_value(
	struct printer *, const struct tau_value *value, unsigned depth);
static void put(struct printer *printer, const char *text, size_t bytes);

int64_t utf9_print(const void *body, size_t bytes, enum utf9_style style,
	char *out, size_t room)
{
	struct printer printer = {
		.out = out, .room = room, .json = style == UTF9_JSON};
	struct tau_value value;
	int code = tau_value_open(body, bytes, &value);
	if (code == 0)
		code = print_value(&printer, &value, TAU_VALUE_DEPTH);
	return code < 0 ? code : (int64_t)printer.next;
}

static void put_escaped(struct printer *printer, const char *text, size_t bytes)
{
	printer->escapes = false;
	for (size_t i = 0; i < bytes; i++) {
		if (text[i] == '"' || text[i] == '\\')
			put(printer, "\\", 1);
		put(printer, text + i, 1);
	}
	printer->escapes = true;
}

static void put(struct printer *printer, const char *text, size_t bytes)
{
	if (printer->escapes) {
		put_escaped(printer, text, bytes);
		return;
	}
	if (printer->next < printer->room) {
		size_t fits = printer->room - printer->next;
		memcpy(printer->out + printer->next, text,
			bytes < fits ? bytes : fits);
	}
	printer->next += bytes;
}

static void put_text(struct printer *printer, const char *text)
{
	put(printer, text, strlen(text));
}

/* The shortest digits that read back as the same number; always with a point
 * or an exponent, so that it reads back as a float. */
static void put_float(struct printer *printer, double number)
{
	char text[40];
	int digits = 15;
	if (isnan(number)) {
		put_text(printer, printer->json ? "\"NaN\"" : "nan");
		return;
	}
	if (isinf(number)) {
		const char *sign = number < 0 ? "-" : "";
		snprintf(text, sizeof text,
			printer->json ? "\"%sInfinity\"" : "%sinf", sign);
		put_text(printer, text);
		return;
	}
	do
		snprintf(text, sizeof text, "%.*g", digits, number);
	while (++digits <= 17 && strtod(text, NULL) != number);
	char *comma = strchr(text, ','); /* of a plugin's locale */
	if (comma != NULL)
		*comma = '.';
	put_text(printer, text);
	if (strpbrk(text, ".e") == NULL)
		put_text(printer, ".0");
}

static void put_integer(struct printer *printer, const struct tau_value *value)
{
	char text[24];
	uint64_t bits;
	int negative;
	tau_value_integer(value, &bits, &negative);
	snprintf(text, sizeof text, "%s%llu", negative ? "-" : "",
		(unsigned long long)(negative ? 0 - bits : bits));
	put_text(printer, text);
}

/* One character or one wrong byte, as it stands between quotes. */
static void put_character(struct printer *printer, char quote,
	const uint8_t *character, size_t bytes)
{
	static const char letters[] = "\b\t\n\f\r";
	char text[8];
	uint8_t byte = *character;
	const char *letter = byte ? strchr(letters, byte) : NULL;
	if (bytes == 0 && printer->json)
		put_text(printer, "\xef\xbf\xbd");
	else if (bytes == 0)
		put(printer, text,
			(size_t)snprintf(text, sizeof text, "\\x%02x", byte));
	else if (letter != NULL)
		put(printer, (char[]){'\\', "btnfr"[letter - letters]}, 2);
	else if (byte == (uint8_t)quote || byte == '\\')
		put(printer, (char[]){'\\', (char)byte}, 2);
	else if (byte < 0x20 || byte == 0x7f)
		put(printer, text,
			(size_t)snprintf(text, sizeof text,
				printer->json ? "\\u%04x" : "\\x%02x", byte));
	else
		put(printer, (const char *)character, bytes);
}

static void put_quoted(struct printer *printer, char quote, const uint8_t *next,
	const uint8_t *limit)
{
	put(printer, &quote, 1);
	while (next < limit) {
		size_t bytes = utf9_sequence(next, limit);
		put_character(printer, quote, next, bytes);
		next += bytes ? bytes : 1;
	}
	put(printer, &quote, 1);
}

static void put_base64(
	struct printer *printer, const uint8_t *next, const uint8_t *limit)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	put(printer, "\"", 1);
	for (; next < limit; next += 3) {
		size_t bytes = (size_t)(limit - next);
		uint32_t bits = (uint32_t)next[0] << 16;
		bits |= bytes > 1 ? (uint32_t)next[1] << 8 : 0;
		bits |= bytes > 2 ? next[2] : 0;
		char four[4] = {digits[bits >> 18], digits[bits >> 12 & 63],
			bytes > 1 ? digits[bits >> 6 & 63] : '=',
			bytes > 2 ? digits[bits & 63] : '='};
		put(printer, four, 4);
		if (bytes < 3)
			break;
	}
	put(printer, "\"", 1);
}

static void put_bytes(struct printer *printer, const struct tau_value *value)
{
	char text[4];
	if (printer->json) {
		put_base64(printer, value->body, value->limit);
		return;
	}
	put_text(printer, "x'");
	for (const uint8_t *next = value->body; next < value->limit; next++) {
		snprintf(text, sizeof text, "%02x", *next);
		put(printer, text, 2);
	}
	put_text(printer, "'");
}

static void put_symbol(struct printer *printer, const struct tau_value *value)
{
	const uint8_t *limit = value->limit;
	while (limit > value->body && limit[-1] == 0)
		limit--;
	put_quoted(printer, printer->json ? '"' : '\'', value->body, limit);
}

static void put_fd(struct printer *printer, const struct tau_value *value)
{
	char text[64];
	snprintf(text, sizeof text,
		printer->json ? "{\"tau\":\"fd\",\"pid\":%u,\"fd\":%u}"
			      : "fd(pid %u, %u)",
		(unsigned)tau_load(value->body, 4),
		(unsigned)tau_load(value->body + 4, 4));
	put_text(printer, text);
}

static void put_signal(struct printer *printer, const struct tau_value *value)
{
	static const char *const names[] = {
		"alpha", "omega", "iota", "kappa", "tau"};
	char text[64];
	unsigned long long at;
	uint64_t number;
	int code = tau_value_cycle(value, &number);
	at = code == 0 ? number : 0;
	if (code == 0)
		snprintf(text, sizeof text,
			printer->json ? "{\"tau\":\"cycle\",\"at\":%llu}"
				      : "tau(%llu)",
			at);
	else if (code == -ENOENT && printer->json)
		snprintf(text, sizeof text, "{\"tau\":\"cycle\"}");
	else
		snprintf(text, sizeof text,
			printer->json ? "{\"tau\":\"%s\"}" : "%s",
			names[value->code - TAU_CODE_ALPHA]);
	put_text(printer, text);
}

/* A key. JSON has text alone for it, so others become the text that shows
 * them to people, once more between quotes. */
static int put_key(
	struct printer *printer, const struct tau_value *key, unsigned depth)
{
	if (!printer->json || tau_value_kind(key) == TAU_KIND_TEXT)
		return print_value(printer, key, depth);
	put_text(printer, "\"");
	printer->json = false;
	printer->escapes = true;
	int code = print_value(printer, key, depth);
	printer->json = true;
	printer->escapes = false;
	put_text(printer, "\"");
	return code;
}

static int put_items(
	struct printer *printer, const struct tau_value *value, unsigned depth)
{
	struct tau_items items;
	struct tau_value item, key;
	bool map = tau_value_kind(value) == TAU_KIND_MAP;
	const char *comma = "";
	int flow;
	if (depth == 0)
		return -EBADMSG;
	tau_value_items(value, &items);
	while ((flow = map ? tau_value_next_entry(&items, &key, &item)
			   : tau_value_next(&items, &item)) == 1) {
		put_text(printer, comma);
		comma = printer->json ? "," : ", ";
		if (map) {
			int code = put_key(printer, &key, depth - 1);
			if (code < 0)
				return code;
			put_text(printer, printer->json ? ":" : ": ");
		}
		int code = print_value(printer, &item, depth - 1);
		if (code < 0)
			return code;
	}
	return flow;
}

static int put_container(
	struct printer *printer, const struct tau_value *value, unsigned depth)
{
	const char *braces = "[]";
	int code;
	if (tau_value_kind(value) == TAU_KIND_MAP)
		braces = "{}";
	else if (tau_value_kind(value) == TAU_KIND_TUPLE && !printer->json)
		braces = "()";
	put(printer, braces, 1);
	code = put_items(printer, value, depth);
	put(printer, braces + 1, 1);
	return code;
}

static int print_value(
	struct printer *printer, const struct tau_value *value, unsigned depth)
{
	switch (tau_value_kind(value)) {
	case TAU_KIND_NULL:
		put_text(printer, "null");
		return 0;
	case TAU_KIND_BOOL:
		put_text(printer,
			value->code == TAU_CODE_TRUE ? "true" : "false");
		return 0;
	case TAU_KIND_INT:
		put_integer(printer, value);
		return 0;
	case TAU_KIND_FLOAT:
		put_float(printer, tau_value_double(value));
		return 0;
	case TAU_KIND_TEXT:
		put_quoted(printer, '"', value->body, value->limit);
		return 0;
	case TAU_KIND_BYTES:
		put_bytes(printer, value);
		return 0;
	case TAU_KIND_SYMBOL:
		put_symbol(printer, value);
		return 0;
	case TAU_KIND_FD:
		put_fd(printer, value);
		return 0;
	case TAU_KIND_TUPLE:
	case TAU_KIND_ARRAY:
	case TAU_KIND_MAP:
		return put_container(printer, value, depth);
	default:
		put_signal(printer, value);
		return 0;
	}
}
