/*
 * tau/value.h: reading utf9 values where they lie. Part of the operator ABI,
 * major 1; C11 and C++17, header only.
 *
 * A value is one code byte and what the code says follows it, big-endian.
 * Containers carry their length in bytes, so a reader steps over what it does
 * not want without decoding it:
 *
 *     50 0c 01 | 26 's' 't' 'a' 't' 'u' 's' | 01 01 f4
 *     map, 12 bytes, 1 entry   key           value 500     (lengths count
 *                                                            what follows
 *                                                            the count)
 *
 * A `struct tau_value` is a view: it owns nothing and is good as long as the
 * bytes are. No function here allocates, suspends, or reads outside the bytes
 * it was given, whatever they hold: a header is checked when its value is
 * opened, elements are checked when they are reached.
 *
 * Answers are 0, or -ENOENT (nothing there), -EINVAL (not that kind of value,
 * or not a pointer), -ERANGE (does not fit), -EBADMSG (not utf9).
 */
#ifndef TAU_VALUE_H
#define TAU_VALUE_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Containers inside each other, at most. */
enum { TAU_VALUE_DEPTH = 32 };

/* What a value is. Frozen numbers; later minors may add some. */
enum {
	TAU_KIND_NULL = 0,
	TAU_KIND_BOOL = 1,
	TAU_KIND_INT = 2, /* of any width, signed or not */
	TAU_KIND_FLOAT = 3,
	TAU_KIND_TEXT = 4,
	TAU_KIND_BYTES = 5,
	TAU_KIND_SYMBOL = 6, /* 8 bytes */
	TAU_KIND_FD = 7,     /* never crosses a boundary */
	TAU_KIND_TUPLE = 8,
	TAU_KIND_ARRAY = 9, /* a tuple whose elements share one code */
	TAU_KIND_MAP = 10,
	TAU_KIND_ALPHA = 11,
	TAU_KIND_OMEGA = 12,
	TAU_KIND_IOTA = 13,
	TAU_KIND_KAPPA = 14,
	TAU_KIND_CYCLE = 15, /* tau, bare or with a number */
};

/* The code bytes; see docs/utf9.md. The low two bits of a code with a length
 * choose 1, 2, 4 or 8 bytes for it. */
enum {
	TAU_CODE_U8 = 0x00,
	TAU_CODE_U16 = 0x01,
	TAU_CODE_U32 = 0x02,
	TAU_CODE_U64 = 0x03,
	TAU_CODE_I8 = 0x04,
	TAU_CODE_I16 = 0x05,
	TAU_CODE_I32 = 0x06,
	TAU_CODE_I64 = 0x07,
	TAU_CODE_F32 = 0x08,
	TAU_CODE_F64 = 0x09,
	TAU_CODE_SYMBOL = 0x0a,
	TAU_CODE_FD = 0x0b,
	TAU_CODE_NULL = 0x0c,
	TAU_CODE_FALSE = 0x0d,
	TAU_CODE_TRUE = 0x0e,
	TAU_CODE_ALPHA = 0x10,
	TAU_CODE_OMEGA = 0x11,
	TAU_CODE_IOTA = 0x12,
	TAU_CODE_KAPPA = 0x13,
	TAU_CODE_CYCLE = 0x14,       /* to 0x17: 0, 2, 4, 8 bytes follow */
	TAU_CODE_TEXT = 0x18,        /* to 0x1b */
	TAU_CODE_BYTES = 0x1c,       /* to 0x1f */
	TAU_CODE_TEXT_SHORT = 0x20,  /* to 0x2f: 0 to 15 bytes */
	TAU_CODE_BYTES_SHORT = 0x30, /* to 0x3f */
	TAU_CODE_TUPLE = 0x40,       /* to 0x43 */
	TAU_CODE_ARRAY = 0x44,       /* to 0x47 */
	TAU_CODE_TUPLE_SHORT = 0x48, /* to 0x4f: 0 to 7 elements */
	TAU_CODE_MAP = 0x50,         /* to 0x53 */
	TAU_CODE_INT_SHORT = 0x80,   /* to 0xff: 0 to 127 */
};

/* A view of one value. An array's elements have no code byte of their own, so
 * the view keeps the code beside the bytes. */
struct tau_value {
	const uint8_t *start; /* the byte behind the code */
	const uint8_t *body;  /* the byte behind length and count */
	const uint8_t *limit; /* the byte behind the value */
	uint64_t count; /* elements of a tuple or array, entries of a map */
	uint32_t code;
	uint32_t reserved;
};

/* The elements of a tuple or array, or keys and values of a map in turn. */
struct tau_items {
	const uint8_t *next, *limit;
	uint64_t left;
	int32_t code; /* the elements' common code in an array, else -1 */
	int32_t reserved;
};

/* Opens the value that fills exactly `bytes` bytes at `body`. */
static inline int tau_value_open(
	const void *body, size_t bytes, struct tau_value *value);

/* One of TAU_KIND_…, for a value that was opened. */
static inline int tau_value_kind(const struct tau_value *value);

/* Contents. Integers and floats convert into each other: _int and _uint take
 * a float that is a whole number (else -ERANGE); _float rounds an integer to
 * the nearest double. _text takes text alone, _bytes text too. The text is
 * not NUL-terminated and nobody has checked that it is UTF-8. */
static inline int tau_value_bool(const struct tau_value *value, int *out);
static inline int tau_value_int(const struct tau_value *value, int64_t *out);
static inline int tau_value_uint(const struct tau_value *value, uint64_t *out);
static inline int tau_value_float(const struct tau_value *value, double *out);
static inline int tau_value_text(
	const struct tau_value *value, const char **text, size_t *bytes);
static inline int tau_value_bytes(
	const struct tau_value *value, const uint8_t **body, size_t *bytes);
static inline int tau_value_symbol(const struct tau_value *value, char out[8]);
/* The number of a cycle; -ENOENT when it is a bare tau. */
static inline int tau_value_cycle(const struct tau_value *value, uint64_t *out);

/* Iteration: `tau_value_next` answers 1 with an element, 0 behind the last,
 * -EBADMSG where the container is not what it says. */
static inline int tau_value_items(
	const struct tau_value *container, struct tau_items *items);
static inline int tau_value_next(
	struct tau_items *items, struct tau_value *item);
static inline int tau_value_next_entry(struct tau_items *items,
	struct tau_value *key, struct tau_value *value);

/* The value under a text key; of equal keys the first. This and the two below
 * leave `*out` undefined when they fail; `out` may be the view they start
 * from. */
static inline int tau_value_get(const struct tau_value *map, const char *key,
	size_t key_bytes, struct tau_value *out);

/* The element at `index` of a tuple or an array, from 0. */
static inline int tau_value_item(const struct tau_value *container,
	uint64_t index, struct tau_value *out);

/* What a JSON pointer (RFC 6901: "" or "/a/0/b~1c") leads to. */
static inline int tau_value_at(const struct tau_value *root,
	const char *pointer, size_t pointer_bytes, struct tau_value *out);

/* 1 when both say the same: integers by number whatever their width, floats
 * by number (NaN equals NaN, 0.0 equals -0.0), an integer never equals a
 * float, arrays and tuples by their elements, maps by their entries in order.
 * 0 otherwise, also when one is malformed or deeper than TAU_VALUE_DEPTH. */
static inline int tau_value_equal(
	const struct tau_value *one, const struct tau_value *other);

#include <tau/value_inline.h>

#ifdef __cplusplus
}
#endif
#endif
