/*
 * embed: what the files of the room behind <tau/embed.h> share: embed.c opens
 * and closes, embed_plan.c reads the manifest, embed_bind.c finds the
 * application's ports in it, embed_place.c makes the plan of the one node,
 * embed_port.c writes and reads, embed_step.c works and wakes, embed_count.c
 * counts.
 *
 *	application's loop        libtau                    node
 *	  epoll <-------- epoll fd of the reactor <--- fds of operators
 *	                            ^   ^
 *	    write, read, end ---> work  due <--- the next timer
 *	                        (eventfd) (timerfd)
 *
 * Both are watched edge-triggered, so looking at them is all that makes the
 * epoll fd unreadable. Invariant, outside of a call: where an operator can run
 * or a timer is due, `work` has been written to since it was last looked at.
 */
#ifndef TAU_CORE_EMBED_EMBED_H
#define TAU_CORE_EMBED_EMBED_H

#include <stdbool.h>
#include <stdint.h>

#include <tau/embed.h>

#include "core/base/log.h"
#include "core/base/os.h"
#include "core/host/node.h"
#include "core/plan/plan.h"
#include "core/text/text.h"

#define EMBED_PATH_BYTES 4096
#define TAU_NODE_MAGIC 0x656d6264u

/* An end of a stream that is the application's. */
struct embed_port {
	const char *name; /* "parse.bad", "tee.out[1]" */
	struct manifest_end end;
	uint32_t owner, port, member; /* of the topology's operator */
	uint32_t stream; /* of the topology, or TOPOLOGY_NONE: a free port */
	uint32_t placed; /* of the node's plan */
	enum port_type type;
	bool back;    /* the back stream of the operator's port `end` */
	bool over;    /* it was ended, or left */
	bool given;   /* a record was read and not consumed */
	bool refused; /* there was no room for so much: */
	uint32_t refused_bytes;
	uint64_t records;
	struct tau_in in;   /* of one that is read */
	struct tau_out out; /* of one that is written */
};

struct embed_ports {
	struct embed_port *ports;
	uint32_t count;
	bool reads; /* the application does */
};

struct tau_node {
	struct node_listener listener; /* first */
	uint32_t magic;
	uintptr_t thread;
	pid_t process;
	struct os os;
	struct log log;
	void (*say)(
		void *context, uint32_t level, const char *line, size_t bytes);
	void *context;
	bool saying; /* it is called now */
	struct arena arena;
	struct plan plan;
	struct node_plan part;
	struct embed_ports writes, reads;
	struct node *node;
	bool opened; /* and not closed */
	bool drains; /* somebody failed, and the others are to run out */
	struct reactor_watch work, due;
	int work_fd, due_fd;  /* or -1 */
	bool woken;           /* `work` was written to since it was looked at */
	int64_t due_ns;       /* what `due` is set to, or TIMERS_NEVER */
	char *sentence;       /* of the last result that was negative */
	struct error failure; /* of the first operator that failed */
};

/* What is only needed while a node is opened. */
struct embed_opening {
	struct tau_node *node;
	struct tau_node_options options;
	const char *manifest, *name;
	char *folder; /* the current one, or the text's; owned */
	char store[EMBED_PATH_BYTES];
	char beside[EMBED_PATH_BYTES], own[EMBED_PATH_BYTES];
	struct text why;
};

/* Keeps the sentence, and returns `code`. */
int embed_fail(struct tau_node *node, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether a function may be called now: 0, -EPERM, -EBUSY; -EINVAL where
 * nothing was opened. */
int embed_enter(struct tau_node *node);

/* Whether this is a child's, made by fork, of the one that was opened: what it
 * waits for is shared with that. */
bool embed_is_copy(struct tau_node *node);

/* Makes the plan of the one node, its ports bound. -errno with the sentence
 * kept. */
int embed_plan(struct embed_opening *opening);

/* What was gathered in `why` becomes the sentence. Returns `code`. */
int embed_say_why(struct embed_opening *opening, int code);

/* The value of an environment variable, or NULL. */
const char *embed_variable(
	const struct embed_opening *opening, const char *name);

/* Finds the ports that were named, in a topology whose node is `at`. -EINVAL
 * with sentences in `why`. */
int embed_bind(struct tau_node *node, uint32_t at, struct text *why);

/* Adds sentences about names that a topology which is refused does not have;
 * none where its operators were not read. */
void embed_check_names(struct tau_node *node, struct text *why);

/* Reads the ends of a list of names, NULL at its end. -EINVAL likewise. */
int embed_read_ends(struct tau_node *node, struct embed_ports *ports,
	const char *const *names, struct text *why);

/* Makes the plan of the topology's node `at`, whose ports are bound. -EINVAL
 * likewise. */
int embed_place(struct tau_node *node, uint32_t at, const char *folder,
	struct text *why);

/* The stream of a port. */
static inline struct stream *embed_stream(
	struct tau_node *node, const struct embed_port *port)
{
	return &node->node->streams[port->placed];
}

/* Closes the application's ends; what was there and not read is lost. */
void embed_close_ports(struct tau_node *node);

/* Of one that was opened: through `log`, as `tau run` says it. */
void embed_say_counts(struct tau_node *node);
void embed_fill_counts(struct tau_node *node, struct tau_node_counts *counts);

/* Publishes what was written and retires what was consumed, before others run.
 */
void embed_settle(struct tau_node *node);

/* The fd becomes readable. */
void embed_wake(struct tau_node *node);

/* Makes and ends the two fds. -errno with a sentence. */
int embed_watch(struct tau_node *node, struct error *error);
void embed_unwatch(struct tau_node *node);

#endif
