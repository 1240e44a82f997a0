/*
 * tau/writer.h: writing utf9 values into memory of known size. Part of the
 * operator ABI, major 1; C11 and C++17, header only.
 *
 *     uint8_t *out = tau_reserve(op, OUT, 4096);
 *     struct tau_writer w;
 *     tau_writer_init(&w, out, 4096);
 *     struct tau_mark map = tau_write_map_begin(&w, 0);
 *     tau_write_text(&w, "status", 6);
 *     tau_write_int(&w, 500);
 *     tau_write_end(&w, map);
 *     int64_t bytes = tau_writer_finish(&w);    (negative: see there)
 *     tau_commit(op, OUT, bytes, TAU_VALUE);
 *
 * A writer never writes at or past its limit. It fails once and for all: when
 * something does not fit, it writes no more, goes on adding up what would
 * have been needed, and says so at the end; so nobody checks each write.
 */
#ifndef TAU_WRITER_H
#define TAU_WRITER_H

#include <tau/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Caller allocates; `next` and `start` may be read, the rest is the writer's
 * own. Buffers do not move while a container is open. */
struct tau_writer {
	uint8_t *next, *limit, *start;
	uint64_t count;   /* values written into the innermost open container */
	uint64_t missing; /* bytes that did not fit */
	uint32_t depth;   /* open containers */
	int32_t error;    /* a bug of the caller's: -EINVAL, or -E2BIG, depth */
};

/* An open container. */
struct tau_mark {
	uint8_t *header; /* its code byte, NULL when that did not fit */
	uint64_t count;  /* the outer container's, until this one is closed */
	uint32_t code;
	uint32_t reserved;
};

static inline void tau_writer_init(
	struct tau_writer *w, void *start, size_t bytes);

/* The size of what was written: one whole value. Else -ENOBUFS (it did not
 * fit: tau_writer_needed() bytes would do), -EINVAL (no value or several, a
 * container left open, a map with a key but no value), -E2BIG (deeper than
 * TAU_VALUE_DEPTH). */
static inline int64_t tau_writer_finish(const struct tau_writer *w);

/* A buffer size that is certainly enough for what was written so far; at most
 * 16 bytes per container larger than necessary. */
static inline uint64_t tau_writer_needed(const struct tau_writer *w);

/* Scalars, each in its shortest form; floats keep all their bits. */
static inline void tau_write_null(struct tau_writer *w);
static inline void tau_write_bool(struct tau_writer *w, int truth);
static inline void tau_write_int(struct tau_writer *w, int64_t number);
static inline void tau_write_uint(struct tau_writer *w, uint64_t number);
static inline void tau_write_float(struct tau_writer *w, double number);
static inline void tau_write_text(
	struct tau_writer *w, const char *text, size_t bytes);
static inline void tau_write_bytes(
	struct tau_writer *w, const void *body, size_t bytes);
static inline void tau_write_symbol(struct tau_writer *w, const char name[8]);
/* TAU_CODE_ALPHA, _OMEGA, _IOTA, _KAPPA or _CYCLE: one bare byte. */
static inline void tau_write_signal(struct tau_writer *w, uint32_t code);
static inline void tau_write_cycle(struct tau_writer *w, uint64_t number);

/* A value that was read, as it stands. */
static inline void tau_write_value(
	struct tau_writer *w, const struct tau_value *value);

/* Arrays of numbers, from the machine's own order. */
static inline void tau_write_int_array(
	struct tau_writer *w, const int64_t *numbers, size_t count);
static inline void tau_write_float_array(
	struct tau_writer *w, const double *numbers, size_t count);

/* Containers: begin, write the elements (or keys and values in turn), end.
 * `expected_bytes` says how large the contents may become. With 0 the header
 * is as short as it can be, which costs moving contents of more than 255 bytes
 * once; a good guess leaves room for the lengths and moves nothing. */
static inline struct tau_mark tau_write_tuple_begin(
	struct tau_writer *w, uint64_t expected_bytes);
static inline struct tau_mark tau_write_map_begin(
	struct tau_writer *w, uint64_t expected_bytes);
static inline void tau_write_end(struct tau_writer *w, struct tau_mark mark);

#include <tau/writer_inline.h>

#ifdef __cplusplus
}
#endif
#endif
