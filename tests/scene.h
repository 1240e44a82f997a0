/*
 * scene: one operator on the stage of `tau check` (core/check/stage.h), in one
 * function call. It feeds records in, keeps what comes out, and can tell the
 * operator to stop at any one of its waits; then it lets it go on, in the same
 * instance or in a new one that was given its saved state.
 *
 * The stage's strictness is the test's: whatever it finds fails the test, as
 * does an operator that waits for what never comes. Other than there, fds have
 * somebody at the other end and are really waited for, and each record takes
 * some time.
 */
#ifndef TESTS_SCENE_H
#define TESTS_SCENE_H

#include "core/check/stage.h"

/* How the operator goes on after it was told to stop. */
enum scene_how {
	SCENE_THAW, /* run again */
	SCENE_MOVE, /* saved, destroyed, created, restored, run */
};

struct scene;

/* Opens plugins/PLUGIN.so of the build tree; fails the test when it cannot. */
struct scene *scene_create(const char *plugin, const char *name);
void scene_destroy(struct scene *scene);

/* Params, by their place. Words of a list are split at commas. */
void scene_integer(struct scene *, uint32_t param, uint32_t type, int64_t);
void scene_text(struct scene *, uint32_t param, uint32_t type, const char *);
void scene_json(struct scene *, uint32_t param, const char *text, bool number);
void scene_list(
	struct scene *, uint32_t param, const char *words, bool numbers);

/* A record for a member of in port 0. */
void scene_feed(struct scene *, uint32_t member, uint16_t type,
	const void *body, size_t bytes);

/* The fd of tau.stdio/1, which stays the caller's. */
void scene_stdio(struct scene *, int fd);
/* Its reads and writes are interrupted in turn, or end short. */
void scene_trouble(struct scene *);

/* Runs once, from the beginning to the end; at the wait with number `stop`
 * (from 0, or STAGE_NEVER) the operator is told to stop. Returns what run
 * returned last; *stopped says whether there was such a wait. */
int scene_run(struct scene *, size_t stop, enum scene_how how, bool *stopped);

/* What came out of a port, or of a member of a variadic port 0: a line for each
 * record, text as it is, values as JSON, a cycle as "(tau)"; bytes as they are.
 * "" of a port that there is not. Good until the next call of either. */
const char *scene_output(struct scene *, uint32_t port);
const char *scene_member_output(struct scene *, uint32_t member);

/* What the operator has last asked to have room for in out port 0. */
uint64_t scene_wanted_bytes(const struct scene *);

/* The sentence that the operator failed with, or "". */
const char *scene_failure(const struct scene *);

#endif
