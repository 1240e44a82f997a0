/*
 * shape_store: values into memory, exactly or not at all. Integers keep all
 * their digits, also in floats; a float is an integer when it is whole.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/number.h"
#include "shape.h"

static const char *const names[] = {"void", "i8", "u8", "i16", "u16", "i32",
	"u32", "i64", "u64", "f32", "f64", "bool", "string", "bytes", "pointer",
	"a struct", "an enum"};

static const struct {
	int64_t least;
	uint64_t most;
} ranges[] = {
	[I8] = {INT8_MIN, INT8_MAX},
	[U8] = {0, UINT8_MAX},
	[I16] = {INT16_MIN, INT16_MAX},
	[U16] = {0, UINT16_MAX},
	[I32] = {INT32_MIN, INT32_MAX},
	[U32] = {0, UINT32_MAX},
	[I64] = {INT64_MIN, INT64_MAX},
	[U64] = {0, UINT64_MAX},
};

/* The value as a sentence shows it. */
static const char *show(const struct tau_value *value, char shown[64])
{
	struct buffer json = {NULL, 0, 0};
	size_t bytes = 60;

	snprintf(shown, 64, "the value");
	if (json_append_value(&json, value) == 0) {
		if (json.bytes <= bytes)
			snprintf(shown, 64, "%.*s", (int)json.bytes,
				(const char *)json.start);
		else {
			while (bytes && (json.start[bytes] & 0xc0) == 0x80)
				bytes--;
			snprintf(shown, 64, "%.*s…", (int)bytes,
				(const char *)json.start);
		}
	}
	buffer_release(&json);
	return shown;
}

static bool refuse(const struct shape *shape, const struct tau_value *value,
	const char *why, char reason[REASON_BYTES])
{
	char shown[64];

	snprintf(reason, REASON_BYTES, "%s %s %s", show(value, shown), why,
		names[shape->base]);
	return false;
}

/* Little endian: the low bytes stand first. */
static void put_integer(const struct shape *shape, uint64_t bits, void *memory)
{
	memcpy(memory, &bits, shape->type->size);
}

static bool store_integer(
	const struct shape *shape, const struct number *number, void *memory)
{
	int64_t least = ranges[shape->base].least;
	uint64_t most = ranges[shape->base].most, bits = number->natural;
	bool negative = number->kind == NUMBER_INT && number->integer < 0;

	if (number->kind == NUMBER_REAL) {
		double real = number->real;

		if (real != trunc(real) || real < -0x1p63 || real >= 0x1p64)
			return false;
		negative = real < 0;
		bits = negative ? (uint64_t)(int64_t)real : (uint64_t)real;
	}
	if (negative ? (int64_t)bits < least : bits > most)
		return false;
	put_integer(shape, bits, memory);
	return true;
}

/* Whether the integer has a double of its own. */
static bool as_double(const struct number *number, double *real)
{
	if (number->kind == NUMBER_INT) {
		*real = (double)number->integer;
		return *real < 0x1p63 && (int64_t)*real == number->integer;
	}
	if (number->kind == NUMBER_UINT) {
		*real = (double)number->natural;
		return *real < 0x1p64 && (uint64_t)*real == number->natural;
	}
	*real = number->real;
	return true;
}

static bool store_real(
	const struct shape *shape, double real, bool whole, void *memory)
{
	float small = (float)real;

	if (shape->base == F64) {
		memcpy(memory, &real, sizeof real);
		return true;
	}
	if (isfinite(real) && !isfinite(small))
		return false;
	if (whole && (double)small != real)
		return false;
	memcpy(memory, &small, sizeof small);
	return true;
}

