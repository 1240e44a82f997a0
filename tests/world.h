/*
 * world: one or two nodes in this process, made of operators that are functions
 * of a test, with a link, a byte stream or FIFOs between them. A node can be
 * frozen, thawed, and replaced by a new one.
 *
 *	world_begin(&world, &shape);
 *	world_run(&world);
 *	world_end(&world);           what the sinks got is in `ledgers`
 *
 * Link with -Wl,--wrap=library_load,--wrap=library_destroy: the plugin is this
 * program's own table of operators (world_operators.c).
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "core/host/node.h"
#include "tests/fake_os.h"

#define WORLD_OPERATORS 12
#define WORLD_STREAMS 12
#define WORLD_LEDGERS 4
#define WORLD_LINKS 3

enum world_way {
	WORLD_PACKETS, /* SOCK_SEQPACKET */
	WORLD_BYTES,   /* a byte stream with length prefixes */
	WORLD_FIFOS,   /* a FIFO for each stream that crosses */
};

struct world_operator {
	const char *name, *type;
	uint32_t side;
};

struct world_stream {
	uint32_t from, from_port, to, to_port; /* into operators */
	uint32_t capacity_bytes, records, atomic_bytes;
	enum stream_full full;
	bool fds, shred;
	uint32_t from_member, to_member;
};

/* Ends with an operator, a stream without name, capacity. */
struct world_shape {
	const char *name;
	enum world_way way;
	bool clock; /* of one side: a clock that jumps */
	bool loses; /* what comes out depends on who is faster */
	struct world_operator operators[WORLD_OPERATORS];
	struct world_stream streams[WORLD_STREAMS];
};

/* What one sink got, in order. */
struct ledger {
	uint64_t records, bytes, hash;
};

extern struct ledger ledgers[WORLD_LEDGERS];

struct side {
	struct fake_os fake;
	struct log log;
	struct node_plan plan;
	struct node_plan_operator operators[WORLD_OPERATORS];
	struct node_plan_stream streams[WORLD_STREAMS];
	struct node_plan_link links[WORLD_LINKS];
	uint32_t at[WORLD_OPERATORS]; /* the shape's operator's index here */
	struct node *node;
	enum node_state state; /* after its last turn */
};

struct world {
	const struct world_shape *shape;
	uint32_t side_count;
	uint64_t seed;
	struct side *sides[2];
	int held[WORLD_LINKS][2]; /* ends of connections, as a supervisor has */
	uint32_t link_count;
	uint64_t turns;
	const char *library; /* what operators are made of: its "path" */
};

void world_begin(
	struct world *world, const struct world_shape *shape, uint64_t seed);

/* One turn of each side. False when both have ended (or stand still). */
bool world_turn(struct world *world);
void world_run(struct world *world);

/* Another node of the same plan, with nothing started. */
struct side *world_side(struct world *world, uint32_t at);

/* As if its process were killed: its peer hears nothing of it. */
void world_kill(struct side **side);

void world_end(struct world *world);

/* What a run comes to that nobody disturbs. */
struct calm {
	const struct world_shape *shape;
	struct ledger ledgers[WORLD_LEDGERS];
	uint64_t turns;
	uint32_t sides;
};

void calm_run(struct calm *calm, const struct world_shape *shape);

/* Fails unless the run that has just ended came to the same, as far as the
 * shape loses nothing; `how` tells how it was disturbed. */
void calm_compare(const struct calm *calm, const char *how, ...)
	__attribute__((format(printf, 2, 3)));

/* Turns one side until it is frozen, or has ended. */
void world_freeze(struct world *world, uint32_t at);

/* world_operators.c */
struct library *world_library(const char *path);

#endif
