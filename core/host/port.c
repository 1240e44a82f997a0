/* port: an operator's ends of streams. See the header. */
#include "core/host/port.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/check.h"
#include "core/host/instance.h"

static int init_side(struct instance *instance, struct port_side *side,
	bool writes, const uint32_t *members);
static uint32_t members_of(const struct port_description *port,
	const uint32_t *members, uint32_t i);
static void init_port(struct port_side *side, struct port *port,
	struct instance *owner, bool writes);
static void init_end(struct port_side *side, struct port *port,
	struct instance *owner, bool writes);
static void release_side(struct port_side *side);
static struct port_ends *open_ends(const struct port_end *end);
static void finish(struct port_end *end, enum stream_reason reason);
static struct port_readers *readers_of(struct port_end *end);
static bool somebody_left(const struct ports *ports);

int ports_init(struct instance *instance, const uint32_t *in_members,
	const uint32_t *out_members)
{
	struct ports *ports = &instance->ports;
	struct tau_op *op = &instance->op;
	int result;

	TAILQ_INIT(&ports->in.open);
	TAILQ_INIT(&ports->out.open);
	result = init_side(instance, &ports->in, false, in_members);
	if (result == 0)
		result = init_side(instance, &ports->out, true, out_members);
	if (result < 0)
		return result;
	op->in_count = ports->in.count;
	op->out_count = ports->out.count;
	op->in = &ports->in.firsts->in;
	op->out = &ports->out.firsts->out;
	op->in_group = ports->in.groups;
	op->out_group = ports->out.groups;
	return 0;
}

void ports_release(struct instance *instance)
{
	release_side(&instance->ports.in);
	release_side(&instance->ports.out);
}

void ports_connect(struct port_side *side, uint32_t port, uint32_t member,
	struct stream *stream)
{
	struct port_end *end = &side->ports[port].ends[member];

	CHECK(member < side->ports[port].count && !end->stream);
	end->stream = stream;
	if (!end->writes) {
		end->head.in.state = TAU_WAIT;
		stream->reader.listener = &end->listener;
		return;
	}
	end->head.out.state = TAU_WAIT;
	end->head.out.atomic = stream->atomic_bytes;
	stream->writer.listener = &end->listener;
	if (stream->policy == STREAM_NOWHERE || end->port->description->derived)
		return;
	readers_of(end)->count++;
	end->left = stream->reader.gone;
	readers_of(end)->gone += stream->reader.gone;
}

int ports_publish(struct instance *instance)
{
	struct port_end *end;
	int result = 0;

	TAILQ_FOREACH(end, &instance->ports.out.open, open)
	if (result == 0)
		result = stream_publish(end->stream, &end->head.out);
	return result;
}

int ports_close(struct instance *instance)
{
	struct port_end *end;
	int result = 0;

	while ((end = TAILQ_FIRST(&instance->ports.out.open))) {
		int one = stream_close(end->stream, &end->head.out);

		ports_closed(end);
		if (result == 0)
			result = one;
	}
	return result;
}

void ports_retire(struct instance *instance)
{
	struct port_end *end, *next;

	for (end = TAILQ_FIRST(&instance->ports.in.open); end; end = next) {
		next = TAILQ_NEXT(end, open);
		if (!stream_in_view(end->stream, &end->head.in))
			fabric_abort(instance->fabric, instance,
				"consumed records that it had not been given");
		stream_retire(end->stream, &end->head.in);
		if (!end->stream->view)
			ports_closed(end);
	}
}

void ports_unread(struct instance *instance)
{
	struct port_end *end;

	while ((end = TAILQ_FIRST(&instance->ports.in.open))) {
		ports_closed(end);
		stream_unread(end->stream, &end->head.in);
	}
}

void ports_cut(struct instance *instance)
{
	struct port_end *end;

	TAILQ_FOREACH(end, &instance->ports.in.open, open)
	if (end->head.in.next < end->head.in.limit)
		end->head.in.limit = end->head.in.next + 1;
}

void ports_opened(struct port_end *end)
{
	if (!end->is_open)
		TAILQ_INSERT_TAIL(open_ends(end), end, open);
	end->is_open = true;
}

void ports_closed(struct port_end *end)
{
	if (end->is_open)
		TAILQ_REMOVE(open_ends(end), end, open);
	end->is_open = false;
}

void ports_finish(struct instance *instance, enum stream_reason reason)
{
	struct ports *ports = &instance->ports;

	(void)ports_close(instance);
	for (uint32_t i = 0; i < ports->out.end_count; i++)
		finish(&ports->out.ends[i], reason);
	for (uint32_t i = 0; i < ports->in.end_count; i++)
		finish(&ports->in.ends[i], reason);
}

