/*
 * instance: one operator, from create to destroy.
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
#ifndef TAU_CORE_HOST_INSTANCE_H
#define TAU_CORE_HOST_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tau/operator.h>

#include "core/base/error.h"
#include "core/base/owner.h"
#include "core/host/fabric.h"
#include "core/host/port.h"
#include "core/host/slot.h"
#include "core/catalogue/description.h"

#define INSTANCE_MAGIC 0x6f706572u

enum instance_state {
	INSTANCE_CREATED,
	INSTANCE_RUNNING,
	INSTANCE_FROZEN,
	INSTANCE_DONE,
	INSTANCE_FAILED,
};

/* What plugin code of it is on the stack. */
enum instance_context {
	CONTEXT_NONE,    /* none */
	CONTEXT_CREATE,  /* create, destroy, save, restore, selftest */
	CONTEXT_RUN,     /* run: may suspend */
	CONTEXT_CONTROL, /* on_ready */
};

struct instance_metric {
	SLIST_ENTRY(instance_metric) link;
	const char *name; /* owned */
	uint32_t kind;
	uint64_t value;
};

struct instance {
	struct tau_op op; /* first: the plugin's handle is the operator */
	uint32_t magic;
	enum instance_state state;
	enum instance_context context;
	bool created;   /* create was called: destroy must be */
	bool quiescing; /* asked to stop */
	bool told;      /* a call has answered TAU_STOPPED */
	bool closing;   /* teardown: every call says stop */
	bool draining;  /* frozen means done */
	bool resuming;  /* frozen means start again */
	bool begun;     /* a continuation: called since it was started */
	bool broken;    /* failed whatever run returns */
	bool gone;      /* nobody is left to work for: see port.h */
	struct fabric *fabric;
	const char *name, *plugin; /* the plan's */
	const struct operator_description *description;
	const struct tau_operator *functions;
	struct task task;
	int returned; /* by run, or the last on_ready */
	struct error failure;
	struct ports ports;
	struct slot *slots; /* SLOTS_MAX, from the first use on; or NULL */
	SLIST_HEAD(, instance_metric) metrics;
	struct tau_stdio stdio;
};

/* What an instance is made of. All of it is kept, and outlives it. */
struct instance_make {
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
int instance_create(struct instance **made, struct fabric *fabric,
	const struct instance_make *make, struct error *error);

/* Calls the plugin's create; ports should be connected. -errno with the
 * plugin's sentence; destroy it then. */
int instance_prepare(struct instance *instance, struct error *error);

/* Resumes it with close told until run has returned, calls the plugin's
 * destroy, and frees. NULL is fine. */
void instance_destroy(struct instance **instance);

/* Runs a created or frozen instance. -ENOMEM. */
int instance_start(struct instance *instance, struct error *error);

/* Asks a running one to freeze: it is told, and becomes FROZEN when it has
 * returned. */
void instance_quiesce(struct instance *instance);

/* Takes that back, at any point: who has not been told goes on, who has been
 * is run again when it has returned. Frozen ones are its owner's to start. */
void instance_resume(struct instance *instance);

/* Asks a running one to come to its end: as quiesce, and then it is DONE. */
void instance_drain(struct instance *instance);

/* Asks a running one to come to its end at once: every call says stop. */
void instance_close(struct instance *instance);

/* The state of a frozen (or only created) instance, through a stream that
 * grows, and back. -ENOTSUP without the plugin's function; -errno. */
int instance_save(struct instance *instance, struct stream *state,
	uint32_t version, struct error *error);
int instance_restore(struct instance *instance, struct stream *state,
	uint32_t version, struct error *error);

/* Lets it look at itself, after create or restore: no effect outside. 0 when
 * it has no such function. -errno with its sentence. */
int instance_selftest(struct instance *instance, struct error *error);

/* The cell of a metric, made when there is none of that name. NULL: out of
 * memory, or too many. */
uint64_t *instance_metric(
	struct instance *instance, const char *name, uint32_t kind);

/* Marks it failed with the first sentence given; it is left to return. */
int instance_fail(
	struct instance *instance, int code, const char *text, size_t bytes);

/* The instance that a task is of. */
static inline struct instance *instance_of_task(const struct task *task)
{
	return OWNER_OF(task, struct instance, task);
}

/* Whether it has nothing to read from: no declared in port that is connected.
 */
bool instance_is_source(const struct instance *instance);

#endif
