/* port: which ports and members are ready. */
#include "core/host/port.h"

#include "core/base/check.h"
#include "core/host/instance.h"
#include "core/run/readiness.h"

static bool in_ready(struct in_port *port);
static bool out_ready(struct out_port *port);
static struct in_end *first_in(struct in_port *port);
static struct out_end *first_out(struct out_port *port);
static bool in_spent(const struct in_port *port);
static bool out_spent(const struct out_port *port);

uint64_t ports_ready(struct instance *instance, uint64_t asked)
{
	uint64_t ready = 0;
	uint64_t in = asked & READINESS_IN;
	uint64_t out = (asked & READINESS_OUT) >> 24;

	while (in) {
		unsigned i = readiness_take(&in);

		if (i < instance->op.in_count &&
			in_ready(&instance->ports.in[i]))
			ready |= TAU_IN(i);
	}
	while (out) {
		unsigned i = readiness_take(&out);

		if (i < instance->op.out_count &&
			out_ready(&instance->ports.out[i]))
			ready |= TAU_OUT(i);
	}
	return ready;
}

uint64_t ports_spent(struct instance *instance, uint64_t asked)
{
	uint64_t spent = 0;
	uint64_t in = asked & READINESS_IN;
	uint64_t out = (asked & READINESS_OUT) >> 24;

	while (in) {
		unsigned i = readiness_take(&in);

		if (i >= instance->op.in_count ||
			in_spent(&instance->ports.in[i]))
			spent |= TAU_IN(i);
	}
	while (out) {
		unsigned i = readiness_take(&out);

		if (i >= instance->op.out_count ||
			out_spent(&instance->ports.out[i]))
			spent |= TAU_OUT(i);
	}
	return spent;
}

int ports_next_in(
	struct instance *instance, uint32_t index, struct in_end **member)
{
	struct in_port *port = &instance->ports.in[index];
	struct in_end *end = first_in(port);

	if (!end)
		return port->ended == port->count ? TAU_END : TAU_WAIT;
	TAILQ_REMOVE(&port->ready, end, ready);
	*member = end;
	if (stream_ended(end->stream)) {
		end->is_ready = false;
		end->given = true;
		port->ended++;
		end->head.limit = end->head.next;
		end->head.state = TAU_END;
		return TAU_OK;
	}
	TAILQ_INSERT_TAIL(&port->ready, end, ready);
	return TAU_OK;
}

int ports_next_out(
	struct instance *instance, uint32_t index, struct out_end **member)
{
	struct out_port *port = &instance->ports.out[index];
	struct out_end *end = first_out(port);

	if (!end)
		return port->ended == port->count ? TAU_END : TAU_WAIT;
	TAILQ_REMOVE(&port->ready, end, ready);
	*member = end;
	if (end->stream->reader.gone || end->stream->writer.gone) {
		end->is_ready = false;
		end->given = true;
		port->ended++;
		stream_shut(&end->head, TAU_END);
		return TAU_OK;
	}
	TAILQ_INSERT_TAIL(&port->ready, end, ready);
	return TAU_OK;
}

static bool in_ready(struct in_port *port)
{
	if (port->variadic)
		return first_in(port) != NULL || port->ended == port->count;
	return !port->ends->stream || stream_readable(port->ends->stream);
}

static bool out_ready(struct out_port *port)
{
	if (port->variadic)
		return first_out(port) != NULL || port->ended == port->count;
	return port->ends->stream && stream_writable(port->ends->stream);
}

/* The first of the ready members that still is; the others leave the list. */
static struct in_end *first_in(struct in_port *port)
{
	struct in_end *end;

	while ((end = TAILQ_FIRST(&port->ready))) {
		if (!end->given && stream_readable(end->stream))
			return end;
		TAILQ_REMOVE(&port->ready, end, ready);
		end->is_ready = false;
	}
	return NULL;
}

static struct out_end *first_out(struct out_port *port)
{
	struct out_end *end;

	while ((end = TAILQ_FIRST(&port->ready))) {
		if (!end->given && stream_writable(end->stream))
			return end;
		TAILQ_REMOVE(&port->ready, end, ready);
		end->is_ready = false;
	}
	return NULL;
}

/* An end is reported once: by the head's state, or by next_in. */
static bool in_spent(const struct in_port *port)
{
	const struct stream *stream = port->ends->stream;

	if (port->variadic)
		return port->ended == port->count;
	if (!stream)
		return true;
	return port->ends->head.state == TAU_END && stream_ended(stream);
}

static bool out_spent(const struct out_port *port)
{
	const struct stream *stream = port->ends->stream;

	if (port->variadic)
		return port->ended == port->count;
	if (!stream)
		return true;
	return port->ends->head.state == TAU_END;
}