void ports_reader_gone(struct port_end *end)
{
	if (end->left || end->port->description->derived)
		return;
	end->left = true;
	readers_of(end)->gone++;
	ports_tell_gone(end->owner);
}

void ports_tell_gone(struct instance *instance)
{
	if (instance->gone || instance->description->effects ||
		somebody_left(&instance->ports))
		return;
	instance->gone = true;
	task_tell(&instance->task, TAU_GONE);
}

bool ports_are_read(const struct ports *ports)
{
	return ports->work.count + ports->aside.count > 0;
}

bool ports_heard(const struct instance *instance, uint64_t asked)
{
	const struct port_side *out = &instance->ports.out;

	for (uint32_t i = 0; i < out->end_count; i++) {
		const struct port_end *end = &out->ends[i];

		if ((asked & end->port->bit) && end->stream &&
			end->port->description->aside && !end->left &&
			end->stream->policy != STREAM_NOWHERE)
			return true;
	}
	return false;
}

static struct port_readers *readers_of(struct port_end *end)
{
	struct ports *ports = &end->owner->ports;

	return end->port->description->aside ? &ports->aside : &ports->work;
}

static bool somebody_left(const struct ports *ports)
{
	const struct port_readers *readers =
		ports->work.count ? &ports->work : &ports->aside;

	return readers->count == 0 || readers->gone < readers->count;
}

static int init_side(struct instance *instance, struct port_side *side,
	bool writes, const uint32_t *members)
{
	const struct operator_description *type = instance->description;
	const struct port_description *described =
		writes ? type->out : type->in;
	uint32_t count = writes ? type->out_count : type->in_count;
	size_t ends = 1;

	for (uint32_t i = 0; i < count; i++)
		ends += members_of(&described[i], members, i) + 1u;
	side->ports = calloc(count + 1u, sizeof *side->ports);
	side->ends = calloc(ends, sizeof *side->ends);
	side->heads = calloc(ends, sizeof *side->heads);
	side->firsts = calloc(count + 1u, sizeof *side->firsts);
	side->groups = calloc(count + 1u, sizeof *side->groups);
	if (!side->ports || !side->ends || !side->heads || !side->firsts ||
		!side->groups)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		struct port *port = &side->ports[i];

		port->description = &described[i];
		port->bit = writes ? TAU_OUT(i) : TAU_IN(i);
		port->count = members_of(&described[i], members, i);
		init_port(side, port, instance, writes);
	}
	return 0;
}

static uint32_t members_of(const struct port_description *port,
	const uint32_t *members, uint32_t i)
{
	if (!port->variadic)
		return 1;
	return members ? members[i] : 0;
}

/* Also sees to the first end of a port without members. */
static void init_port(struct port_side *side, struct port *port,
	struct instance *owner, bool writes)
{
	uint32_t first = side->end_count;
	struct tau_group *group = &side->groups[side->count];

	TAILQ_INIT(&port->ready);
	port->ends = &side->ends[first];
	do
		init_end(side, port, owner, writes);
	while (side->end_count < first + port->count);
	side->firsts[side->count++] = side->heads[first];
	if (writes)
		group->out = &side->heads[first].out;
	else
		group->in = &side->heads[first].in;
	group->count = port->description->variadic ? port->count : 0;
}

static void init_end(struct port_side *side, struct port *port,
	struct instance *owner, bool writes)
{
	struct port_end *end = &side->ends[side->end_count];
	union port_head *head = &side->heads[side->end_count++];
	uint32_t member = (uint32_t)(end - port->ends);

	end->owner = owner;
	end->port = port;
	end->writes = writes;
	end->listener.iota = port_told;
	if (writes) {
		head->out = &end->head.out;
		head->out->state = TAU_END;
		head->out->index = side->count;
		head->out->member = member;
	} else {
		head->in = &end->head.in;
		head->in->state = TAU_END;
		head->in->index = side->count;
		head->in->member = member;
	}
}

static void release_side(struct port_side *side)
{
	for (uint32_t i = 0; i < side->end_count; i++) {
		struct stream *stream = side->ends[i].stream;

		if (stream && side->ends[i].writes)
			stream->writer.listener = NULL;
		else if (stream)
			stream->reader.listener = NULL;
	}
	free(side->ports);
	free(side->ends);
	free(side->heads);
	free(side->firsts);
	free(side->groups);
}

static struct port_ends *open_ends(const struct port_end *end)
{
	struct ports *ports = &end->owner->ports;

	return end->writes ? &ports->out.open : &ports->in.open;
}

static void finish(struct port_end *end, enum stream_reason reason)
{
	ports_closed(end);
	if (end->stream && end->writes)
		stream_end(end->stream, &end->head.out, reason);
	else if (end->stream)
		stream_leave(end->stream, &end->head.in);
}
