/* signature_parts: what the files of the room signature share; private. */
#ifndef TAU_CORE_CATALOGUE_SIGNATURE_PARTS_H
#define TAU_CORE_CATALOGUE_SIGNATURE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bounds.h"
#include "core/base/error.h"
#include "core/text/arena.h"

struct json_t;

enum signature_base {
	BASE_VOID,
	BASE_I8,
	BASE_U8,
	BASE_I16,
	BASE_U16,
	BASE_I32,
	BASE_U32,
	BASE_I64,
	BASE_U64,
	BASE_F32,
	BASE_F64,
	BASE_BOOL,
	BASE_STRING,
	BASE_BYTES,
	BASE_POINTER,
	BASE_STRUCT,
	BASE_ENUM,
};

struct signature_member;

struct signature_type {
	enum signature_base base;
	struct signature_member *members; /* of a struct or an enum */
	size_t count;
	bool constant, pointer, own; /* const T, T *, free string */
};

struct signature_member {
	const char *name;
	size_t at;
	struct signature_type type; /* in a struct */
	int64_t number;             /* in an enum */
};

enum signature_use {
	USE_VALUE,    /* an input, by value */
	USE_CONSTANT, /* of the signature's */
	USE_IN,       /* const T *: points to an input */
	USE_OUT,      /* T *: points to an output */
	USE_BYTES,    /* points to an input's bytes */
	USE_ITEMS,    /* points to an array made of a list */
	USE_LENGTH,   /* how many bytes or items the input has */
	USE_BUFFER,   /* points to room for an output */
	USE_CAPACITY, /* how much room */
	USE_FILLED,   /* points to how much room, then to how much is used */
	USE_NULL,
	USE_COMPARE, /* a callback that compares two items */
	USE_EVENT,   /* a callback that makes records */
	USE_IGNORED, /* an event's pointer */
};

struct signature_argument {
	const char *name;
	size_t at;
	enum signature_use use;
	struct signature_type type;
	int64_t bytes;          /* of a buffer */
	bool descending;        /* of a comparison */
	struct json_t *literal; /* of a constant, what an event answers;
				   owned */
	struct signature_argument *arguments; /* of an event */
	size_t argument_count;
};

enum signature_test {
	TEST_NEVER,
	TEST_ERRNO, /* errno is not 0 */
	TEST_NULL,
	TEST_EQUAL,
	TEST_UNEQUAL,
	TEST_LESS,
	TEST_MORE,
};

struct signature {
	const char *function;
	struct signature_argument result;
	struct signature_argument *arguments;
	size_t argument_count;
	enum signature_test fails;
	int64_t fails_number;
	bool uses_errno;
};

/* A text that is being read. */
struct signature_reader {
	const char *text;
	size_t bytes, at;
	struct arena *arena;
	struct error *error;
	size_t wrong; /* where the error is */
};

/* Sets the sentence about the byte `at` unless one is set; returns -EINVAL. */
int signature_refuse(struct signature_reader *reader, size_t at,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What stands next, blanks skipped, as a sentence names it; in the arena. */
const char *signature_found(struct signature_reader *reader);

/* Skips blanks; the place of what stands next. */
size_t signature_here(struct signature_reader *reader);

/* Takes `mark` when it stands next. */
bool signature_take(struct signature_reader *reader, const char *mark);

/* The same for a whole word. */
bool signature_take_word(struct signature_reader *reader, const char *word);

/* Takes `mark`, which has to be there: "after WHERE comes MARK". */
int signature_expect(
	struct signature_reader *reader, const char *mark, const char *where);

/* A name that stands next, in the arena; NULL when none does. */
const char *signature_name(struct signature_reader *reader);

/* A whole number for an integer type, or a sentence. Above INT64_MAX, of u64,
 * it is what the same bits mean in an int64_t. */
int signature_integer(struct signature_reader *reader, enum signature_base base,
	int64_t *number);

/* A literal of the type: 5, -1.5, true, 'text', a name of the enum. */
int signature_literal(struct signature_reader *reader,
	const struct signature_type *type, struct json_t **literal);

/* A type, with `const` and `*` where they stand. */
int signature_type(struct signature_reader *reader, struct signature_type *type,
	unsigned depth);
const char *signature_base_name(enum signature_base base);
bool signature_is_integer(enum signature_base base);
/* A number or a bool. */
bool signature_is_scalar(enum signature_base base);

/* Joins arguments of one name, and refuses what has no meaning. */
int signature_join(
	struct signature_reader *reader, struct signature *signature);

/* As tau/operator.h describes it: a new reference. */
struct json_t *signature_json(const struct signature *signature);

#endif
