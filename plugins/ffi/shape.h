/*
 * shape: a C type as a signature describes it, laid out by libffi; values go
 * into memory of that layout and out of it.
 *
 * Nothing here calls a function or keeps a record's bytes.
 */
#ifndef TAU_PLUGINS_FFI_SHAPE_H
#define TAU_PLUGINS_FFI_SHAPE_H

#include <ffi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tau/value.h>
#include <tau/writer.h>

/* In the order of shape.c's words. */
enum base {
	VOID,
	I8,
	U8,
	I16,
	U16,
	I32,
	U32,
	I64,
	U64,
	F32,
	F64,
	BOOL,
	STRING,
	BYTES,
	POINTER,
	STRUCT,
	ENUM,
};

struct member;

struct shape {
	enum base base;
	ffi_type *type;         /* libffi's, or &own */
	ffi_type own;           /* of a struct */
	ffi_type **elements;    /* of a struct: its members' types, and NULL */
	struct member *members; /* of a struct or enum */
	size_t count;
};

struct member {
	const char *name; /* in the signature's own value */
	size_t name_bytes;
	struct shape shape; /* in a struct */
	size_t offset;
	int64_t number; /* in an enum */
};

/* Room for a sentence about a value. */
enum { REASON_BYTES = 200 };

/* Out of a signature's TYPE. 0, -ENOMEM, or -EINVAL. Released in any case. */
int shape_init(struct shape *shape, const struct tau_value *type);
void shape_release(struct shape *shape);

static inline size_t shape_bytes(const struct shape *shape)
{
	return shape->type->size;
}

/* Writes the value at `memory`. False when it does not fit; `reason` then
 * says why, as "300 does not fit u8". Not for strings, bytes and pointers. */
bool shape_store(const struct shape *shape, const struct tau_value *value,
	void *memory, char reason[REASON_BYTES]);

/* The number that the signature gives as a constant. */
void shape_store_literal(const struct shape *shape,
	const struct tau_value *literal, void *memory);

/* Writes what stands at `memory` as a value; an enum's number that has no name
 * as the number. Of a string the memory holds the pointer. */
void shape_write(const struct shape *shape, const void *memory,
	struct tau_writer *writer);

/* What an integer or enum at `memory` is, as 64 bits. */
int64_t shape_integer(const struct shape *shape, const void *memory);

/* The name of an enum's number, or NULL. */
const struct member *shape_named(const struct shape *shape, int64_t number);

/* Below, equal to or above 0, as two of them compare. */
int shape_compare(
	const struct shape *shape, const void *one, const void *other);

#endif
