/*
 * notice: what the two sides of a link tell each other besides records, each
 * one utf9 tuple, as docs/wire.md lists them.
 */
#ifndef TAU_CORE_WIRE_NOTICE_H
#define TAU_CORE_WIRE_NOTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bounds.h"
#include "core/base/error.h"

#define NOTICE_TEXT_BYTES 512 /* what is longer is cut */
#define NOTICE_BYTES_MAX 1024 /* an encoded notice */

enum notice_kind {
	NOTICE_OTHER, /* of a later version: to be ignored */
	NOTICE_HELLO,
	NOTICE_ALPHA,
	NOTICE_IOTA,
	NOTICE_KAPPA,
	NOTICE_OMEGA,
	NOTICE_WANT,
	NOTICE_BYE,
	NOTICE_AGAIN, /* of a hub, to a node: the connection is another */
};

enum notice_reason {
	NOTICE_DONE,
	NOTICE_FAILED,
	NOTICE_CRASHED,
	NOTICE_CLOSED,
	NOTICE_GONE, /* said by the reader's side */
};

/* What a kind does not use is zero or empty. */
struct notice {
	enum notice_kind kind;
	uint32_t stream;
	uint64_t version, packet_bytes, incarnation; /* HELLO */
	uint64_t heard; /* HELLO: the incarnation that it answers; 0: none */
	bool writes;    /* ALPHA: the end is "out" */
	uint64_t atomic_bytes;        /* ALPHA */
	uint64_t bytes;               /* IOTA */
	uint64_t records;             /* ALPHA, IOTA, OMEGA */
	enum notice_reason reason;    /* OMEGA */
	char text[NOTICE_TEXT_BYTES]; /* HELLO: name; ALPHA: port; else why */
};

/* Writes the value into NOTICE_BYTES_MAX bytes; gives its size. */
size_t notice_encode(const struct notice *notice, uint8_t *to);

/* Reads one. -EPROTO with a sentence. */
int notice_decode(struct notice *notice, const uint8_t *value, size_t bytes,
	struct error *error);

#endif
