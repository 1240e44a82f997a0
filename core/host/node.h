/*
 * node: one fabric with the operators and streams of its part of a topology.
 *
 * Built from a plan; knows no manifest, no supervisor and no command. Who
 * drives it (a process of its own, a test, an application) turns it until it
 * has ended.
 *
 *	node_create -> node_build -> node_start -> node_turn … -> node_destroy
 *	                    node_drain, node_close at any time between
 */
#ifndef TAU_CORE_HOST_NODE_H
#define TAU_CORE_HOST_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/host/fabric.h"
#include "core/host/fifo.h"
#include "core/host/library.h"
#include "core/host/instance.h"
#include "core/host/relay.h"
#include "core/plan/node_plan.h"
#include "core/plan/waits.h"
#include "core/wire/counters.h"
#include "core/wire/link.h"

#define NODE_MAGIC 0x6e6f6465u

/* Told to the owner from within node_turn. */
struct node_listener {
	void (*failed)(struct node_listener *listener,
		const struct instance *instance);
	/* It wakes, and nobody looks whether its operators come back. */
	void (*woken)(struct node_listener *listener);
	/* The connection to somebody else's program broke off. What happens
	 * to a node of ours is its supervisor's to say. */
	void (*broken)(struct node_listener *listener, const char *peer,
		const char *why);
	/* A connection to a node of ours began, and it or this one follows a
	 * process that crashed: what went before, as BEGUN says it. */
	void (*begun)(struct node_listener *listener, const char *text);
	/* Its end of a FIFO is closed for good: which of the plan's links. */
	void (*shut)(struct node_listener *listener, uint32_t link);
};

/* How a turn left the node. */
enum node_state {
	NODE_RUNNING,
	NODE_DEADLOCKED, /* operators are left, and nothing can wake one */
	NODE_FROZEN,     /* all that are left are frozen; links stand still */
	NODE_ENDED,      /* also every link has carried what it had to */
};

/* An unconnected out port: what leaves it is counted. */
struct node_port {
	struct stream stream;
	char *name; /* "parse.bad"; owned */
};

/* A connection to another node. */
struct node_link {
	struct link_listener listener; /* first */
	struct node *node;
	struct link *link; /* or */
	struct fifo *fifo;
	const char *peer; /* the plan's */
	bool foreign;     /* somebody else's program */
	bool closed;      /* nothing goes over it any more */
};

/* A back stream that passes an operator by. */
struct node_relay {
	struct node *node;
	struct instance *instance;
	struct relay *relay;
};

/* The first stream that an operator writes and reads, or the next one of its
 * writer and of its reader; NODE_PLAN_NONE at the end. */
struct edges {
	uint32_t from, to;
};

struct node {
	uint32_t magic;
	struct fabric fabric;
	struct node_plan *plan; /* lent */
	struct node_listener *listener;
	struct library **libraries; /* by operator; shared ones stand once */
	struct library **loaded;
	uint32_t loaded_count;
	struct instance **operators;
	struct tau_param **params; /* by operator */
	struct stream *streams;    /* as in the plan */
	uint64_t *lost;            /* by stream: unread when it was closed */
	uint64_t *cut;             /* by stream: unread when its link broke */
	struct counters counters;  /* the supervisor's page; zeroed: none */
	uint32_t first_dropping;   /* stream that a link fills and drops of */
	bool follows;             /* one that crashed: set before it is built */
	uint64_t topology;        /* a number of its run; 0: none; likewise */
	bool closing;             /* so do others: their going is no news */
	struct edges *edges;      /* by operator */
	struct edges *next_edges; /* by stream */
	struct node_port *nowhere;
	uint32_t nowhere_count;
	struct node_link *links;
	uint32_t links_open; /* connections that still carry something */
	struct node_relay *relays;
	uint32_t relay_count, relays_open;
	uint32_t running, frozen; /* operators */
	bool freezing;            /* until the thaw */
	uint32_t failed;
};

/* What went wrong where, before an operator ran. */
struct node_failure {
	const char *name, *plugin; /* the plan's; NULL: the node itself */
	struct error error;
};

/* A node with nothing in it yet. `seed` decides who runs next; 0: first in,
 * first out. On failure nothing is left but the sentence. */
int node_create(struct node **made, struct os *os, struct log *log,
	uint64_t seed, struct error *error);

/* Loads the plugins (through the store at `store`), makes and connects the
 * operators and calls their create. The plan is kept, not owned. stdin_fd and
 * stdout_fd are lent to operators that ask for them, or -1. After a failure
 * the node can only be destroyed. */
int node_build(struct node *node, struct node_plan *plan, const char *store,
	int stdin_fd, int stdout_fd, struct node_failure *failure);

/* Who has plugin code on the stack, or NULL. Safe in a signal handler. */
const struct instance *node_running(const struct node *node);

/* Closes what still runs, destroys operators and streams. NULL is fine. */
void node_destroy(struct node **node);

/* Starts all operators that are created or frozen. */
int node_start(struct node *node, struct error *error);

/* One turn of the fabric: waits at most `timeout_ns` (negative: for ever). */
enum node_state node_turn(struct node *node, int64_t timeout_ns);

/* Whether a turn would do nothing: it has ended, or is frozen. */
bool node_has_ended(const struct node *node);

/* The sources come to their end, and all behind them runs out. */
void node_drain(struct node *node);

/* Everything comes to its end at once; what was under way is counted lost. */
void node_close(struct node *node);

/* Asks every running operator to freeze, and nothing comes or goes any more:
 * links stand still, timers keep their times and do not fire. Right also before
 * the start: a node that waits for its turn. Turn it until it is NODE_FROZEN,
 * or thaw it before. */
void node_freeze(struct node *node);

/* Lets everything go on as if it had never been asked to freeze, at any point:
 * operators that stand still already, that are about to, and that have not yet
 * heard. Starts what was never started. -errno with a sentence: may be tried
 * again. */
int node_thaw(struct node *node, struct error *error);

/* Whether nothing here can run, and only other nodes of ours can change that:
 * no timer, no fd, no program of somebody else, no FIFO. Cheap. */
bool node_is_quiet(struct node *node);

/* How often the links have sent, received and closed: as long as that is the
 * same, a quiet node has not moved. */
uint64_t node_moves(const struct node *node);

/* Who waits for what, as the lines of core/plan/waits.h. The caller frees it.
 */
char *node_waits(const struct node *node);

/* The name of the stream that an operator waits for, and how; NULL: for none.
 */
const char *node_waits_for(
	const struct node *node, uint32_t at, enum waits_kind *kind);

/* Records and bytes that operators without out streams have read. */
void node_progress(const struct node *node, uint64_t *records, uint64_t *bytes);

#endif
