/*
 * tau/value_inline.h: the bodies of tau/value.h, which includes it and says
 * what each function promises. Not for including on its own.
 */
#ifndef TAU_VALUE_H
#error "include <tau/value.h>"
#endif
#ifndef TAU_VALUE_INLINE_H
#define TAU_VALUE_INLINE_H

/* A big-endian number of 1, 2, 4 or 8 bytes. */
static inline uint64_t tau_load(const uint8_t *from, size_t width)
{
	uint64_t number = 0;
	if (width == 1)
		return from[0];
	if (width == 2)
		return (uint64_t)((uint64_t)from[0] << 8 | from[1]);
	for (size_t i = 0; i < width; i++)
		number = number << 8 | from[i];
	return number;
}

/* Bytes behind a code below 0x18; 255 for the one code that is none. */
static inline size_t tau_code_width(uint32_t code)
{
	static const uint8_t widths[24] = {1, 2, 4, 8, 1, 2, 4, 8, 4, 8, 8, 8,
		0, 0, 0, 255, 0, 0, 0, 0, 0, 2, 4, 8};
	return widths[code];
}

/* The code's payload when it always has the same size, else -1; also -1 for
 * codes that are none. */
static inline int64_t tau_code_fixed(uint32_t code)
{
	if (code >= TAU_CODE_INT_SHORT)
		return 0;
	if (code >= TAU_CODE_TEXT_SHORT && code < TAU_CODE_TUPLE)
		return code & 15;
	if (code < TAU_CODE_TEXT && code != 0x0f)
		return (int64_t)tau_code_width(code);
	return -1;
}

/* Reads an array's element code at `body`. Elements have at least one byte
 * each, so a count is never larger than the bytes it was found in. */
static inline int tau_value_array_holds(
	const uint8_t *body, uint64_t bytes, uint64_t count)
{
	if (bytes < 1)
		return 0;
	uint32_t code = body[0];
	int64_t fixed = tau_code_fixed(code);
	if (fixed > 0)
		return count == (bytes - 1) / (uint64_t)fixed &&
		       (bytes - 1) % (uint64_t)fixed == 0;
	if (fixed == 0 || code == 0x0f || code > TAU_CODE_MAP + 3)
		return 0;
	return count <= bytes - 1;
}

/* Length and count of a container; 0 when they cannot be true. */
static inline int tau_value_decode_container(
	struct tau_value *value, size_t room)
{
	uint32_t code = value->code;
	size_t width = (size_t)1 << (code & 3);
	size_t header = 2 * width;
	uint64_t bytes;
	if (code >= TAU_CODE_TUPLE_SHORT && code < TAU_CODE_MAP) {
		header = width = 1;
		value->count = code & 7;
	}
	if (room < header)
		return 0;
	bytes = tau_load(value->start, width);
	if (header > width)
		value->count = tau_load(value->start + width, width);
	if (bytes > room - header)
		return 0;
	value->body = value->start + header;
	value->limit = value->body + bytes;
	if (code >= TAU_CODE_MAP)
		return value->count <= bytes / 2;
	if (code >= TAU_CODE_ARRAY && code < TAU_CODE_TUPLE_SHORT)
		return tau_value_array_holds(value->body, bytes, value->count);
	return value->count <= bytes;
}

/* Decodes the header of a value whose code was read already and whose bytes
 * end at or before `limit`. */
static inline int tau_value_decode(uint32_t code, const uint8_t *start,
	const uint8_t *limit, struct tau_value *value)
{
	size_t room = (size_t)(limit - start);
	uint64_t bytes = 0;
	size_t header = 0;
	value->start = start;
	value->count = 0;
	value->code = code;
	value->reserved = 0;
	if (code >= TAU_CODE_INT_SHORT) {
		bytes = 0;
	} else if (code >= TAU_CODE_TUPLE) {
		if (code > TAU_CODE_MAP + 3 ||
			!tau_value_decode_container(value, room))
			return -EBADMSG;
		return 0;
	} else if (code >= TAU_CODE_TEXT_SHORT) {
		bytes = code & 15;
	} else if (code >= TAU_CODE_TEXT) {
		header = (size_t)1 << (code & 3);
		if (room < header)
			return -EBADMSG;
		bytes = tau_load(start, header);
	} else {
		if (code == 0x0f)
			return -EBADMSG;
		bytes = tau_code_width(code);
	}
	if (bytes > room - header)
		return -EBADMSG;
	value->body = start + header;
	value->limit = value->body + bytes;
	return 0;
}

static inline int tau_value_open(
	const void *body, size_t bytes, struct tau_value *value)
{
	const uint8_t *start = (const uint8_t *)body;
	if (bytes == 0)
		return -EBADMSG;
	if (tau_value_decode(start[0], start + 1, start + bytes, value) != 0)
		return -EBADMSG;
	return value->limit == start + bytes ? 0 : -EBADMSG;
}

