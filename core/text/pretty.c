/*
 * pretty: JSON for people.
 */
#include "core/text/pretty.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/text/quantity.h"

#define LINE_BYTES 78

static void print_value(const json_t *value, size_t indent, size_t column,
	size_t behind, struct text *text);

void pretty_line(const json_t *value, struct text *text)
{
	char *dump = json_dumps(value, JSON_ENCODE_ANY);
	CHECK(dump != NULL);
	text_add(text, dump);
	free(dump);
}

static void begin_line(struct text *text, size_t indent)
{
	text_add_byte(text, '\n');
	text_add_repeated(text, ' ', indent);
}

static void print_key(const char *key, struct text *text)
{
	json_t *string = json_string(key);
	CHECK(string != NULL);
	pretty_line(string, text);
	text_add(text, ": ");
	json_decref(string);
}

static void print_object(const json_t *object, size_t indent, struct text *text)
{
	const char *key;
	json_t *member;
	size_t left = json_object_size(object);
	text_add_byte(text, '{');
	json_object_foreach((json_t *)object, key, member)
	{
		begin_line(text, indent + 2);
		size_t before = text->count;
		print_key(key, text);
		print_value(member, indent + 2,
			indent + 2 + text->count - before, --left > 0, text);
		if (left > 0)
			text_add_byte(text, ',');
	}
	begin_line(text, indent);
	text_add_byte(text, '}');
}

static void print_array(const json_t *array, size_t indent, struct text *text)
{
	size_t index, left = json_array_size(array);
	json_t *item;
	text_add_byte(text, '[');
	json_array_foreach(array, index, item)
	{
		begin_line(text, indent + 2);
		print_value(item, indent + 2, indent + 2, --left > 0, text);
		if (left > 0)
			text_add_byte(text, ',');
	}
	begin_line(text, indent);
	text_add_byte(text, ']');
}

/* `column` is where the value begins, `behind` what follows in its line. */
static void print_value(const json_t *value, size_t indent, size_t column,
	size_t behind, struct text *text)
{
	size_t before = text->count;
	pretty_line(value, text);
	bool fits = column + (text->count - before) + behind <= LINE_BYTES;
	bool whole = !json_is_object(value) && !json_is_array(value);
	if (fits || whole ||
		json_object_size(value) + json_array_size(value) == 0)
		return;
	text->count = before;
	text->bytes[before] = '\0';
	if (json_is_object(value))
		print_object(value, indent, text);
	else
		print_array(value, indent, text);
}

void pretty_print(const json_t *value, struct text *text)
{
	print_value(value, 0, 0, 0, text);
	text_add_byte(text, '\n');
}

json_t *pretty_size(uint64_t bytes)
{
	char size[QUANTITY_TEXT_BYTES];
	quantity_size_text(size, (int64_t)bytes);
	bool plain = size[strspn(size, "0123456789")] == '\0';
	return plain ? json_integer((json_int_t)bytes) : json_string(size);
}

json_t *pretty_duration(int64_t duration_ns)
{
	char duration[QUANTITY_TEXT_BYTES];
	quantity_duration_text(duration, duration_ns);
	return duration_ns == 0 ? json_integer(0) : json_string(duration);
}
