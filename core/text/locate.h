/*
 * locate: where things stand in a JSON text.
 *
 * jansson decides what a value is but keeps no positions. This room walks the
 * same text by itself, in one pass and without recursion, and keeps where each
 * value and each key begins. It is also what stops a text before it is parsed:
 * bytes that JSON does not know, too deep nesting, too many values. What it
 * finds wrong it says with a place; it accepts at least what jansson accepts.
 *
 * A value is named by its node, a small number; the document is LOCATE_ROOT,
 * and 0 names nothing. Children stand in the order of the text.
 */
#ifndef TAU_CORE_TEXT_LOCATE_H
#define TAU_CORE_TEXT_LOCATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text/arena.h"
#include "core/text/diagnostic.h"

#define LOCATE_ROOT 1u

struct locate;

/* Walks the source. Returns 0, or -EINVAL after a sentence when the text is
 * not JSON or exceeds a bound; then `*locate` is NULL. Keys that are written
 * twice are said as well, but are no failure: the last one counts, as in
 * jansson. The source outlives the result. */
int locate_create(struct locate **locate, const struct source *source,
	struct diagnostics *diagnostics);
void locate_destroy(struct locate **locate);

/* The first child of an object or array, the next one, or 0. Of a key that is
 * written twice only the last is given. */
uint32_t locate_first(const struct locate *locate, uint32_t node);
uint32_t locate_next(const struct locate *locate, uint32_t node);

/* How many children it has, doubles included. */
uint32_t locate_count(const struct locate *locate, uint32_t node);

/* The child with that key, or 0; linear in the children. */
uint32_t locate_member(
	const struct locate *locate, uint32_t node, const char *key);

/* Follows a JSON pointer ("/nodes/a/operators"); 0 when it leads nowhere. */
uint32_t locate_pointer(const struct locate *locate, const char *pointer);

/* Where the value begins, and where its key does (AT_NONE without a key). */
uint32_t locate_at(const struct locate *locate, uint32_t node);
uint32_t locate_key_at(const struct locate *locate, uint32_t node);

/* The key, its escapes decoded, in the arena; NULL without a key. */
char *locate_key(
	const struct locate *locate, uint32_t node, struct arena *arena);

/* Where byte `index` of a string's decoded text stands, given where the
 * string's opening quote stands. Other values: `at` itself. */
uint32_t locate_inside(const struct source *source, uint32_t at, size_t index);

/* Where the last value begins that begins before `offset`: the place of what
 * jansson has complained about when it stopped there. */
uint32_t locate_before(const struct locate *locate, uint32_t offset);

#endif