static inline int tau_value_kind(const struct tau_value *value)
{
	static const uint8_t kinds[0x18] = {TAU_KIND_INT, TAU_KIND_INT,
		TAU_KIND_INT, TAU_KIND_INT, TAU_KIND_INT, TAU_KIND_INT,
		TAU_KIND_INT, TAU_KIND_INT, TAU_KIND_FLOAT, TAU_KIND_FLOAT,
		TAU_KIND_SYMBOL, TAU_KIND_FD, TAU_KIND_NULL, TAU_KIND_BOOL,
		TAU_KIND_BOOL, TAU_KIND_NULL, TAU_KIND_ALPHA, TAU_KIND_OMEGA,
		TAU_KIND_IOTA, TAU_KIND_KAPPA, TAU_KIND_CYCLE, TAU_KIND_CYCLE,
		TAU_KIND_CYCLE, TAU_KIND_CYCLE};
	uint32_t code = value->code;
	if (code >= TAU_CODE_INT_SHORT)
		return TAU_KIND_INT;
	if (code >= TAU_CODE_MAP)
		return TAU_KIND_MAP;
	if (code >= TAU_CODE_TUPLE)
		return (code & 0x0c) == 0x04 ? TAU_KIND_ARRAY : TAU_KIND_TUPLE;
	if (code >= TAU_CODE_TEXT_SHORT)
		return code & 0x10 ? TAU_KIND_BYTES : TAU_KIND_TEXT;
	if (code >= TAU_CODE_TEXT)
		return code & 0x04 ? TAU_KIND_BYTES : TAU_KIND_TEXT;
	return kinds[code];
}

static inline int tau_value_bool(const struct tau_value *value, int *out)
{
	if (tau_value_kind(value) != TAU_KIND_BOOL)
		return -EINVAL;
	*out = value->code == TAU_CODE_TRUE;
	return 0;
}

/* An integer as its low 64 bits, and whether it is below zero. */
static inline int tau_value_integer(
	const struct tau_value *value, uint64_t *bits, int *negative)
{
	uint32_t code = value->code;
	*bits = 0;
	*negative = 0;
	if (code >= TAU_CODE_INT_SHORT) {
		*bits = code & 127;
		return 0;
	}
	if (code > TAU_CODE_I64)
		return -EINVAL;
	size_t width = (size_t)1 << (code & 3);
	*bits = tau_load(value->body, width);
	if (code >= TAU_CODE_I8 && (value->body[0] & 0x80)) {
		*negative = 1;
		if (width < 8)
			*bits |= ~(uint64_t)0 << (8 * width);
	}
	return 0;
}

/* A float of either width. */
static inline double tau_value_double(const struct tau_value *value)
{
	uint64_t bits = tau_load(value->body,
		value->code == TAU_CODE_F32 ? (size_t)4 : (size_t)8);
	uint32_t narrow_bits = (uint32_t)bits;
	double number;
	float narrow;
	if (value->code == TAU_CODE_F32) {
		memcpy(&narrow, &narrow_bits, sizeof narrow);
		return (double)narrow;
	}
	memcpy(&number, &bits, sizeof number);
	return number;
}

static inline int tau_value_int(const struct tau_value *value, int64_t *out)
{
	uint64_t bits;
	int negative;
	if (tau_value_integer(value, &bits, &negative) == 0) {
		if (!negative && bits > (uint64_t)INT64_MAX)
			return -ERANGE;
		*out = (int64_t)bits;
		return 0;
	}
	if (tau_value_kind(value) != TAU_KIND_FLOAT)
		return -EINVAL;
	double number = tau_value_double(value);
	if (!(number >= -9223372036854775808.0 &&
		    number < 9223372036854775808.0))
		return -ERANGE;
	int64_t whole = (int64_t)number;
	if ((double)whole < number || (double)whole > number)
		return -ERANGE;
	*out = whole;
	return 0;
}

static inline int tau_value_uint(const struct tau_value *value, uint64_t *out)
{
	uint64_t bits;
	int negative;
	if (tau_value_integer(value, &bits, &negative) == 0) {
		if (negative)
			return -ERANGE;
		*out = bits;
		return 0;
	}
	if (tau_value_kind(value) != TAU_KIND_FLOAT)
		return -EINVAL;
	double number = tau_value_double(value);
	if (!(number >= 0.0 && number < 18446744073709551616.0))
		return -ERANGE;
	uint64_t whole = (uint64_t)number;
	if ((double)whole < number || (double)whole > number)
		return -ERANGE;
	*out = whole;
	return 0;
}

static inline int tau_value_float(const struct tau_value *value, double *out)
{
	uint64_t bits;
	int negative;
	if (tau_value_integer(value, &bits, &negative) == 0) {
		*out = negative ? (double)(int64_t)bits : (double)bits;
		return 0;
	}
	if (tau_value_kind(value) != TAU_KIND_FLOAT)
		return -EINVAL;
	*out = tau_value_double(value);
	return 0;
}

static inline int tau_value_bytes(
	const struct tau_value *value, const uint8_t **body, size_t *bytes)
{
	int kind = tau_value_kind(value);
	if (kind != TAU_KIND_TEXT && kind != TAU_KIND_BYTES)
		return -EINVAL;
	*body = value->body;
	*bytes = (size_t)(value->limit - value->body);
	return 0;
}

static inline int tau_value_text(
	const struct tau_value *value, const char **text, size_t *bytes)
{
	if (tau_value_kind(value) != TAU_KIND_TEXT)
		return -EINVAL;
	*text = (const char *)value->body;
	*bytes = (size_t)(value->limit - value->body);
	return 0;
}

static inline int tau_value_symbol(const struct tau_value *value, char out[8])
{
	if (value->code != TAU_CODE_SYMBOL)
		return -EINVAL;
	memcpy(out, value->body, 8);
	return 0;
}

static inline int tau_value_cycle(const struct tau_value *value, uint64_t *out)
{
	if (tau_value_kind(value) != TAU_KIND_CYCLE)
		return -EINVAL;
	if (value->limit == value->body)
		return -ENOENT;
	*out = tau_load(value->body, (size_t)(value->limit - value->body));
	return 0;
}

#include <tau/value_walk.h>

#endif
