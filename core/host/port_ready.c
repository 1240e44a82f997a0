/* port: which ports and members are ready. */
#include "core/base/owner.h"
#include "core/host/port.h"

#include <stddef.h>

#include "core/host/instance.h"
#include "core/run/readiness.h"

static void restart(struct port_side *side);
static void put_ready(struct port_end *end);
static struct port_end *first_ready(struct port *port);
static uint64_t ready_of(struct port_side *side, uint64_t asked);
static uint64_t spent_of(const struct port_side *side, uint64_t asked);
static bool is_ready(struct port *port);
static bool is_spent(const struct port *port);
static bool can_move(const struct port_end *end);
static bool has_ended(const struct port_end *end);
static void give_end(struct port_end *end);

void ports_restart(struct instance *instance)
{
	restart(&instance->ports.in);
	restart(&instance->ports.out);
	ports_tell_gone(instance);
}

void port_told(struct stream_listener *listener)
{
	struct port_end *end = OWNER_OF(listener, struct port_end, listener);

	put_ready(end);
	task_tell(&end->owner->task, end->port->bit);
	if (end->writes && end->stream->reader.gone)
		ports_reader_gone(end);
}

uint64_t ports_ready(struct instance *instance, uint64_t asked)
{
	struct ports *ports = &instance->ports;

	return ready_of(&ports->in, asked & READINESS_IN) |
	       ready_of(&ports->out, asked & READINESS_OUT);
}

uint64_t ports_spent(struct instance *instance, uint64_t asked)
{
	const struct ports *ports = &instance->ports;

	return spent_of(&ports->in, asked & READINESS_IN) |
	       spent_of(&ports->out, asked & READINESS_OUT);
}

int ports_next(struct port *port, struct port_end **member)
{
	struct port_end *end = first_ready(port);

	if (!end)
		return port->ended == port->count ? TAU_END : TAU_WAIT;
	TAILQ_REMOVE(&port->ready, end, ready);
	*member = end;
	if (has_ended(end))
		give_end(end);
	else
		TAILQ_INSERT_TAIL(&port->ready, end, ready);
	return TAU_OK;
}

static void restart(struct port_side *side)
{
	for (uint32_t i = 0; i < side->count; i++)
		side->ports[i].ended = 0;
	for (uint32_t i = 0; i < side->end_count; i++) {
		struct port_end *end = &side->ends[i];

		if (!end->stream)
			continue;
		end->given = false;
		if (end->writes)
			end->head.out.state = TAU_WAIT;
		else
			end->head.in.state = TAU_WAIT;
		if (can_move(end))
			put_ready(end);
	}
}

static void put_ready(struct port_end *end)
{
	if (!end->port->description->variadic || end->is_ready)
		return;
	end->is_ready = true;
	TAILQ_INSERT_TAIL(&end->port->ready, end, ready);
}

/* The first of the ready members that still is; the others leave the list. */
static struct port_end *first_ready(struct port *port)
{
	struct port_end *end;

	while ((end = TAILQ_FIRST(&port->ready))) {
		if (!end->given && can_move(end))
			return end;
		TAILQ_REMOVE(&port->ready, end, ready);
		end->is_ready = false;
	}
	return NULL;
}

/* Only ports of this side are asked for. */
static uint64_t ready_of(struct port_side *side, uint64_t asked)
{
	uint64_t ready = 0;

	for (uint32_t i = 0; asked && i < side->count; i++) {
		uint64_t bit = side->ports[i].bit;

		if (asked & bit && is_ready(&side->ports[i]))
			ready |= bit;
		asked &= ~bit;
	}
	return ready;
}

/* So are those that there are none of. */
static uint64_t spent_of(const struct port_side *side, uint64_t asked)
{
	for (uint32_t i = 0; i < side->count; i++)
		if (asked & side->ports[i].bit && !is_spent(&side->ports[i]))
			asked &= ~side->ports[i].bit;
	return asked;
}

/* What is unconnected has ended, which a reader is told, and a writer knows. */
static bool is_ready(struct port *port)
{
	if (port->description->variadic)
		return first_ready(port) != NULL || port->ended == port->count;
	return port->ends->stream ? can_move(port->ends) : !port->ends->writes;
}

/* An end is reported once: by the head's state, or by next_in and next_out. */
static bool is_spent(const struct port *port)
{
	const struct port_end *end = port->ends;

	if (port->description->variadic)
		return port->ended == port->count;
	if (!end->stream)
		return true;
	if (end->writes)
		return end->head.out.state == TAU_END;
	return end->head.in.state == TAU_END && stream_ended(end->stream);
}

static bool can_move(const struct port_end *end)
{
	return end->writes ? stream_writable(end->stream)
			   : stream_readable(end->stream);
}

static bool has_ended(const struct port_end *end)
{
	const struct stream *stream = end->stream;

	return end->writes ? stream->reader.gone || stream->writer.gone
			   : stream_ended(stream);
}

static void give_end(struct port_end *end)
{
	end->is_ready = false;
	end->given = true;
	end->port->ended++;
	if (end->writes) {
		stream_shut(&end->head.out, TAU_END);
		return;
	}
	end->head.in.limit = end->head.in.next;
	end->head.in.state = TAU_END;
}
