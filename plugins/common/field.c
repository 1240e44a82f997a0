/*
 * field: see field.h. One token is looked up as a map's key first, which is
 * what nearly every field is; all else goes the general way.
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

int field_find(const struct field *field, const struct tau_record *record,
	struct tau_value *value)
{
	struct tau_value root;

	if (record->type != TAU_VALUE) {
		if (field->pointer_bytes || record->type == TAU_FD)
			return -ENOENT;
		view_text(record, value);
		return 0;
	}
	if (tau_value_open(record->body, record->bytes, &root))
		return -EBADMSG;
	if (field->entry && root.code >= TAU_CODE_MAP &&
		root.code < TAU_CODE_INT_SHORT)
		return tau_value_get(
			&root, field->name, field->name_bytes, value);
	return tau_value_at(&root, field->pointer, field->pointer_bytes, value);
}
