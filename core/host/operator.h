/*
 * operator: one instance of an operator type, from create to destroy.
 *
 *	            start                returns 0 when told
 *	CREATED ------------> RUNNING ----------------------> FROZEN
 *	   ^                   |    |                            |
 *	   |      returns 0    v    v   negative, or fail        | start
 *	   |                 DONE  FAILED                        |
 *	   +---- restore (into a new instance) <---- save -------+
 *
 * It owns its ports, its slots and its coroutine; streams belong to the node
 * and outlive it. Only its own task, and the node between rounds, touch it.
 */
#ifndef TAU_CORE_HOST_OPERATOR_H
#define TAU_CORE_HOST_OPERATOR_H

#include <stdbool.h>
#include <stdint.h>

#include <tau/operator.h>

#include "core/base/error.h"
#include "core/host/fabric.h"
#include "core/host/port.h"
#include "core/host/slot.h"
#include "core/plan/description.h"

#define OPERATOR_MAGIC 0x6f706572u

enum operator_state {
	OPERATOR_CREATED,
	OPERATOR_RUNNING,
	OPERATOR_FROZEN,
	OPERATOR_DONE,
	OPERATOR_FAILED,
};

/* What plugin code of it is on the stack. */
enum operator_context {
	CONTEXT_NONE,    /* none */
	CONTEXT_CREATE,  /* create, destroy, save, restore, selftest */
	CONTEXT_RUN,     /* run: may suspend */
	CONTEXT_CONTROL, /* on_ready */
};

struct operator_metric {
	SLIST_ENTRY(operator_metric) link;
	const char *name; /* owned */
	uint32_t kind;
	uint64_t value;
};

struct operator
{
	struct tau_op op; /* first: the plugin's handle is the operator */
	uint32_t magic;
	enum operator_state state;
	enum operator_context context;
	bool created;   /* create was called: destroy must be */
	bool quiescing; /* asked to stop */
	bool told;      /* a call has answered TAU_STOPPED */
	bool closing;   /* teardown: every call says stop */
	bool draining;  /* frozen means done */
	bool broken;    /* failed whatever run returns */
	bool gone;      /* all readers of its declared out ports are gone */
	struct fabric *fabric;
	const char *name, *plugin; /* the plan's */
	const struct operator_description *description;
	const struct tau_operator *functions;
	struct task task;
	int returned; /* by run, or the last on_ready */
	struct error failure;
	struct ports ports;
	struct slot *slots; /* SLOTS_MAX, from the first use on; or NULL */
	SLIST_HEAD(, operator_metric) metrics;
	struct tau_stdio stdio;
};

/* What an instance is made of. All of it is kept, and outlives it. */
struct operator_make {
	const char *name, *plugin;
	const struct operator_description *description;
	const struct tau_operator *functions;
	const struct tau_param *params;
	uint32_t param_count;
	const uint32_t *in_members,
		*out_members; /* of variadic ports, by port */
	int stdio_fd;         /* or -1 */
};

/* Allocates an instance with its ports unconnected; calls no plugin code. */
int operator_create(struct operator** made, struct fabric *fabric,
	const struct operator_make *make, struct error *error);

/* Calls the plugin's create; ports should be connected. -errno with the
 * plugin's sentence; destroy it then. */
int operator_prepare(struct operator* operator, struct error * error);

/* Resumes it with close told until run has returned, calls the plugin's
 * destroy, and frees. NULL is fine. */
void operator_destroy(struct operator** operator);

/* Runs a created or frozen instance. -ENOMEM. */
int operator_start(struct operator* operator, struct error * error);

/* Asks a running one to freeze: it is told, and becomes FROZEN when it has
 * returned. */
void operator_quiesce(struct operator* operator);

/* Asks a running one to come to its end: as quiesce, and then it is DONE. */
void operator_drain(struct operator* operator);

/* Asks a running one to come to its end at once: every call says stop. */
void operator_close(struct operator* operator);

/* The state of a frozen (or only created) instance, through a stream that
 * grows, and back. -ENOTSUP without the plugin's function; -errno. */
int operator_save(struct operator* operator, struct stream * state,
	uint32_t version, struct error *error);
int operator_restore(struct operator* operator, struct stream * state,
	uint32_t version, struct error *error);

/* Marks it failed with the first sentence given; it is left to return. */
int operator_fail(
	struct operator* operator, int code, const char *text, size_t bytes);

/* Whether it has nothing to read from: no declared in port that is connected.
 */
bool operator_is_source(const struct operator* operator);

#endif
