/*
 * groups: totals by key, in the order in which the keys first came.
 *
 *	slots      open-addressed, a power of two: group index + 1, or 0
 *	group[]    in order of appearance
 *	keys       their bytes, one after the other
 *
 * A key is made of parts, one per field, each {code, length, bytes}: text with
 * TAU_CODE_TEXT and its characters, every other value with its code and what
 * follows it. So keys compare as bytes, and become values again.
 */
#ifndef TAU_PLUGINS_DATA_GROUPS_H
#define TAU_PLUGINS_DATA_GROUPS_H

#include <stdbool.h>

#include <tau/value.h>
#include <tau/writer.h>

#include "common/buffer.h"
#include "common/number.h"

struct group {
	uint64_t hash;
	size_t key; /* offset in keys */
	size_t key_bytes;
	struct number total;
};

/* All zero: none. */
struct groups {
	struct group *group;
	size_t count, room;
	uint32_t *slots;
	size_t slot_count;
	struct buffer keys;
	size_t last; /* the group that was found last */
};

/* Adds a part to a key under construction. 0 or -ENOMEM. */
int key_add(struct buffer *key, const struct tau_value *value);

/* Writes the part at *at of a key as a value and moves *at behind it. */
void key_write(struct tau_writer *writer, const uint8_t *key, size_t *at);

/* Whether these bytes are a key of so many parts. */
bool key_is_good(const uint8_t *key, size_t bytes, size_t parts);

/* The group of the key, made with a total of 0 if it is new. NULL: out of
 * memory. Good until the next call. */
struct group *groups_at(
	struct groups *groups, const uint8_t *key, size_t bytes);

void groups_clear(struct groups *groups);
void groups_release(struct groups *groups);

#endif
