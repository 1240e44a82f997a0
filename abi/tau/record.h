/*
 * tau/record.h: what streams carry. Part of the operator ABI, major 1; C11
 * and C++17, header only, needs nothing but the C library's headers.
 *
 * A record is the atomic unit of data: a stream moves it whole or not at all.
 * In a node it is 16 bytes that point at its body; bodies belong to the host,
 * never change once published, and are shared by reference.
 */
#ifndef TAU_RECORD_H
#define TAU_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include <tau/value.h>
#include <tau/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a record's body is. Frozen numbers; others are reserved. */
enum {
	TAU_BYTES = 0, /* any bytes */
	TAU_UTF8 = 1,  /* text; nobody validates it on the way */
	TAU_VALUE = 2, /* exactly one utf9 value */
	TAU_FD = 3,    /* a host cell: only fd_send and fd_take touch it */
	TAU_CYCLE = 4, /* tau: the end of a cycle; the body is empty or one
			  utf9 value that names the cycle */
};

/* Flags of a record. All other bits must be zero. */
enum {
	TAU_STATIC = 1, /* the body outlives the node (a constant): the host
			   takes no reference and never frees it */
};

/* One record. Frozen: 16 bytes, may stand in arrays. `body` promises no
 * alignment and is never NULL, even where `bytes` is 0. */
struct tau_record {
	const void *body;
	uint32_t bytes;
	uint16_t type;
	uint16_t flags;
};

/* Opens the value that a TAU_VALUE record carries; -EINVAL when the record is
 * of another type, as a text or a cycle is, whose body is read as it stands;
 * -EBADMSG when its body is not one value. */
static inline int tau_record_value(
	const struct tau_record *record, struct tau_value *value)
{
	if (record->type != TAU_VALUE)
		return -EINVAL;
	return tau_value_open(record->body, record->bytes, value);
}

#ifdef __cplusplus
}
#endif
#endif
