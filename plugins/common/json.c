/*
 * json: see json.h. Each value reserves what it can at most need before it
 * writes, so that no byte is checked twice.
 */
#include "common/json.h"

#include <emmintrin.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static size_t natural_digits(char *to, uint64_t number)
{
	char reversed[20];
	size_t count = 0;

	do {
		reversed[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	for (size_t i = 0; i < count; i++)
		to[i] = reversed[count - 1 - i];
	return count;
}

size_t json_digits(char *to, int64_t number)
{
	if (number >= 0)
		return natural_digits(to, (uint64_t)number);
	*to = '-';
	return 1 + natural_digits(to + 1, 0 - (uint64_t)number);
}

size_t json_utf8_length(const uint8_t *text, size_t bytes)
{
	uint32_t point;
	size_t length;

	if (bytes == 0)
		return 0;
	if (text[0] < 0x80)
		return 1;
	if (text[0] < 0xc2 || text[0] > 0xf4)
		return 0;
	length = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
	if (bytes < length)
		return 0;
	point = text[0] & (0xffu >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (text[i] & 0x3f);
	}
	if ((length == 3 && point < 0x800) || (length == 4 && point < 0x10000))
		return 0;
	if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return 0;
	return length;
}

/* Bytes that stand in a JSON string as they are, and are ASCII. */
static inline bool plain(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

static size_t escape(uint8_t *to, uint8_t byte)
{
	static const char hexadecimal[] = "0123456789abcdef";
	static const char letters[] = "btn?fr"; /* 8 to 13 */

	to[0] = '\\';
	if (byte == '"' || byte == '\\') {
		to[1] = byte;
		return 2;
	}
	if (byte >= 8 && byte <= 13 && byte != 11) {
		to[1] = (uint8_t)letters[byte - 8];
		return 2;
	}
	to[1] = 'u';
	to[2] = to[3] = '0';
	to[4] = (uint8_t)hexadecimal[byte >> 4];
	to[5] = (uint8_t)hexadecimal[byte & 15];
	return 6;
}

/* One character that is not plain; how many bytes of text it took. */
static size_t append_special(uint8_t **to, const uint8_t *text, size_t bytes)
{
	size_t length;

	if (text[0] <= 0x7f) {
		*to += escape(*to, text[0]);
		return 1;
	}
	length = json_utf8_length(text, bytes);
	if (!length) {
		memcpy(*to, "\xef\xbf\xbd", 3);
		*to += 3;
		return 1;
	}
	memcpy(*to, text, length);
	*to += length;
	return length;
}

/* Which of 16 bytes are not plain: controls, quotes, backslashes, and from
 * DEL on, which as signed bytes are negative or 127. */
static inline uint32_t special_mask(__m128i bytes)
{
	__m128i special = _mm_or_si128(
		_mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
			_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))),
		_mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)),
			_mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f))));

	return (uint32_t)_mm_movemask_epi8(special);
}

/* Copies plain bytes up to the first that is not, or the last; how many. Where
 * 16 bytes can be read before `limit`, 16 are written, whatever they are. */
static inline size_t append_plain(
	uint8_t *to, const uint8_t *text, size_t bytes, const uint8_t *limit)
{
	size_t at = 0;

	for (; at < bytes && limit - text - (ptrdiff_t)at >= 16; at += 16) {
		__m128i sixteen = _mm_loadu_si128(
			(const __m128i *)(const void *)(text + at));
		uint32_t mask = special_mask(sixteen);

		_mm_storeu_si128((__m128i *)(void *)(to + at), sixteen);
		if (bytes - at < 16)
			mask |= UINT32_C(1) << (bytes - at);
		if (mask)
			return at + (size_t)__builtin_ctz(mask);
	}
	for (; at < bytes && plain(text[at]); at++)
		to[at] = text[at];
	return at;
}

/* As json_append_text; what lies before `limit` can be read. */
static int append_text(struct buffer *to, const uint8_t *text, size_t bytes,
	const uint8_t *limit)
{
	uint8_t *next;
	size_t at = 0;

	if (bytes > SIZE_MAX / 8)
		return -ENOMEM;
	next = buffer_reserve(to, 2 + 6 * bytes + 16);
	if (!next)
		return -ENOMEM;
	*next++ = '"';
	while (at < bytes) {
		size_t count = append_plain(next, text + at, bytes - at, limit);

		next += count;
		at += count;
		if (at < bytes)
			at += append_special(&next, text + at, bytes - at);
	}
	*next++ = '"';
	to->bytes = (size_t)(next - to->start);
	return 0;
}

int json_append_text(struct buffer *to, const uint8_t *text, size_t bytes)
{
	return append_text(to, text, bytes, text + bytes);
}

static int append(struct buffer *to, const char *text)
{
	return buffer_append(to, text, strlen(text));
}

/* The shortest decimal that reads back as the same double. */
static int append_real(struct buffer *to, double real)
{
	char text[40];

	if (isnan(real))
		return append(to, "\"NaN\"");
	if (isinf(real))
		return append(to, real < 0 ? "\"-Infinity\"" : "\"Infinity\"");
	for (int precision = 15; precision <= 17; precision++) {
		(void)snprintf(text, sizeof text, "%.*g", precision, real);
		if (!(strtod(text, NULL) < real) &&
			!(strtod(text, NULL) > real))
			break;
	}
	if (!strpbrk(text, ".e"))
		strcat(text, ".0");
	return append(to, text);
}

static int append_integer(struct buffer *to, const struct tau_value *value)
{
	char text[24];
	uint64_t natural = 0;
	int64_t integer;

	if (tau_value_int(value, &integer) == 0)
		return buffer_append(to, text, json_digits(text, integer));
	(void)tau_value_uint(value, &natural);
	return buffer_append(to, text, natural_digits(text, natural));
}

