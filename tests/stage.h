/*
 * stage: a host for one operator, in one function call. It feeds records in,
 * keeps what comes out, and can tell the operator to stop at any one of its
 * waits; then it lets it go on, in the same instance or in a new one that was
 * given its saved state.
 *
 * It is strict where a real host is merely fast: windows hold one record,
 * reservations have exactly the size that was asked for, and a body is freed
 * as soon as it was consumed, so that sanitizers see every byte too far.
 * Suspending calls never really suspend: inputs are all there from the start.
 */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <tau/operator.h>

enum { STAGE_MEMBERS = 3, STAGE_PARAMS = 4 };

/* How the operator goes on after it was told to stop. */
enum stage_how {
	STAGE_THAW, /* run again */
	STAGE_MOVE, /* saved, destroyed, created, restored, run */
};

struct stage;

/* Opens plugins/PLUGIN.so of the build tree; fails the test when it cannot. */
struct stage *stage_create(const char *plugin, const char *name);
void stage_destroy(struct stage *stage);

/* Params, by their place. Words of a list are split at commas. */
void stage_integer(struct stage *, uint32_t param, uint32_t type, int64_t);
void stage_text(struct stage *, uint32_t param, uint32_t type, const char *);
void stage_json(struct stage *, uint32_t param, const char *text, bool number);
void stage_list(
	struct stage *, uint32_t param, const char *words, bool numbers);

/* A record for a member of in port 0. */
void stage_feed(struct stage *, uint32_t member, uint16_t type,
	const void *body, size_t bytes);

/* The atomic of the out ports; after how many records the reader of out port 0
 * is gone; the fd of tau.stdio/1. */
void stage_atomic(struct stage *, uint32_t atomic);
void stage_gone_after(struct stage *, size_t records);
void stage_stdio(struct stage *, int fd);

#define STAGE_NEVER SIZE_MAX

/* Runs once, from the beginning to the end; at the wait with number `stop`
 * (from 0, or STAGE_NEVER) the operator is told to stop. Returns what run
 * returned last; *stopped says whether there was such a wait. */
int stage_run(struct stage *, size_t stop, enum stage_how how, bool *stopped);

/* What came out of a port, or of a member of a variadic one: a line for each
 * record, text as it is, values as JSON, a cycle as "(tau)"; bytes as they
 * are. */
const char *stage_output(struct stage *, uint32_t port);
const char *stage_member_output(struct stage *, uint32_t member);

/* What the operator has last asked to have room for. */
uint64_t stage_wanted_bytes(const struct stage *);

/* The sentence that the operator failed with, or "". */
const char *stage_failure(struct stage *);

#endif