static bool store_number(const struct shape *shape,
	const struct tau_value *value, void *memory, char reason[REASON_BYTES])
{
	struct number number;
	double real;

	if ((shape->base == F32 || shape->base == F64) &&
		tau_value_kind(value) == TAU_KIND_FLOAT) {
		tau_value_float(value, &real); /* NaN and infinities too */
		if (store_real(shape, real, false, memory))
			return true;
		return refuse(shape, value, "does not fit", reason);
	}
	if (!number_of_value(&number, value))
		return refuse(shape, value, "is no number for", reason);
	if (shape->base != F32 && shape->base != F64)
		return store_integer(shape, &number, memory) ||
		       refuse(shape, value, "does not fit", reason);
	return (as_double(&number, &real) &&
		       store_real(shape, real, number.kind != NUMBER_REAL,
			       memory)) ||
	       refuse(shape, value, "does not fit", reason);
}

static bool store_bool(const struct shape *shape, const struct tau_value *value,
	void *memory, char reason[REASON_BYTES])
{
	struct number number;
	int truth;

	if (tau_value_bool(value, &truth) == 0) {
		put_integer(shape, truth != 0, memory);
		return true;
	}
	if (!number_of_value(&number, value) || number.kind != NUMBER_INT ||
		(number.integer | 1) != 1)
		return refuse(
			shape, value, "is neither true nor false, for", reason);
	put_integer(shape, number.natural, memory);
	return true;
}

static bool store_enum(const struct shape *shape, const struct tau_value *value,
	void *memory, char reason[REASON_BYTES])
{
	const uint8_t *text;
	size_t bytes;
	int64_t number;

	if (tau_value_bytes(value, &text, &bytes) == 0) {
		for (size_t i = 0; i < shape->count; i++)
			if (shape->members[i].name_bytes == bytes &&
				memcmp(shape->members[i].name, text, bytes) ==
					0) {
				put_integer(shape,
					(uint64_t)shape->members[i].number,
					memory);
				return true;
			}
	} else if (tau_value_int(value, &number) == 0 &&
		   shape_named(shape, number)) {
		put_integer(shape, (uint64_t)number, memory);
		return true;
	}
	return refuse(shape, value, "is no name of", reason);
}

static bool store_struct(const struct shape *shape,
	const struct tau_value *value, void *memory, char reason[REASON_BYTES])
{
	int kind = tau_value_kind(value);
	struct tau_value item;

	if (kind != TAU_KIND_MAP && kind != TAU_KIND_TUPLE &&
		kind != TAU_KIND_ARRAY)
		return refuse(shape, value, "is no map or list for", reason);
	if (kind != TAU_KIND_MAP && value->count != shape->count)
		return refuse(
			shape, value, "has not as many members as", reason);
	memset(memory, 0, shape->type->size);
	for (size_t i = 0; i < shape->count; i++) {
		const struct member *member = &shape->members[i];
		int code = kind == TAU_KIND_MAP
				   ? tau_value_get(value, member->name,
					     member->name_bytes, &item)
				   : tau_value_item(value, i, &item);

		if (code) {
			snprintf(reason, REASON_BYTES,
				"the map has no \"%.*s\" for a struct",
				(int)member->name_bytes, member->name);
			return false;
		}
		if (!shape_store(&member->shape, &item,
			    (uint8_t *)memory + member->offset, reason))
			return false;
	}
	return true;
}

bool shape_store(const struct shape *shape, const struct tau_value *value,
	void *memory, char reason[REASON_BYTES])
{
	switch (shape->base) {
	case BOOL:
		return store_bool(shape, value, memory, reason);
	case ENUM:
		return store_enum(shape, value, memory, reason);
	case STRUCT:
		return store_struct(shape, value, memory, reason);
	default:
		return store_number(shape, value, memory, reason);
	}
}

void shape_store_literal(const struct shape *shape,
	const struct tau_value *literal, void *memory)
{
	int64_t number = 0;
	double real = 0;
	int truth = 0;

	if (shape->base == F32 || shape->base == F64) {
		tau_value_float(literal, &real);
		if (shape->base == F64) {
			memcpy(memory, &real, sizeof real);
		} else {
			float small = (float)real;

			memcpy(memory, &small, sizeof small);
		}
		return;
	}
	if (shape->base == BOOL) {
		tau_value_bool(literal, &truth);
		number = truth;
	} else {
		tau_value_int(literal, &number);
	}
	put_integer(shape, (uint64_t)number, memory);
}
