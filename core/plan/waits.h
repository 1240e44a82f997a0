/*
 * waits: who waits for whom where nothing can go on, in words for a person.
 *
 * Each node tells of its operators and of the ends of its streams, a line each;
 * here they are joined: the two ends of a stream that crosses nodes have one
 * name, of which a topology has one.
 *
 *     node split: t waits to write t.out ---- node join: j reads t.out
 *         ^ reads                                        | waits to read w
 *         +------------- node filter: w writes w <-------+
 *
 * A node's text, which is checked when it is added:
 *
 *     operator NAME ended|nothing          one per operator, in order
 *     operator NAME write|read STREAM
 *     stream STREAM WRITER READER RECORDS BYTES CAPACITY
 *
 * WRITER and READER are the operator's place among the lines, counted from 0,
 * or - where that end is in another node. An operator that waits for several
 * streams tells of one. Names hold no spaces.
 */
#ifndef TAU_CORE_PLAN_WAITS_H
#define TAU_CORE_PLAN_WAITS_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/text/text.h"

#define WAITS_NONE UINT32_MAX

enum waits_kind {
	WAITS_ENDED,   /* it does not run any more */
	WAITS_NOTHING, /* for nothing that another operator could do */
	WAITS_WRITE,   /* for room in a stream */
	WAITS_READ,    /* for records of a stream */
};

/* One end of a stream, or both; an end elsewhere is WAITS_NONE. */
struct waits_stream {
	const char *name;
	uint32_t writer, reader;
	uint64_t records, bytes; /* in it, as seen from here */
	uint32_t capacity_bytes;
};

/* Of several nodes. Zeroed is empty. */
struct waits {
	struct waits_operator *operators;
	struct waits_stream *streams;
	char **texts; /* that names point into */
	uint32_t operator_count, stream_count, text_count;
};

/* Adds a line to a node's text; `stream` is NULL unless it waits for one. */
void waits_put_operator(struct text *text, const char *name,
	enum waits_kind kind, const char *stream);
void waits_put_stream(struct text *text, const struct waits_stream *stream);

/* Adds what a node tells; `node` NULL: there is only one, which is not named.
 * -EPROTO with a sentence when the text is none, and nothing was added then;
 * -ENOMEM. */
int waits_add(struct waits *waits, const char *node, const char *text,
	size_t bytes, struct error *error);

/* The report: each circle of waits with what could be done about it; where
 * there is none, every operator that has not ended. The caller frees it. */
char *waits_explain(struct waits *waits);

void waits_release(struct waits *waits);

#endif
