/* shape: see shape.h. */
#include "shape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = {"void", "i8", "u8", "i16", "u16", "i32",
	"u32", "i64", "u64", "f32", "f64", "bool", "string", "bytes",
	"pointer"};

static ffi_type *const types[] = {
	[VOID] = &ffi_type_void,
	[I8] = &ffi_type_sint8,
	[U8] = &ffi_type_uint8,
	[I16] = &ffi_type_sint16,
	[U16] = &ffi_type_uint16,
	[I32] = &ffi_type_sint32,
	[U32] = &ffi_type_uint32,
	[I64] = &ffi_type_sint64,
	[U64] = &ffi_type_uint64,
	[F32] = &ffi_type_float,
	[F64] = &ffi_type_double,
	[BOOL] = &ffi_type_uint8,
	[STRING] = &ffi_type_pointer,
	[BYTES] = &ffi_type_pointer,
	[POINTER] = &ffi_type_pointer,
	[STRUCT] = NULL,
	[ENUM] = &ffi_type_sint32,
};

/* "[NAME, TYPE or NUMBER]" */
static int read_member(
	struct shape *shape, struct member *member, struct tau_value *pair)
{
	struct tau_value name, other;

	if (tau_value_item(pair, 0, &name) || tau_value_item(pair, 1, &other) ||
		tau_value_text(&name, &member->name, &member->name_bytes))
		return -EINVAL;
	shape->count++;
	if (shape->base == ENUM)
		return tau_value_int(&other, &member->number);
	return shape_init(&member->shape, &other);
}

static int read_members(struct shape *shape, const struct tau_value *list)
{
	struct tau_items items;
	struct tau_value pair;
	int code = tau_value_items(list, &items);

	shape->members = calloc(list->count + 1, sizeof *shape->members);
	if (!shape->members)
		return -ENOMEM;
	while (code == 0 && tau_value_next(&items, &pair) == 1)
		code = read_member(shape, &shape->members[shape->count], &pair);
	return code;
}

/* libffi lays the struct out; a struct of our own has a type of its own, since
 * libffi writes into it. */
static int lay_out(struct shape *shape)
{
	size_t *offsets;
	int code = 0;

	shape->elements = calloc(shape->count + 1, sizeof(ffi_type *));
	offsets = calloc(shape->count + 1, sizeof *offsets);
	if (!shape->elements || !offsets) {
		free(offsets);
		return -ENOMEM;
	}
	for (size_t i = 0; i < shape->count; i++)
		shape->elements[i] = shape->members[i].shape.type;
	shape->own = (ffi_type){
		.type = FFI_TYPE_STRUCT, .elements = shape->elements};
	shape->type = &shape->own;
	if (ffi_get_struct_offsets(FFI_DEFAULT_ABI, shape->type, offsets) !=
		FFI_OK)
		code = -EINVAL;
	for (size_t i = 0; i < shape->count; i++)
		shape->members[i].offset = offsets[i];
	free(offsets);
	return code;
}

int shape_init(struct shape *shape, const struct tau_value *type)
{
	struct tau_value list;
	const char *text;
	size_t bytes;
	int code;

	*shape = (struct shape){.base = VOID};
	if (tau_value_text(type, &text, &bytes) == 0) {
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (strlen(words[i]) == bytes &&
				memcmp(words[i], text, bytes) == 0) {
				shape->base = (enum base)i;
				shape->type = types[i];
				return 0;
			}
		return -EINVAL;
	}
	shape->base = tau_value_get(type, "enum", 4, &list) ? STRUCT : ENUM;
	shape->type = types[ENUM];
	if (shape->base == STRUCT && tau_value_get(type, "struct", 6, &list))
		return -EINVAL;
	code = read_members(shape, &list);
	return code == 0 && shape->base == STRUCT ? lay_out(shape) : code;
}

void shape_release(struct shape *shape)
{
	for (size_t i = 0; i < shape->count; i++)
		shape_release(&shape->members[i].shape);
	free(shape->members);
	free(shape->elements);
	*shape = (struct shape){.base = VOID};
}

const struct member *shape_named(const struct shape *shape, int64_t number)
{
	for (size_t i = 0; i < shape->count; i++)
		if (shape->members[i].number == number)
			return &shape->members[i];
	return NULL;
}

/* ---- out of memory ------------------------------------------------------- */

#define AS(type_name)                                                          \
	__extension__({                                                        \
		type_name value_;                                              \
		memcpy(&value_, memory, sizeof value_);                        \
		value_;                                                        \
	})

int64_t shape_integer(const struct shape *shape, const void *memory)
{
	switch (shape->base) {
	case I8:
		return AS(int8_t);
	case U8:
	case BOOL:
		return AS(uint8_t);
	case I16:
		return AS(int16_t);
	case U16:
		return AS(uint16_t);
	case I32:
	case ENUM:
		return AS(int32_t);
	case U32:
		return AS(uint32_t);
	default:
		return AS(int64_t);
	}
}

static void write_struct(const struct shape *shape, const void *memory,
	struct tau_writer *writer)
{
	struct tau_mark map = tau_write_map_begin(writer, 0);

	for (size_t i = 0; i < shape->count; i++) {
		const struct member *member = &shape->members[i];

		tau_write_text(writer, member->name, member->name_bytes);
		shape_write(&member->shape,
			(const uint8_t *)memory + member->offset, writer);
	}
	tau_write_end(writer, map);
}

void shape_write(const struct shape *shape, const void *memory,
	struct tau_writer *writer)
{
	const struct member *member;
	const char *text;

	switch (shape->base) {
	case F32:
		tau_write_float(writer, (double)AS(float));
		break;
	case F64:
		tau_write_float(writer, AS(double));
		break;
	case BOOL:
		tau_write_bool(writer, AS(uint8_t) != 0);
		break;
	case U64:
		tau_write_uint(writer, AS(uint64_t));
		break;
	case STRING:
		text = AS(const char *);
		if (text)
			tau_write_text(writer, text, strlen(text));
		else
			tau_write_null(writer);
		break;
	case STRUCT:
		write_struct(shape, memory, writer);
		break;
	case ENUM:
		member = shape_named(shape, AS(int32_t));
		if (member)
			tau_write_text(
				writer, member->name, member->name_bytes);
		else
			tau_write_int(writer, AS(int32_t));
		break;
	case VOID:
	case BYTES:
	case POINTER:
		tau_write_null(writer);
		break;
	default:
		tau_write_int(writer, shape_integer(shape, memory));
		break;
	}
}

#define ORDER(type_name)                                                       \
	__extension__({                                                        \
		type_name one_, other_;                                        \
		memcpy(&one_, one, sizeof one_);                               \
		memcpy(&other_, other, sizeof other_);                         \
		(one_ > other_) - (one_ < other_);                             \
	})

int shape_compare(const struct shape *shape, const void *one, const void *other)
{
	int64_t first, second;

	switch (shape->base) {
	case F32:
		return ORDER(float);
	case F64:
		return ORDER(double);
	case U64:
		return ORDER(uint64_t);
	default:
		first = shape_integer(shape, one);
		second = shape_integer(shape, other);
		return (first > second) - (first < second);
	}
}