static int append_base64(struct buffer *to, const uint8_t *from, size_t bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t *next = buffer_reserve(to, 2 + (bytes / 3 + 1) * 4);

	if (!next)
		return -ENOMEM;
	*next++ = '"';
	for (size_t at = 0; at < bytes; at += 3) {
		size_t left = bytes - at;
		uint32_t bits = (uint32_t)from[at] << 16;

		bits |= left > 1 ? (uint32_t)from[at + 1] << 8 : 0;
		bits |= left > 2 ? from[at + 2] : 0;
		*next++ = (uint8_t)digits[bits >> 18];
		*next++ = (uint8_t)digits[bits >> 12 & 63];
		*next++ = left > 1 ? (uint8_t)digits[bits >> 6 & 63] : '=';
		*next++ = left > 2 ? (uint8_t)digits[bits & 63] : '=';
	}
	*next++ = '"';
	to->bytes = (size_t)(next - to->start);
	return 0;
}

static int append_symbol(struct buffer *to, const struct tau_value *value)
{
	size_t bytes = 8;

	while (bytes && value->body[bytes - 1] == 0)
		bytes--;
	return json_append_text(to, value->body, bytes);
}

/* An fd, or one of the signals. */
static int append_signal(struct buffer *to, const struct tau_value *value)
{
	static const char *const names[] = {
		"alpha", "omega", "iota", "kappa", "cycle"};
	char text[80];
	uint64_t number;

	if (value->code == TAU_CODE_FD)
		(void)snprintf(text, sizeof text,
			"{\"tau\":\"fd\",\"pid\":%u,\"fd\":%u}",
			(unsigned)tau_load(value->body, 4),
			(unsigned)tau_load(value->body + 4, 4));
	else if (tau_value_cycle(value, &number) == 0)
		(void)snprintf(text, sizeof text,
			"{\"tau\":\"cycle\",\"at\":%llu}",
			(unsigned long long)number);
	else
		(void)snprintf(text, sizeof text, "{\"tau\":\"%s\"}",
			names[value->code - TAU_CODE_ALPHA]);
	return append(to, text);
}

/* `limit`: what lies before it, around the value, can be read. */
static int append_at(struct buffer *to, const struct tau_value *value,
	int depth, const uint8_t *limit);

static int append_key(struct buffer *to, const struct tau_value *key, int depth,
	const uint8_t *limit)
{
	struct buffer text = {NULL, 0, 0};
	int code;

	if (tau_value_kind(key) == TAU_KIND_TEXT)
		return append_text(
			to, key->body, (size_t)(key->limit - key->body), limit);
	code = append_at(&text, key, depth, limit);
	if (!code)
		code = json_append_text(to, text.start, text.bytes);
	buffer_release(&text);
	return code;
}

static int append_map(struct buffer *to, const struct tau_value *map, int depth,
	const uint8_t *limit)
{
	struct tau_items items;
	struct tau_value key, value;
	int code = buffer_byte(to, '{');
	int flow = code ? code : tau_value_items(map, &items);
	bool first = true;

	if (flow)
		return flow;
	while ((flow = tau_value_next_entry(&items, &key, &value)) == 1) {
		if (!first && (code = buffer_byte(to, ',')))
			return code;
		first = false;
		if ((code = append_key(to, &key, depth, limit)) ||
			(code = buffer_byte(to, ':')) ||
			(code = append_at(to, &value, depth, limit)))
			return code;
	}
	return flow ? flow : buffer_byte(to, '}');
}

static int append_list(struct buffer *to, const struct tau_value *list,
	int depth, const uint8_t *limit)
{
	struct tau_items items;
	struct tau_value item;
	int code = buffer_byte(to, '[');
	int flow = code ? code : tau_value_items(list, &items);
	bool first = true;

	if (flow)
		return flow;
	while ((flow = tau_value_next(&items, &item)) == 1) {
		if (!first && (code = buffer_byte(to, ',')))
			return code;
		first = false;
		if ((code = append_at(to, &item, depth, limit)))
			return code;
	}
	return flow ? flow : buffer_byte(to, ']');
}

static int append_scalar(
	struct buffer *to, const struct tau_value *value, const uint8_t *limit)
{
	double real = 0;

	switch (tau_value_kind(value)) {
	case TAU_KIND_BOOL:
		return append(
			to, value->code == TAU_CODE_TRUE ? "true" : "false");
	case TAU_KIND_INT:
		return append_integer(to, value);
	case TAU_KIND_FLOAT:
		(void)tau_value_float(value, &real);
		return append_real(to, real);
	case TAU_KIND_TEXT:
		return append_text(to, value->body,
			(size_t)(value->limit - value->body), limit);
	case TAU_KIND_BYTES:
		return append_base64(
			to, value->body, (size_t)(value->limit - value->body));
	case TAU_KIND_SYMBOL:
		return append_symbol(to, value);
	case TAU_KIND_NULL:
		return append(to, "null");
	default:
		return append_signal(to, value);
	}
}

static int append_at(struct buffer *to, const struct tau_value *value,
	int depth, const uint8_t *limit)
{
	int kind = tau_value_kind(value);

	if (kind != TAU_KIND_MAP && kind != TAU_KIND_TUPLE &&
		kind != TAU_KIND_ARRAY)
		return append_scalar(to, value, limit);
	if (depth == 0)
		return -EBADMSG;
	return kind == TAU_KIND_MAP ? append_map(to, value, depth - 1, limit)
				    : append_list(to, value, depth - 1, limit);
}

int json_append_value(struct buffer *to, const struct tau_value *value)
{
	size_t before = to->bytes;
	int code = append_at(to, value, TAU_VALUE_DEPTH, value->limit);

	if (code)
		to->bytes = before;
	return code;
}
