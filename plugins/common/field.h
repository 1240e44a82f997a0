/*
 * field: a JSON pointer into records, prepared once. "" is the whole record,
 * and the only field that text and bytes have; "/status" is an entry of a map,
 * "/0" an element of a tuple.
 */
#ifndef TAU_PLUGINS_COMMON_FIELD_H
#define TAU_PLUGINS_COMMON_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include <tau/operator.h>
#include <tau/value.h>

enum { FIELD_ENTRIES = 16 };

/* One entry in front of the field in the last map: the first eight bytes of
 * its key, code included, as far as they are the key's; and the key's size. */
struct field_entry {
	uint64_t head, mask;
	size_t key_bytes;
};

struct field {
	const char *pointer; /* a param's: lives as long as the instance */
	size_t pointer_bytes;
	bool entry; /* one token without escapes, maybe a map's key */
	char *name; /* the last token, its escapes undone, or "value" */
	size_t name_bytes;
	/* What stood in front of the field in the last map: maps on one stream
	 * nearly always look alike, and then it is there again. */
	struct field_entry before[FIELD_ENTRIES], own;
	uint32_t before_count;
	bool learned;
	const char *label; /* what results call it: the name, or the pointer */
	size_t label_bytes;
};

/* 0 or -ENOMEM. Released in both cases. */
int field_init(struct field *field, const char *pointer, size_t bytes);
void field_release(struct field *field);

/* How much of the pointer a sentence shows, as printf's %.*s wants it. */
static inline int field_shown(const struct field *field)
{
	return field->pointer_bytes < 100 ? (int)field->pointer_bytes : 100;
}

/* The fields of a list param, NULL when it is empty or not given; *count says
 * how many. 0, -ENOMEM, or -EINVAL when it is no list of text. */
int fields_create(
	struct field **fields, size_t *count, const struct tau_param *param);
void fields_destroy(struct field **fields, size_t count);

/* The field of a record, seen where it lies: 0, -ENOENT (the record lacks it,
 * or is text and has no fields), -EBADMSG (the record is not utf9). */
int field_find(struct field *field, const struct tau_record *record,
	struct tau_value *value);

#endif
