/*
 * field: see field.h. One token is looked up as a map's key first, which is
 * what nearly every field is; all else goes the general way.
 *
 * Where a map begins like the last one, its keys need not be looked at to know
 * how long they are, only to be sure: the processor steps from value to value
 * and compares the keys beside that. Any difference leads to the general way,
 * which learns the new beginning.
 */
#include "common/field.h"

#include <stdlib.h>
#include <string.h>

/* The last token of the pointer, its escapes undone. */
int field_init(struct field *field, const char *pointer, size_t bytes)
{
	const char *token = memrchr(pointer, '/', bytes);
	size_t length;

	*field = (struct field){.pointer = pointer, .pointer_bytes = bytes};
	if (!token) {
		token = "value";
		length = 5;
	} else {
		token++;
		length = (size_t)(pointer + bytes - token);
		field->entry =
			token == pointer + 1 && !memchr(pointer, '~', bytes);
	}
	field->name = malloc(length + 1);
	if (!field->name)
		return -ENOMEM;
	field->name_bytes = tau_pointer_unescape(token, length, field->name);
	if (field->name_bytes == SIZE_MAX)
		field->name_bytes = 0;
	field->label = field->name;
	field->label_bytes = field->name_bytes;
	return 0;
}

void field_release(struct field *field)
{
	free(field->name);
	field->name = NULL;
}

static int fields_fill(
	struct field *fields, size_t *count, struct tau_items *items)
{
	struct tau_value item;
	const char *text;
	size_t bytes;

	while (tau_value_next(items, &item) == 1) {
		if (tau_value_text(&item, &text, &bytes))
			return -EINVAL;
		if (field_init(&fields[*count], text, bytes))
			return -ENOMEM;
		++*count;
	}
	return 0;
}

int fields_create(
	struct field **fields, size_t *count, const struct tau_param *param)
{
	struct tau_value list;
	struct tau_items items;

	*fields = NULL;
	*count = 0;
	if (param->type == TAU_PARAM_NONE)
		return 0;
	if (param->type != TAU_PARAM_LIST ||
		tau_value_open(
			param->value.s.text, param->value.s.bytes, &list) ||
		tau_value_items(&list, &items))
		return -EINVAL;
	if (!list.count)
		return 0;
	*fields = calloc(list.count, sizeof **fields);
	if (!*fields)
		return -ENOMEM;
	return fields_fill(*fields, count, &items);
}

void fields_destroy(struct field **fields, size_t count)
{
	for (size_t i = 0; *fields && i < count; i++)
		field_release(&(*fields)[i]);
	free(*fields);
	*fields = NULL;
}

/* Text as if it were a value: the view needs no code byte in memory. */
static void view_text(const struct tau_record *record, struct tau_value *value)
{
	*value = (struct tau_value){.start = record->body,
		.body = record->body,
		.limit = (const uint8_t *)record->body + record->bytes,
		.code = TAU_CODE_TEXT};
}

/* So many bytes of a key are compared at once; behind the longest short key
 * two bytes of a value can be read; and in smaller maps there is nothing to be
 * gained. */
enum { HEAD_BYTES = 8, KEY_ROOM = 18, LEARNED_LEAST = 48 };

static inline uint64_t head_at(const uint8_t *at)
{
	uint64_t head;

	memcpy(&head, at, HEAD_BYTES);
	return head;
}

/* The entry for a key of at most 15 bytes at `key`; false for others. */
static bool learn_entry(
	struct field_entry *entry, const uint8_t *key, const uint8_t *limit)
{
	size_t bytes = 1 + (*key & 15u);

	if ((*key & 0xf0) != TAU_CODE_TEXT_SHORT || limit - key < KEY_ROOM)
		return false;
	entry->key_bytes = bytes;
	entry->mask = bytes < HEAD_BYTES ? (UINT64_C(1) << (8 * bytes)) - 1
					 : ~UINT64_C(0);
	entry->head = head_at(key) & entry->mask;
	return true;
}

/* Remembers what stands in front of the value that was found in the map. */
static void learn(struct field *field, const struct tau_value *map,
	const struct tau_value *found)
{
	const uint8_t *key = map->body, *value;
	uint32_t count = 0;

	field->learned = false;
	for (;; count++) {
		struct field_entry *entry = &field->before[count];

		if (count == FIELD_ENTRIES ||
			!learn_entry(entry, key, map->limit))
			return;
		value = key + entry->key_bytes;
		if (value + 1 == found->start)
			break;
		key = value + tau_value_size(value, map->limit);
	}
	field->own = field->before[count];
	field->before_count = count;
	/* What differs from the field's own key behind the first eight bytes
	 * alone could be the key itself the next time. */
	field->learned = true;
	for (uint32_t i = 0; i < count; i++)
		if (field->before[i].head == field->own.head)
			field->learned = false;
}

