/*
 * reader: the keys of a description's JSON, read one by one.
 *
 * A reader carries the path of where it stands, so that each refusal says
 * "FILE: operators[0].in[1].type: …". After a refusal it goes on with harmless
 * values; the first refusal wins.
 */
#ifndef TAU_CORE_CATALOGUE_READER_H
#define TAU_CORE_CATALOGUE_READER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

#define READER_PATH_BYTES 256

/* Zeroed but for `file` it stands at the top. */
struct reader {
	const char *file; /* named in refusals; not owned */
	struct error error;
	char path[READER_PATH_BYTES];
};

/* Sets the error: the file, the path, the sentence. */
void reader_refuse(struct reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same for the value at `key`: "VALUE is not EXPECTED". */
void reader_refuse_value(struct reader *reader, const char *key,
	const json_t *value, const char *expected);

/* Goes down: to a key, or to whatever the format says. The result takes
 * `reader_leave` back to where it was. */
size_t reader_enter(struct reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
size_t reader_enter_key(struct reader *reader, const char *key);
void reader_leave(struct reader *reader, size_t length);

/* The text, flag or list (or object) at `key` of `object`; `absent` (NULL for
 * containers) when it is not there or was refused. Text has no control
 * characters but newlines and tabs. */
const char *reader_text(struct reader *reader, json_t *object, const char *key,
	const char *absent);
bool reader_flag(
	struct reader *reader, json_t *object, const char *key, bool absent);
json_t *reader_container(
	struct reader *reader, json_t *object, const char *key, json_type type);

/* Text that must be there and pass `is_name`; "" after a refusal. */
const char *reader_name(struct reader *reader, json_t *object, const char *key,
	bool (*is_name)(const char *), const char *rule);

/* The index of the word at `key`. */
unsigned reader_word(struct reader *reader, json_t *object, const char *key,
	const char *const *words, size_t count, unsigned absent);

#endif
