/*
 * port: an operator's ends of streams, by port and by member of a port.
 *
 *	op->in[port]            -> member 0 of the port, or an ended window
 *	op->in_group[port].in[] -> all members of a variadic port
 *
 * Each end listens to its stream: an edge puts a member on its port's list of
 * ready members and tells the task the port's bit. Lists are pruned when they
 * are looked at, so idle members cost nothing.
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
struct in_end {
	struct tau_in head;
	struct stream_listener listener;
	struct instance *owner;
	struct stream *stream; /* NULL: unconnected, it has ended */
	TAILQ_ENTRY(in_end) ready, open;
	bool is_ready, is_open; /* on these lists */
	bool given;             /* its end was given by next_in */
};

struct out_end {
	struct tau_out head;
	struct stream_listener listener;
	struct instance *owner;
	struct stream *stream; /* NULL: nothing can be written */
	TAILQ_ENTRY(out_end) ready, open;
	bool is_ready, is_open;
	bool given;
	bool left; /* counted as gone */
};

TAILQ_HEAD(in_list, in_end);
TAILQ_HEAD(out_list, out_end);

/* One port of the description. */
struct in_port {
	struct in_end *ends;
	struct in_list ready;
	uint32_t count, ended; /* members; those whose end was given */
	bool variadic;
};

struct out_port {
	struct out_end *ends;
	struct out_list ready;
	uint32_t count, ended;
	bool variadic;
};

struct ports {
	struct in_port *in;     /* op.in_count of them */
	struct out_port *out;   /* op.out_count of them */
	struct in_list open_in; /* ends with an open window */
	struct out_list open_out;
	uint32_t readers, readers_gone; /* of declared, connected out ports */
	struct tau_in **in_heads;
	struct tau_out **out_heads;
	struct tau_group *in_groups, *out_groups;
};

/* Makes the ends as the operator's description and member counts say, and
 * sets the pointers in instance->op. -ENOMEM leaves what ports_release frees.
 */
int ports_init(struct instance *instance, const uint32_t *in_members,
	const uint32_t *out_members);
void ports_release(struct instance *instance);

/* Connects one end to a stream, before the operator is prepared. */
void ports_connect_in(struct instance *instance, uint32_t port, uint32_t member,
	struct stream *stream);
void ports_connect_out(struct instance *instance, uint32_t port,
	uint32_t member, struct stream *stream);

/* Before a run: an end that was reported in an earlier one is told again, and
 * every member that is ready stands on its port's list. */
void ports_restart(struct instance *instance);

/* Takes the ends off their streams without ending or leaving them: another
 * instance goes on with them. Windows must be closed. */
void ports_disconnect(struct instance *instance);

/* Publishes what stands in all open out windows, or also closes them, as must
 * be before others run. 0, or -EFAULT: a record's body is nowhere. */
int ports_publish(struct instance *instance);
int ports_close(struct instance *instance);

/* Retires what was consumed in all open in windows. */
void ports_retire(struct instance *instance);

/* Cuts each open in window to its head record: quiesce. */
void ports_cut(struct instance *instance);

/* Keeps the lists of open windows. */
void ports_opened_in(struct in_end *end);
void ports_opened_out(struct out_end *end);

/* Which bits of ports in `asked` are ready now; arms the others. */
uint64_t ports_ready(struct instance *instance, uint64_t asked);

/* The bits of `asked` ports that can never become ready any more, their end
 * having been reported. */
uint64_t ports_spent(struct instance *instance, uint64_t asked);

/* The next ready member of a variadic port. Flow, as tau_host says. */
int ports_next_in(
	struct instance *instance, uint32_t port, struct in_end **member);
int ports_next_out(
	struct instance *instance, uint32_t port, struct out_end **member);

/* Ends all out streams and leaves all in streams. */
void ports_finish(struct instance *instance, enum stream_reason reason);

/* Counts a reader as gone once; when it was the last, tells the operator. */
void ports_reader_gone(struct out_end *end);

#endif
