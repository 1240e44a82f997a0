/* object: a JSON object in one line. See the header. */
#include "core/text/object.h"

#include <jansson.h>
#include <string.h>

#include "core/base/check.h"
#include "core/text/text.h"

static void put(struct object *object, const char *key, json_t *value);
static json_t *mended(const char *value, size_t bytes);

void object_text(struct object *object, const char *key, const char *value)
{
	if (value)
		object_bytes(object, key, value, strlen(value));
	else
		put(object, key, json_null());
}

void object_bytes(
	struct object *object, const char *key, const char *value, size_t bytes)
{
	json_t *json = json_stringn(value, bytes);

	put(object, key, json ? json : mended(value, bytes));
}

void object_number(struct object *object, const char *key, int64_t value)
{
	put(object, key, json_integer(value));
}

void object_flag(struct object *object, const char *key, bool value)
{
	put(object, key, json_boolean(value));
}

char *object_take(struct object *object)
{
	char *line;

	if (!object->json)
		object->json = json_object();
	line = json_dumps(object->json, 0);
	CHECK(line != NULL);
	json_decref(object->json);
	object->json = NULL;
	return line;
}

static void put(struct object *object, const char *key, json_t *value)
{
	CHECK(value != NULL);
	if (!object->json)
		object->json = json_object();
	CHECK(object->json != NULL);
	CHECK(json_object_set_new(object->json, key, value) == 0);
}

/* The longest pieces that are UTF-8, and a mark for each byte that is none. */
static json_t *mended(const char *value, size_t bytes)
{
	struct text text = {0};
	json_t *json;

	while (bytes) {
		size_t take = bytes < 4 ? bytes : 4;

		while (take > 0 && !(json = json_stringn(value, take)))
			take--;
		if (take > 0) {
			text_add_bytes(&text, value, take);
			json_decref(json);
		} else {
			text_add(&text, "\xef\xbf\xbd");
			take = 1;
		}
		value += take;
		bytes -= take;
	}
	json = json_stringn(text_string(&text), text.count);
	text_release(&text);
	return json;
}
