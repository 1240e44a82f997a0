/*
 * port: an operator's ends of streams, by port and by member of a port.
 *
 *	op->in[port]            -> member 0 of the port, or an ended window
 *	op->in_group[port].in[] -> all members of a variadic port
 *
 * Each end listens to its stream: an edge puts a member on its port's list of
 * ready members and tells the task the port's bit. Lists are pruned when they
 * are looked at, so idle members cost nothing.
 *
 * Reading and writing ends are the same struct, with another head: what
 * `writes` asks is all that they differ in.
 */
#ifndef TAU_CORE_HOST_PORT_H
#define TAU_CORE_HOST_PORT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <tau/operator.h>

#include "core/stream/stream.h"

struct instance;

/* The plugin's head comes first: a head is its end. */
struct port_end {
	union {
		struct tau_in in;
		struct tau_out out;
	} head;
	struct stream_listener listener;
	struct instance *owner;
	struct port *port;
	struct stream *stream; /* NULL: unconnected, and has ended */
	TAILQ_ENTRY(port_end) ready, open;
	bool writes;
	bool is_ready, is_open; /* on these lists */
	bool given;             /* its end was given by next_in or next_out */
	bool left;              /* it writes, and was counted as gone */
};

TAILQ_HEAD(port_ends, port_end);

/* One port of the description. */
struct port {
	const struct port_description *description;
	struct port_end *ends;
	struct port_ends ready;
	uint64_t bit;          /* of the readiness mask */
	uint32_t count, ended; /* members; those whose end was given */
};

/* What a plugin sees of an end. */
union port_head {
	struct tau_in *in;
	struct tau_out *out;
};

/* The ports of one direction. One without members still has an end, which has
 * ended. */
struct port_side {
	struct port *ports;
	struct port_end *ends;    /* of all ports, in their order */
	union port_head *heads;   /* of all ends, likewise */
	union port_head *firsts;  /* of each port's first end */
	struct tau_group *groups; /* each port's part of `heads` */
	uint32_t count, end_count;
	struct port_ends open; /* ends with an open window */
};

/* Readers of declared, connected out ports, and how many of them are gone. */
struct port_readers {
	uint32_t count, gone;
};

struct ports {
	struct port_side in, out;
	struct port_readers work;  /* whom the operator works for … */
	struct port_readers aside; /* … and who hears what it says beside it */
};

/* Makes the ends as the operator's description and member counts say, and
 * sets the pointers in instance->op. -ENOMEM leaves what ports_release frees.
 */
int ports_init(struct instance *instance, const uint32_t *in_members,
	const uint32_t *out_members);
void ports_release(struct instance *instance);

/* Connects one end to a stream, before the operator is prepared. */
void ports_connect(struct port_side *side, uint32_t port, uint32_t member,
	struct stream *stream);

/* Before a run: an end that was reported in an earlier one is told again, and
 * every member that is ready stands on its port's list. */
void ports_restart(struct instance *instance);

/* Of an end's listener: its stream has become ready. */
void port_told(struct stream_listener *listener);

/* Publishes what stands in all open out windows, or also closes them, as must
 * be before others run. 0, or -EFAULT: a record's body is nowhere. */
int ports_publish(struct instance *instance);
int ports_close(struct instance *instance);

/* Retires what was consumed in all open in windows; or closes them. */
void ports_retire(struct instance *instance);
void ports_unread(struct instance *instance);

/* Cuts each open in window to its head record: quiesce. */
void ports_cut(struct instance *instance);

/* Keep the lists of open windows: the end's was opened, was closed. */
void ports_opened(struct port_end *end);
void ports_closed(struct port_end *end);

/* Which bits of ports in `asked` are ready now; arms the others. */
uint64_t ports_ready(struct instance *instance, uint64_t asked);

/* The bits of `asked` ports that can never become ready any more, their end
 * having been reported. */
uint64_t ports_spent(struct instance *instance, uint64_t asked);

/* The next ready member of a variadic port. Flow, as tau_host says. */
int ports_next(struct port *port, struct port_end **member);

/* Ends all out streams and leaves all in streams. */
void ports_finish(struct instance *instance, enum stream_reason reason);

/* Whether an out port is connected. */
bool ports_are_read(const struct ports *ports);

/* Counts a reader as gone once; when it was the last for whom the operator
 * works, tells the operator. Readers of ports aside count where there is no
 * other one. */
void ports_reader_gone(struct port_end *end);

/* The same for those that were gone before the operator ran. */
void ports_tell_gone(struct instance *instance);

/* Whether somebody still reads one of these out ports of an operator that was
 * told so: what it has to say there still gets there. */
bool ports_heard(const struct instance *instance, uint64_t asked);

#endif
