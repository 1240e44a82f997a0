/*
 * object: a JSON object in one line, put together key by key, for programs that
 * read what a command prints.
 *
 *	struct object object = OBJECT_NONE;
 *	object_text(&object, "node", "ingest");
 *	object_number(&object, "pid", 4711);
 *	line = object_take(&object);    {"node": "ingest", "pid": 4711}
 */
#ifndef TAU_CORE_TEXT_OBJECT_H
#define TAU_CORE_TEXT_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;

/* Zeroed is empty. Keys stand in the order in which they were first set. */
struct object {
	struct json_t *json;
};

#define OBJECT_NONE ((struct object){0})

/* Bytes that are no UTF-8 become U+FFFD, one each; NULL becomes null. */
void object_text(struct object *object, const char *key, const char *value);
void object_bytes(struct object *object, const char *key, const char *value,
	size_t bytes);
void object_number(struct object *object, const char *key, int64_t value);
void object_flag(struct object *object, const char *key, bool value);

/* The line, without a newline, to be freed by the caller; the object is empty
 * again. */
char *object_take(struct object *object);

#endif
