/*
 * tapped: copies of records as a text, from the node where they passed to the
 * tool that shows them.
 *
 *	offset bytes
 *	     0     4  bytes of the body
 *	     4     2  type, as in a record
 *	     6     2  0
 *	     8        the body; none of an fd, which is not passed on
 *
 * Integers are little-endian; one record behind the other, none of them cut.
 */
#ifndef TAU_CORE_WIRE_TAPPED_H
#define TAU_CORE_WIRE_TAPPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tau/record.h>

#include "core/wire/command.h"

#define TAPPED_HEAD_BYTES 8u

/* Appends a record behind `used` bytes. Returns how many are used then, or 0
 * when it does not fit in `room`. */
size_t tapped_add(uint8_t *bytes, size_t used, size_t room,
	const struct tau_record *record);

/* Takes the first record, whose body stays in the text, out of the rest. False
 * at the end, and when what is left is no record. */
bool tapped_next(struct command_text *rest, struct tau_record *record);

#endif
