/*
 * manifest_key: what a table of keys says, read into structs and printed out
 * of them; private to the room manifest.
 *
 * A key stands in one table for both ways, so what can be read is printed, and
 * under the same words.
 */
#include <string.h>

#include "core/base/check.h"
#include "core/plan/manifest_take.h"
#include "core/text/pretty.h"

static void *field_of(const struct take_key *key, void *into)
{
	return (char *)into + key->field;
}

/* Counts, sizes and enums have four bytes or eight. */
static void put_number(const struct take_key *key, void *into, uint64_t number)
{
	uint32_t narrow = (uint32_t)number;
	CHECK(key->bytes == sizeof number || narrow == number);
	if (key->bytes == sizeof number)
		memcpy(field_of(key, into), &number, sizeof number);
	else
		memcpy(field_of(key, into), &narrow, sizeof narrow);
}

static uint64_t get_number(const struct take_key *key, const void *field)
{
	uint64_t number;
	uint32_t narrow;
	if (key->bytes == sizeof number) {
		memcpy(&number, field, sizeof number);
		return number;
	}
	memcpy(&narrow, field, sizeof narrow);
	return narrow;
}

static bool take_number(struct reading *reading, const struct take_key *key,
	void *into, struct cursor value)
{
	uint64_t number = 0;
	uint32_t index = 0;
	bool good;
	if (key->kind == TAKE_COUNT)
		good = take_count(
			reading, value, key->least, key->most, &number);
	else if (key->kind == TAKE_SIZE)
		good = take_size(
			reading, value, key->least, key->most, &number);
	else
		good = take_choice(
			reading, value, key->words, key->word_count, &index);
	if (good)
		put_number(key, into, key->kind == TAKE_WORD ? index : number);
	return good;
}

static bool take_value(struct reading *reading, const struct take_key *key,
	void *into, struct cursor value)
{
	void *field = field_of(key, into);
	switch (key->kind) {
	case TAKE_TEXT:
		return take_text(reading, value, field);
	case TAKE_FILLED:
		return take_manifest_text(reading, value, field);
	case TAKE_BOOL:
		return take_bool(reading, value, field);
	case TAKE_DURATION:
		return take_duration(reading, value, field);
	case TAKE_JSON:
		*(json_t **)field = json_incref(value.json);
		return true;
	default:
		return take_number(reading, key, into, value);
	}
}

void take_field(struct reading *reading, const struct take_key *key, void *into,
	struct cursor value)
{
	uint32_t *set = (uint32_t *)((char *)into + key->set);
	if (key->at != 0)
		*(uint32_t *)((char *)into + key->at) = take_at(reading, value);
	if (take_value(reading, key, into, value) && key->bit != 0)
		*set |= key->bit;
}

static json_t *print_field(const struct take_key *key, const void *field)
{
	switch (key->kind) {
	case TAKE_TEXT:
		return json_string(*(const char *const *)field);
	case TAKE_FILLED:
		return json_string(
			((const struct manifest_text *)field)->written);
	case TAKE_BOOL:
		return json_boolean(*(const bool *)field);
	case TAKE_COUNT:
		return json_integer((json_int_t)get_number(key, field));
	case TAKE_SIZE:
		return pretty_size(get_number(key, field));
	case TAKE_DURATION:
		return pretty_duration(*(const int64_t *)field);
	case TAKE_WORD:
		return json_string(key->words[get_number(key, field)]);
	default:
		return json_incref(*(json_t *const *)field);
	}
}

void take_print(json_t *object, const struct take_key *keys, size_t count,
	const void *from)
{
	const char *base = from;
	for (size_t i = 0; i < count; i++) {
		const struct take_key *key = &keys[i];
		const uint32_t *set = (const uint32_t *)(base + key->set);
		if (key->read == NULL && (*set & key->bit) != 0)
			manifest_print_set(object, key->name,
				print_field(key, base + key->field));
	}
}

void manifest_print_set(json_t *object, const char *key, json_t *value)
{
	int failed = json_object_set_new(object, key, value);
	CHECK(failed == 0);
}

void manifest_print_filled(json_t *object, const char *key, json_t *value)
{
	if (json_object_size(value) > 0)
		manifest_print_set(object, key, value);
	else
		json_decref(value);
}
