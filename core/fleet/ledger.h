/*
 * ledger: what went through the streams of all nodes, by their counters; so
 * that who died is known, and exactly what was lost with them.
 *
 *	writer's node | page: written --+
 *	                                +-- lost = written - read
 *	reader's node | page: read    --+
 *
 * A page outlives its node. Lost is what a stream's writer had given away when
 * it last gave the thread back, less what its reader had consumed when it last
 * did, where a node of either died; and before an operator that stopped because
 * its own reader's node had died. What a reader left of its own will is not
 * lost. Nodes that are programs of somebody else's have no page.
 */
#ifndef TAU_CORE_FLEET_LEDGER_H
#define TAU_CORE_FLEET_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/os.h"
#include "core/text/arena.h"
#include "core/plan/node_plan.h"
#include "core/wire/command.h"
#include "core/wire/counters.h"

struct ledger_operator {
	const char *name, *plugin;
	uint64_t consumed; /* records, by the last process that is gone */
	bool last; /* it writes no stream: what it does is seen outside */
	const struct ledger_node *victim; /* it stopped, since that died */
};

/* How the connection of a stream last began, as this side told it: by which
 * processes, and how many records had gone or come before. */
struct ledger_begun {
	uint64_t own, peer, records;
};

/* As the node's plan has it; an end elsewhere is NODE_PLAN_NONE. */
struct ledger_stream {
	const char *name;
	uint32_t writer, reader; /* operators of this node */
	uint32_t number;         /* where it crosses nodes: the same in both */
	bool crosses;
	bool fifo; /* over one: others may write it, too */
	/* by processes of this node that are gone, of a stream that crosses */
	uint64_t written_before, read_before;
	uint64_t strangers_before; /* of others, read from a FIFO */
	/* when its process took over, likewise; written also of others */
	uint64_t read_then, written_then;
	bool left_before; /* one of them had left it */
	struct ledger_begun begun;
	uint64_t gone; /* of those written here: told of so far */
	/* found out when all is over, of those that are written here */
	struct ledger_node *reader_node;  /* NULL: nobody knows what it read */
	uint32_t reader_at;               /* index into that node's streams */
	const struct ledger_node *victim; /* with which its records were lost */
};

struct ledger_node {
	const char *name;
	struct ledger_operator *operators;
	struct ledger_stream *streams;
	uint32_t operator_count, stream_count;
	struct counters page;
	char *running; /* ledger_flow's */
	int fd;        /* of the page; -1: none */
	bool died;
	uint64_t lost; /* records that went down with it, as far as known */
	/* What a standby has, which may be of another plan; NULL: none. */
	struct ledger_node *standby;
};

struct ledger {
	struct os *os;
	struct arena arena;
	struct ledger_node *nodes;
	uint32_t count;
};

/* Zeroes and fills it, for so many nodes. */
void ledger_init(struct ledger *ledger, struct os *os, uint32_t nodes);
void ledger_release(struct ledger *ledger);

/* Makes the page of the node that has this plan. -errno with a sentence. */
int ledger_open(struct ledger *ledger, uint32_t node,
	const struct node_plan *plan, struct error *error);

/* The fd of a node's page, which stays the ledger's, or -1. */
int ledger_fd(const struct ledger *ledger, uint32_t node);

/* What has gone through a node as it last noted it: records that its operators
 * have read, that came from other nodes, and that went to others; and who has
 * the thread, as "OPERATOR (PLUGIN)", which lives until the ledger is asked
 * anew, or NULL. */
struct ledger_flow {
	bool known;
	uint64_t records, in, out;
	uint64_t lost; /* went down with it, told of by now */
	const char *running;
};
void ledger_flow(
	struct ledger *ledger, uint32_t node, struct ledger_flow *flow);

/* Who has the thread of a node, counted from 0, and that operator's turn so
 * far; UINT32_MAX: nobody. */
uint32_t ledger_running(
	const struct ledger *ledger, uint32_t node, uint64_t *turn);

/* Nobody looks at a node's page any more, if its process sleeps; it says AWAKE
 * when it does not (core/wire/counters). False: it does not sleep. */
bool ledger_unwatch(struct ledger *ledger, uint32_t node);

/* That operator, as "OPERATOR (PLUGIN)", in the caller's memory. */
void ledger_name(const struct ledger *ledger, uint32_t node,
	uint32_t operator_index, char *text, size_t bytes);

/* Notes that a node came to a bad end. Returns who had the thread, as
 * "OPERATOR (PLUGIN)", which lives as long as the ledger; NULL: nobody. */
const char *ledger_died(struct ledger *ledger, uint32_t node);

/* Given a sentence about records that were lost; it lives during the call. */
typedef void ledger_take(void *context, const char *sentence);

/* Another process is to follow the one that had this page: a page of its own
 * takes the place of that. Gives `take` a sentence for every stream within the
 * node of which something was lost; of streams to others it is told at the end
 * what all processes of the node have lost; of those over FIFOs also now, how
 * much it can be. -errno with a sentence; there is no page then. */
int ledger_renew(struct ledger *ledger, uint32_t node, ledger_take *take,
	void *context, struct error *error);

/* Whether a command is one for the ledger, which may be NULL: a node has begun
 * where another process crashed, or beside one. Gives `take` a sentence about
 * what was lost with that: of a stream when both its sides have told. */
bool ledger_hear(struct ledger *ledger, uint32_t node,
	const struct command *told, ledger_take *take, void *context);

/* A standby of a node gets a page of its own, in the place of that of the last
 * one. -errno with a sentence; there is none then. */
int ledger_stand_by(struct ledger *ledger, uint32_t node,
	const struct node_plan *plan, struct error *error);

/* Its fd, which stays the ledger's, or -1. */
int ledger_standby_fd(const struct ledger *ledger, uint32_t node);

/* Who has the thread of a node's standby, or of what runs, as
 * "OPERATOR (PLUGIN)", in the caller's memory; NULL: nobody. */
const char *ledger_who(const struct ledger *ledger, uint32_t node, bool standby,
	char *text, size_t bytes);

/* The standby runs from here on: its page is the node's. What it was handed
 * over it has noted by now, and goes on from there; so nothing counts twice. */
void ledger_take_over(struct ledger *ledger, uint32_t node);

/* No standby has that page any more. */
void ledger_dismiss(struct ledger *ledger, uint32_t node);

/* The node is gone, and its streams with it: nothing of it is told. */
void ledger_forget(struct ledger *ledger, uint32_t node);

/* How much the process that took over last has read of each stream within its
 * node, in all: a line "NAME COUNT" each. The caller frees it. */
char *ledger_passed(const struct ledger *ledger, uint32_t node);

/* That process is gone, and the state that it was handed will go on without
 * what it had done since. Gives `take` a sentence for every stream of other
 * nodes that it had read from; and for each within the node in which records
 * lay that it had written: these are gone, while those that it was handed and
 * had not read go on, and those that it had read are not read once more
 * (ledger_passed).
 *
 * So what came from elsewhere comes out once at most, unless an operator makes
 * records of its own: it `keeps` a state, or reads nothing. The second time may
 * bring the same records, which is nobody's to say: it may ask the time, or be
 * of a version that differs. So none is dropped by its number, which could drop
 * others, but as many as may come twice are told. */
void ledger_take_back(struct ledger *ledger, uint32_t node, bool keeps,
	ledger_take *take, void *context);

/* Gives `take` a sentence for every stream of which something was lost, when
 * no node runs any more. */
void ledger_tell(struct ledger *ledger, ledger_take *take, void *context);

#endif
