/* reader: see reader.h. */
#include "core/catalogue/reader.h"

#include "core/catalogue/literal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void reader_refuse(struct reader *reader, const char *format, ...)
{
	char sentence[ERROR_TEXT_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);
	/* What a stranger wrote never steers the terminal that shows it. */
	for (char *at = sentence; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	error_set(&reader->error, -EINVAL, "%s: %s%s%s", reader->file,
		reader->path, reader->path[0] != '\0' ? ": " : "", sentence);
}

/* Goes one step down; the result is what `leave` needs to come back. */
size_t reader_enter(struct reader *reader, const char *format, ...)
{
	size_t length = strlen(reader->path);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reader->path + length, sizeof reader->path - length, format,
		arguments);
	va_end(arguments);
	return length;
}

void reader_leave(struct reader *reader, size_t length)
{
	reader->path[length] = '\0';
}

size_t reader_enter_key(struct reader *reader, const char *key)
{
	return reader_enter(
		reader, "%s%s", reader->path[0] != '\0' ? "." : "", key);
}

void reader_refuse_value(struct reader *reader, const char *key,
	const json_t *value, const char *expected)
{
	size_t length = reader_enter_key(reader, key);
	char shown[LITERAL_SHOWN_BYTES];

	literal_show(shown, value);
	reader_refuse(reader, "%s is not %s", shown, expected);
	reader_leave(reader, length);
}

static bool is_printable(const char *text)
{
	for (; *text != '\0'; text++)
		if (((unsigned char)*text < ' ' && *text != '\n' &&
			    *text != '\t') ||
			*text == 0x7f)
			return false;
	return true;
}

const char *reader_text(struct reader *reader, json_t *object, const char *key,
	const char *absent)
{
	json_t *value = json_object_get(object, key);

	if (value == NULL)
		return absent;
	if (!json_is_string(value)) {
		reader_refuse_value(reader, key, value, "a string");
		return absent;
	}
	if (!is_printable(json_string_value(value))) {
		reader_refuse_value(
			reader, key, value, "text: it has a control character");
		return absent;
	}
	return json_string_value(value);
}

const char *reader_name(struct reader *reader, json_t *object, const char *key,
	bool (*is_name)(const char *), const char *rule)
{
	const char *name = reader_text(reader, object, key, NULL);

	if (name == NULL) {
		if (json_object_get(object, key) == NULL)
			reader_refuse(reader, "the key \"%s\" is missing", key);
		return "";
	}
	if (!is_name(name))
		reader_refuse_value(
			reader, key, json_object_get(object, key), rule);
	return name;
}

bool reader_flag(
	struct reader *reader, json_t *object, const char *key, bool absent)
{
	json_t *value = json_object_get(object, key);

	if (value == NULL)
		return absent;
	if (!json_is_boolean(value))
		reader_refuse_value(reader, key, value, "true or false");
	return json_is_true(value);
}

/* The index of the word that stands at `key`. */
unsigned reader_word(struct reader *reader, json_t *object, const char *key,
	const char *const *words, size_t count, unsigned absent)
{
	const char *word = reader_text(reader, object, key, NULL);
	char list[ERROR_TEXT_BYTES / 2] = "one of";
	size_t used = strlen(list);

	if (word == NULL)
		return absent;
	for (unsigned i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	for (unsigned i = 0; i < count; i++)
		used += (size_t)snprintf(list + used, sizeof list - used,
			"%s %s", i > 0 ? "," : "", words[i]);
	reader_refuse_value(reader, key, json_object_get(object, key), list);
	return absent;
}

/* The array or object at `key`, or NULL when absent or something else. */
json_t *reader_container(
	struct reader *reader, json_t *object, const char *key, json_type type)
{
	json_t *value = json_object_get(object, key);

	if (value == NULL)
		return NULL;
	if (json_typeof(value) == type)
		return value;
	reader_refuse_value(reader, key, value,
		type == JSON_ARRAY ? "a list" : "an object");
	return NULL;
}
