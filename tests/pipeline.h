/*
 * pipeline: operators that are functions of a test, in a fabric of their own.
 * No plugin file, no manifest, no process: each has a description in JSON and
 * a table, like a plugin's, and is connected by hand.
 *
 *	struct pipeline p;
 *	pipeline_init(&p);
 *	uint32_t a = pipeline_add(&p, &source, "{…}");
 *	uint32_t b = pipeline_add(&p, &sink, "{…}");
 *	pipeline_connect(&p, a, 0, b, 0, NULL);
 *	pipeline_start(&p);
 *	ck_assert(pipeline_run(&p));
 *	pipeline_release(&p);
 */
#ifndef TESTS_PIPELINE_H
#define TESTS_PIPELINE_H

#include "core/host/instance.h"
#include "core/wire/link.h"

#define PIPELINE_MAX 64
#define PIPELINE_OUTSIDE UINT32_MAX /* an end that the test takes itself */

struct pipeline {
	struct os *os; /* NULL before init: the real one */
	uint64_t seed; /* 0 before init: first in, first out */
	struct os linux_os;
	struct log log;
	struct fabric fabric;
	struct instance_make makes[PIPELINE_MAX];
	struct description *descriptions[PIPELINE_MAX];
	uint32_t in_members[PIPELINE_MAX][PORTS_IN_MAX];
	uint32_t out_members[PIPELINE_MAX][PORTS_OUT_MAX];
	struct instance *operators[PIPELINE_MAX];
	uint32_t count;
	struct {
		uint32_t from, from_port, from_member, to, to_port, to_member;
	} edges[PIPELINE_MAX];
	struct stream streams[PIPELINE_MAX];
	uint32_t edge_count;
	uint32_t running, frozen, failed;
};

/* Call on a zeroed pipeline whose `os` and `seed` may be set. */
void pipeline_init(struct pipeline *pipeline);

/* `json` describes one operator, as an element of a note's "operators". */
uint32_t pipeline_add(struct pipeline *pipeline,
	const struct tau_operator *functions, const char *json);

/* Connects the next free members; `settings` NULL: the defaults. The stream
 * is pipeline->streams[result]. */
uint32_t pipeline_connect(struct pipeline *pipeline, uint32_t from,
	uint32_t from_port, uint32_t to, uint32_t to_port,
	const struct stream_settings *settings);

/* Makes what was added, calls create, and starts all. */
void pipeline_start(struct pipeline *pipeline);

/* Turns until no operator runs: true; or nothing can happen any more: false. */
bool pipeline_run(struct pipeline *pipeline);

/* Freezes an operator, whose state has version 1, and lets another instance of
 * it go on. */
void pipeline_move(struct pipeline *pipeline, uint32_t at);

/* Puts the streams of a frozen instance on the ends of another one of its kind;
 * the streams do not notice. */
void pipeline_take_over(struct instance *made, struct instance *old);

/* A link on `fd`, which it takes, in the pipeline's fabric; to be destroyed
 * before that. */
struct link *pipeline_link(struct pipeline *pipeline,
	const struct link_settings *settings, int fd,
	struct link_listener *listener);

/* Destroys all; fails the test when a reference to a body is left. */
void pipeline_release(struct pipeline *pipeline);

#endif
