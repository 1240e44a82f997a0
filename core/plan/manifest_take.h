/*
 * manifest_take: values of JSON read into C, each with a sentence when it is
 * of another kind; private to the room manifest.
 *
 * Each returns false after it has said what is wrong, and then leaves what
 * it was to fill as it was.
 */
#ifndef TAU_CORE_PLAN_MANIFEST_TAKE_H
#define TAU_CORE_PLAN_MANIFEST_TAKE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text/locate.h"
#include "core/plan/manifest.h"

struct reading {
	struct manifest *manifest;
	struct diagnostics *diagnostics;
};

/* A value together with its place and the key it stands under. */
struct cursor {
	json_t *json;
	uint32_t node;
	const char *key; /* of an array's item: the array's key */
	bool item;
	uint32_t index; /* of the next item; of a parent's walk alone */
};

/* What the value of a key is, and what the field that takes it. */
enum take_kind {
	TAKE_TEXT,     /* const char * */
	TAKE_FILLED,   /* struct manifest_text */
	TAKE_BOOL,     /* bool */
	TAKE_COUNT,    /* uint32_t or uint64_t */
	TAKE_SIZE,     /* bytes; uint32_t or uint64_t */
	TAKE_DURATION, /* int64_t, nanoseconds */
	TAKE_WORD,     /* an enum: the index in `words` */
	TAKE_JSON,     /* json_t *: a new reference */
};

/* One key that an object may have: read by hand, or as `kind` says into the
 * struct that stands for the object. Offsets are in that struct. */
struct take_key {
	const char *name;
	void (*read)(struct reading *reading, void *into, struct cursor value);
	enum take_kind kind;  /* when `read` is NULL */
	size_t field, bytes;  /* offset and size of what is filled in */
	size_t at;            /* of a uint32_t for the value's place, or 0 */
	size_t set;           /* of a uint32_t in which … */
	uint32_t bit;         /* … this tells that it was written, or 0 */
	uint64_t least, most; /* of counts and sizes */
	const char *const *words;
	size_t word_count;
};

#define TAKE_BY_HAND(key, function)                                            \
	{                                                                      \
		.name = (key), .read = (function)                              \
	}
#define TAKE_FIELD(structure, member)                                          \
	.field = offsetof(structure, member),                                  \
	.bytes = sizeof(((structure *)NULL)->member)

uint32_t take_at(const struct reading *reading, struct cursor value);
uint32_t take_key_at(const struct reading *reading, struct cursor value);

/* The next child of an object or array; the first when `child->node` is 0.
 * False behind the last. */
bool take_next(
	struct reading *reading, struct cursor parent, struct cursor *child);

/* Says `"key" must be WHAT, not a number`. Returns false. */
bool take_wrong(struct reading *reading, struct cursor value, const char *what);

/* Whether it is an object; `what` in a sentence: "an object of nodes". */
bool take_is_object(
	struct reading *reading, struct cursor value, const char *what);
bool take_is_array(
	struct reading *reading, struct cursor value, const char *what);

/* Reads an object key by key; `what` names it: "a stream". */
bool take_object(struct reading *reading, struct cursor object,
	const char *what, const struct take_key *keys, size_t count,
	void *into);

/* Reads one key that is not read by hand. */
void take_field(struct reading *reading, const struct take_key *key, void *into,
	struct cursor value);

/* Sets what `keys` say and whose bit is set; those by hand are left out. */
void take_print(json_t *object, const struct take_key *keys, size_t count,
	const void *from);

bool take_text(struct reading *reading, struct cursor value, const char **text);
bool take_manifest_text(struct reading *reading, struct cursor value,
	struct manifest_text *text);
bool take_bool(struct reading *reading, struct cursor value, bool *flag);
bool take_count(struct reading *reading, struct cursor value, uint64_t least,
	uint64_t most, uint64_t *count);
bool take_size(struct reading *reading, struct cursor value, uint64_t least,
	uint64_t most, uint64_t *bytes);
bool take_duration(
	struct reading *reading, struct cursor value, int64_t *duration_ns);

/* One of `count` words: its index. */
bool take_choice(struct reading *reading, struct cursor value,
	const char *const *words, size_t count, uint32_t *index);

/* Whether the key can be a name; `what`: "an operator". */
bool take_name(struct reading *reading, struct cursor value, const char *what);

/* Ends of streams, and chains of them (manifest_end). */
bool manifest_take_end(
	struct reading *reading, struct cursor value, struct manifest_end *end);
bool manifest_take_chain(struct reading *reading, struct cursor value,
	struct manifest_stream *stream);

/* The parts of a manifest, each in a file of its own. */
void manifest_read_variables(
	struct reading *reading, void *into, struct cursor value);
void manifest_read_plugins(
	struct reading *reading, void *into, struct cursor value);
void manifest_read_nodes(
	struct reading *reading, void *into, struct cursor value);
void manifest_read_streams(
	struct reading *reading, void *into, struct cursor value);
void manifest_read_restart(
	struct reading *reading, void *into, struct cursor value);
void manifest_read_watchdog(
	struct reading *reading, void *into, struct cursor value);
void manifest_read_limits(
	struct reading *reading, void *into, struct cursor value);
void manifest_read_params(struct reading *reading, struct cursor value,
	struct manifest_param **params, uint32_t *count);
bool manifest_read_node_defaults(struct reading *reading, struct cursor value,
	struct node_options *into);
bool manifest_read_stream_defaults(struct reading *reading, struct cursor value,
	struct stream_options *into);

/* The options that were written, as keys of `object`. */
void manifest_print_stream_options(
	json_t *object, const struct stream_options *options);
void manifest_print_node_options(
	json_t *object, const struct node_options *options);

/* Sets a key of an object that is being printed; takes `value`. */
void manifest_print_set(json_t *object, const char *key, json_t *value);

/* The same, but drops an object that has nothing to say. */
void manifest_print_filled(json_t *object, const char *key, json_t *value);

#endif
