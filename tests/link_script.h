/*
 * link_script: a link beside a peer that is a script of bytes. What the peer
 * says is put together frame by frame; what it hears is kept.
 */
#ifndef TESTS_LINK_SCRIPT_H
#define TESTS_LINK_SCRIPT_H

#include "core/wire/frame.h"
#include "core/wire/link.h"
#include "core/wire/notice.h"
#include "tests/fake_os.h"
#include "tests/pipeline.h"

#define SCRIPT_ATOMIC 4096u
#define SCRIPT_CAPACITY 16384u
#define SCRIPT_RECORDS 8u
#define SCRIPT_PACKET 65536u

struct script {
	struct link_listener listener; /* first */
	struct fake_os fake;
	struct pipeline pipeline;
	struct link *link;
	struct tau_out out; /* into stream 0 */
	struct tau_in in;   /* of stream 1 */
	int peer;
	bool packets;
	uint32_t closed;
	uint64_t lost;   /* of stream 0, when the link broke */
	uint64_t missed; /* of stream 1, when it ended */
	char why[512];   /* empty: orderly */
	char bye[NOTICE_TEXT_BYTES];
	uint8_t packet[SCRIPT_PACKET * 4];
	uint32_t bytes;
	struct notice iota, omega, hello; /* the last that came */
	uint32_t hellos;
	uint32_t kappas;
	uint64_t came, came_bytes; /* records on stream 0 */
};

/* A link with stream 0, which it writes, and stream 1, which it reads.
 * `buffer_bytes`: of its socket; 0: the stock one. */
void script_begin(struct script *script, bool packets, int buffer_bytes);

/* Likewise over a byte stream, as behind a hub whose program may come again. */
void script_begin_again(struct script *script);

/* Likewise between nodes that may be followed: incarnation SCRIPT_INCARNATION.
 */
#define SCRIPT_INCARNATION 7
void script_begin_heirs(struct script *script, bool packets);

/* HELLO of an incarnation that answers another, alone. */
void script_say_hello_of(
	struct script *script, uint64_t incarnation, uint64_t heard);

/* Releases all, and closes `peer` unless it is -1 by then; fails the test when
 * a reference to a body is left. */
void script_end(struct script *script);

/* Adds bytes, filled up to a multiple of 8, to the packet that is said next. */
void script_add(struct script *script, const void *from, size_t bytes);

void script_add_notice(struct script *script, const struct notice *notice);

void script_add_hello(struct script *script, uint64_t version, uint64_t packet);

void script_add_iota(struct script *script, uint32_t stream, uint64_t bytes,
	uint64_t records);

void script_add_omega(struct script *script, uint32_t stream, uint64_t records,
	enum notice_reason reason);

/* `count` records of `bytes` each, all bytes their number's. */
void script_add_records(struct script *script, uint32_t stream, uint64_t first,
	uint32_t count, uint32_t bytes);

void script_add_part(struct script *script, uint32_t stream, uint64_t first,
	uint32_t total, uint32_t offset, uint32_t bytes);

/* Sends the packet. */
void script_say(struct script *script);

/* Takes in what the link has said. */
void script_hear(struct script *script);

/* Lets the link do all that it can do at once, and hears it; fails the test
 * when the link goes on for ever. */
void script_settle(struct script *script);

/* The peer's alpha for stream 0, which it reads, or 1, which it writes. */
void script_add_alpha(struct script *script, uint32_t stream, uint64_t atomic);

/* Says HELLO; and alpha for both streams as well. */
void script_say_hello(struct script *script);
void script_open_link(struct script *script);

/* Writes as the operator of stream 0 would; how many had room. */
uint32_t script_write_records(
	struct script *script, uint32_t count, uint32_t bytes);

/* Reads as the operator of stream 1 would; how many were there. */
uint32_t script_read_records(struct script *script, uint32_t count);

#endif