/* Sizes of values, code included, by code; 0 where more than the code says. */
static const uint8_t sizes[128] = {
	/* clang-format off */
	2, 3, 5, 9, 2, 3, 5, 9, 5, 9, 9, 9, 1, 1, 1, 0,
	1, 1, 1, 1, 1, 3, 5, 9, 0, 0, 0, 0, 0, 0, 0, 0,
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
	/* clang-format on */
};

/* The size of the value at `at`, of which two bytes can be read; it may reach
 * beyond `limit`. 0: there is none. */
static inline size_t size_at(const uint8_t *at, const uint8_t *limit)
{
	uint8_t code = *at;

	if (code >= TAU_CODE_TEXT_SHORT && code < TAU_CODE_TUPLE)
		return 1 + (code & 15u);
	if (code == TAU_CODE_TEXT)
		return 2 + (size_t)at[1];
	if (code >= TAU_CODE_INT_SHORT)
		return 1;
	return sizes[code] ? sizes[code] : tau_value_size(at, limit);
}

/* The value at the learned place; NULL where the map is different. */
static inline const uint8_t *find_learned(
	const struct field *field, const struct tau_value *map)
{
	const uint8_t *at = map->body, *limit = map->limit;
	const struct field_entry *entry = field->before;
	const struct field_entry *own = entry + field->before_count;

	if (map->count <= field->before_count)
		return NULL;
	for (; entry < own; entry++) {
		size_t bytes;

		if (limit - at < KEY_ROOM ||
			(head_at(at) & entry->mask) != entry->head)
			return NULL;
		at += entry->key_bytes;
		bytes = size_at(at, limit);
		if (__builtin_expect(bytes == 0, 0))
			return NULL;
		at += bytes;
	}
	if (limit - at < KEY_ROOM ||
		(head_at(at) & field->own.mask) != field->own.head)
		return NULL;
	if (field->name_bytes >= HEAD_BYTES &&
		memcmp(at + 1, field->name, field->name_bytes) != 0)
		return NULL;
	return at + field->own.key_bytes;
}

/* As tau_value_decode; integers come first. */
static inline int open_value(
	const uint8_t *at, const uint8_t *limit, struct tau_value *value)
{
	uint32_t code = *at++;
	size_t bytes = code >= TAU_CODE_INT_SHORT ? 0 : (size_t)1 << (code & 3);

	if ((code > TAU_CODE_I64 && code < TAU_CODE_INT_SHORT) ||
		(size_t)(limit - at) < bytes)
		return tau_value_decode(code, at, limit, value);
	*value = (struct tau_value){
		.start = at, .body = at, .limit = at + bytes, .code = code};
	return 0;
}

static int find_entry(struct field *field, const struct tau_value *map,
	struct tau_value *value)
{
	const uint8_t *at = field->learned ? find_learned(field, map) : NULL;
	int code;

	if (TAU_LIKELY_(at != NULL))
		return open_value(at, map->limit, value);
	code = tau_value_get(map, field->name, field->name_bytes, value);
	if (code == 0 && map->limit - map->body >= LEARNED_LEAST)
		learn(field, map, value);
	return code;
}

/* As tau_value_open; a map whose length is two bytes wide comes first. */
static inline int open_root(
	const struct tau_record *record, struct tau_value *root)
{
	const uint8_t *body = record->body;
	uint32_t bytes;

	if (record->bytes < 5 || body[0] != TAU_CODE_MAP + 1)
		return tau_value_open(body, record->bytes, root);
	bytes = (uint32_t)body[1] << 8 | body[2];
	*root = (struct tau_value){.start = body + 1,
		.body = body + 5,
		.limit = body + 5 + bytes,
		.count = (uint64_t)((uint32_t)body[3] << 8 | body[4]),
		.code = TAU_CODE_MAP + 1};
	return bytes == record->bytes - 5 && root->count <= bytes / 2
		       ? 0
		       : -EBADMSG;
}

int field_find(struct field *field, const struct tau_record *record,
	struct tau_value *value)
{
	struct tau_value root;

	if (record->type != TAU_VALUE) {
		if (field->pointer_bytes || record->type == TAU_FD)
			return -ENOENT;
		view_text(record, value);
		return 0;
	}
	if (open_root(record, &root))
		return -EBADMSG;
	if (field->entry && root.code >= TAU_CODE_MAP &&
		root.code < TAU_CODE_INT_SHORT)
		return find_entry(field, &root, value);
	return tau_value_at(&root, field->pointer, field->pointer_bytes, value);
}
