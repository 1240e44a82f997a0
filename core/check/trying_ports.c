/* trying_ports: what a test sends and takes. See trying.h. */
#include "core/check/trying_parts.h"

#include <string.h>

#include "core/base/owner.h"

static struct stream *stream_of(struct try_port *port)
{
	return &port->trying->node->streams[port->port->stream];
}

static void keep(struct try_port *port, const struct tau_record *record)
{
	struct arena *arena = &port->trying->arena;
	struct trial_record kept = {.type = record->type,
		.body = record->body,
		.bytes = record->bytes};

	trial_show(&kept, arena);
	kept.body = NULL;
	port->records =
		arena_grow(arena, port->records, port->count, sizeof kept);
	port->records[port->count++] = kept;
}

static void show(struct stream_tap *tap, const struct tau_record *first,
	const struct tau_record *limit)
{
	struct try_port *port = (struct try_port *)tap;

	for (; first < limit; first++)
		keep(port, first);
}

/* Returns whether one was sent, or dropped because nobody reads any more. */
static bool send_one(struct try_port *port)
{
	struct stream *stream = stream_of(port);
	const struct trial_record *record = &port->records[port->next];
	struct tau_out *out = &port->out;
	uint32_t bytes = (uint32_t)record->bytes;
	int flow = stream_room(stream, out, bytes, false);

	if (flow == TAU_WAIT)
		return false;
	if (flow == TAU_OK) {
		if (bytes > 0)
			memcpy(out->body, record->body, bytes);
		tau_commit_at(NULL, out, bytes, record->type);
	}
	port->next++;
	if (flow < 0)
		port->refused = flow;
	return true;
}

static bool feed(struct try_port *port)
{
	struct stream *stream = stream_of(port);
	uint32_t before = port->next;

	while (port->next < port->count && send_one(port) &&
		!trying_is_slow(port->trying))
		;
	(void)stream_close(stream, &port->out);
	if (port->next < port->count || !port->ends || port->ended)
		return port->next > before;
	port->ended = true;
	stream_end(stream, &port->out, STREAM_DONE);
	return true;
}

/* Nobody asks for it; the first may be worth telling. */
static void pass_over(struct trying *trying, struct try_left *left,
	const struct tau_record *record)
{
	struct trial_record first = {.type = record->type,
		.body = record->body,
		.bytes = record->bytes};

	if (left->count++ > 0)
		return;
	trial_show(&first, &trying->arena);
	left->first = first.shown;
}

/* Takes all that is there, of a port, or of a stream that has none. */
static bool take(struct trying *trying, uint32_t at, struct tau_in *in,
	struct try_port *port)
{
	struct stream *stream = &trying->node->streams[at];
	bool moved = false;
	int flow;

	while ((flow = stream_read(stream, in)) == TAU_OK)
		for (; in->next < in->limit; in->next++) {
			if (port)
				keep(port, in->next);
			else
				pass_over(trying, &trying->left[at], in->next);
			moved = true;
		}
	stream_unread(stream, in);
	if (port && flow == TAU_END && !port->ended)
		port->ended = moved = true;
	return moved;
}

/* Of an out port that nobody else reads, or of one that is watched. */
static bool drain(struct try_port *port)
{
	struct stream *stream = stream_of(port);
	bool moved = false;

	if (!port->port->shared)
		return !port->stalled &&
		       take(port->trying, port->port->stream, &port->in, port);
	if (stream->reason != STREAM_OPEN && !port->ended)
		port->ended = moved = true;
	return moved;
}

static struct try_port *port_of(struct trying *trying, uint32_t stream)
{
	for (uint32_t i = 0; i < trying->trial->port_count; i++)
		if (trying->ports[i].port->named &&
			trying->ports[i].port->stream == stream)
			return &trying->ports[i];
	return NULL;
}

bool trying_move(struct trying *trying)
{
	const struct node_plan *plan = trying->node->plan;
	bool moved = false;

	for (uint32_t i = 0; i < plan->stream_count; i++) {
		struct try_port *port = port_of(trying, i);
		struct tau_in in = {0};

		if (port && !port->port->out)
			moved |= feed(port);
		else if (port)
			moved |= drain(port);
		else if (plan->streams[i].to.owner == NODE_PLAN_NONE)
			moved |= take(trying, i, &in, NULL);
	}
	return moved;
}

void trying_watch(struct trying *trying)
{
	for (uint32_t i = 0; i < trying->trial->port_count; i++) {
		struct try_port *port = &trying->ports[i];

		port->in = (struct tau_in){0};
		port->out = (struct tau_out){0};
		port->tap.show = show;
		if (port->port->shared)
			stream_tap(stream_of(port), &port->tap);
	}
}

void trying_unwatch(struct trying *trying)
{
	for (uint32_t i = 0; i < trying->trial->port_count; i++)
		if (trying->ports[i].port->shared)
			stream_untap(stream_of(&trying->ports[i]),
				&trying->ports[i].tap);
}
