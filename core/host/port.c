/* port: an operator's ends of streams. See the header. */
#include "core/host/port.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/check.h"
#include "core/host/instance.h"
#include "core/run/readiness.h"

static int init_in(struct instance *instance, uint32_t port, uint32_t members);
static int init_out(struct instance *instance, uint32_t port, uint32_t members);
static uint32_t members_of(const struct port_description *port,
	const uint32_t *members, uint32_t i);
static void restart_in(struct in_port *port, struct in_end *end);
static void restart_out(struct out_port *port, struct out_end *end);
static void disconnect_in(struct in_end *end);
static void disconnect_out(struct out_end *end);
static void in_iota(struct stream_listener *listener);
static void out_iota(struct stream_listener *listener);

int ports_init(struct instance *instance, const uint32_t *in_members,
	const uint32_t *out_members)
{
	const struct operator_description *type = instance->description;
	struct ports *ports = &instance->ports;
	struct tau_op *op = &instance->op;
	int result = 0;

	TAILQ_INIT(&ports->open_in);
	TAILQ_INIT(&ports->open_out);
	op->in_count = type->in_count;
	op->out_count = type->out_count;
	ports->in = calloc(type->in_count + 1u, sizeof *ports->in);
	ports->out = calloc(type->out_count + 1u, sizeof *ports->out);
	ports->in_heads = calloc(type->in_count + 1u, sizeof(void *));
	ports->out_heads = calloc(type->out_count + 1u, sizeof(void *));
	ports->in_groups =
		calloc(type->in_count + 1u, sizeof *ports->in_groups);
	ports->out_groups =
		calloc(type->out_count + 1u, sizeof *ports->out_groups);
	if (!ports->in || !ports->out || !ports->in_heads ||
		!ports->out_heads || !ports->in_groups || !ports->out_groups)
		return -ENOMEM;
	op->in = ports->in_heads;
	op->out = ports->out_heads;
	op->in_group = ports->in_groups;
	op->out_group = ports->out_groups;
	for (uint32_t i = 0; i < type->in_count && result == 0; i++)
		result = init_in(
			instance, i, members_of(&type->in[i], in_members, i));
	for (uint32_t i = 0; i < type->out_count && result == 0; i++)
		result = init_out(
			instance, i, members_of(&type->out[i], out_members, i));
	return result;
}

void ports_release(struct instance *instance)
{
	struct ports *ports = &instance->ports;

	for (uint32_t i = 0; ports->in && i < instance->op.in_count; i++) {
		for (uint32_t m = 0; m < ports->in[i].count; m++)
			disconnect_in(&ports->in[i].ends[m]);
		free(ports->in[i].ends);
		free((void *)(uintptr_t)ports->in_groups[i].in);
	}
	for (uint32_t i = 0; ports->out && i < instance->op.out_count; i++) {
		for (uint32_t m = 0; m < ports->out[i].count; m++)
			disconnect_out(&ports->out[i].ends[m]);
		free(ports->out[i].ends);
		free((void *)(uintptr_t)ports->out_groups[i].out);
	}
	free(ports->in);
	free(ports->out);
	free(ports->in_heads);
	free(ports->out_heads);
	free(ports->in_groups);
	free(ports->out_groups);
}

void ports_connect_in(struct instance *instance, uint32_t port, uint32_t member,
	struct stream *stream)
{
	struct in_end *end = &instance->ports.in[port].ends[member];

	CHECK(member < instance->ports.in[port].count && !end->stream);
	end->stream = stream;
	end->head.state = TAU_WAIT;
	stream->reader.listener = &end->listener;
}

void ports_connect_out(struct instance *instance, uint32_t port,
	uint32_t member, struct stream *stream)
{
	struct out_port *at = &instance->ports.out[port];
	struct out_end *end = &at->ends[member];

	CHECK(member < at->count && !end->stream);
	end->stream = stream;
	end->head.state = TAU_WAIT;
	end->head.atomic = stream->atomic_bytes;
	stream->writer.listener = &end->listener;
	if (stream->policy == STREAM_NOWHERE ||
		instance->description->out[port].derived)
		return;
	instance->ports.readers++;
	if (stream->reader.gone)
		ports_reader_gone(end);
}

void ports_restart(struct instance *instance)
{
	struct ports *ports = &instance->ports;

	for (uint32_t i = 0; i < instance->op.in_count; i++) {
		ports->in[i].ended = 0;
		for (uint32_t m = 0; m < ports->in[i].count; m++)
			restart_in(&ports->in[i], &ports->in[i].ends[m]);
	}
	for (uint32_t i = 0; i < instance->op.out_count; i++) {
		ports->out[i].ended = 0;
		for (uint32_t m = 0; m < ports->out[i].count; m++)
			restart_out(&ports->out[i], &ports->out[i].ends[m]);
	}
}

void ports_disconnect(struct instance *instance)
{
	struct ports *ports = &instance->ports;

	CHECK(TAILQ_EMPTY(&ports->open_in) && TAILQ_EMPTY(&ports->open_out));
	for (uint32_t i = 0; i < instance->op.in_count; i++)
		for (uint32_t m = 0; m < ports->in[i].count; m++)
			disconnect_in(&ports->in[i].ends[m]);
	for (uint32_t i = 0; i < instance->op.out_count; i++)
		for (uint32_t m = 0; m < ports->out[i].count; m++)
			disconnect_out(&ports->out[i].ends[m]);
}

int ports_publish(struct instance *instance)
{
	struct out_end *end;
	int result = 0;

	TAILQ_FOREACH(end, &instance->ports.open_out, open)
	if (result == 0)
		result = stream_publish(end->stream, &end->head);
	return result;
}

int ports_close(struct instance *instance)
{
	struct out_end *end;
	int result = 0;

	while ((end = TAILQ_FIRST(&instance->ports.open_out))) {
		int one = stream_close(end->stream, &end->head);

		TAILQ_REMOVE(&instance->ports.open_out, end, open);
		end->is_open = false;
		if (result == 0)
			result = one;
	}
	return result;
}

void ports_retire(struct instance *instance)
{
	struct in_end *end, *next;

	for (end = TAILQ_FIRST(&instance->ports.open_in); end; end = next) {
		next = TAILQ_NEXT(end, open);
		if (!stream_in_view(end->stream, &end->head))
			fabric_abort(instance->fabric, instance,
				"consumed records that it had not been given");
		stream_retire(end->stream, &end->head);
		if (end->stream->view)
			continue;
		TAILQ_REMOVE(&instance->ports.open_in, end, open);
		end->is_open = false;
	}
}

void ports_cut(struct instance *instance)
{
	struct in_end *end;

	TAILQ_FOREACH(end, &instance->ports.open_in, open)
	if (end->head.next < end->head.limit)
		end->head.limit = end->head.next + 1;
}

void ports_opened_in(struct in_end *end)
{
	if (!end->is_open)
		TAILQ_INSERT_TAIL(&end->owner->ports.open_in, end, open);
	end->is_open = true;
}

void ports_opened_out(struct out_end *end)
{
	if (!end->is_open)
		TAILQ_INSERT_TAIL(&end->owner->ports.open_out, end, open);
	end->is_open = true;
}

void ports_finish(struct instance *instance, enum stream_reason reason)
{
	struct ports *ports = &instance->ports;

	(void)ports_close(instance);
	for (uint32_t i = 0; i < instance->op.out_count; i++)
		for (uint32_t m = 0; m < ports->out[i].count; m++) {
			struct out_end *end = &ports->out[i].ends[m];

			if (end->stream)
				stream_end(end->stream, &end->head, reason);
		}
	for (uint32_t i = 0; i < instance->op.in_count; i++)
		for (uint32_t m = 0; m < ports->in[i].count; m++) {
			struct in_end *end = &ports->in[i].ends[m];

			if (end->stream)
				stream_leave(end->stream, &end->head);
		}
	TAILQ_INIT(&ports->open_in);
}

void ports_reader_gone(struct out_end *end)
{
	struct instance *owner = end->owner;
	const struct operator_description *type = owner->description;

	if (end->left || type->out[end->head.index].derived)
		return;
	end->left = true;
	if (++owner->ports.readers_gone < owner->ports.readers)
		return;
	if (type->effects)
		return;
	owner->gone = true;
	task_tell(&owner->task, TAU_GONE);
}

static int init_in(struct instance *instance, uint32_t port, uint32_t members)
{
	struct in_port *at = &instance->ports.in[port];
	uint32_t made = members ? members : 1;
	struct tau_in **group = calloc(made, sizeof *group);

	instance->ports.in_groups[port].in = group;
	at->ends = calloc(made, sizeof *at->ends);
	if (!group || !at->ends)
		return -ENOMEM;
	TAILQ_INIT(&at->ready);
	at->count = members;
	at->variadic = instance->description->in[port].variadic;
	instance->ports.in_groups[port].count = at->variadic ? members : 0;
	for (uint32_t m = 0; m < made; m++) {
		struct in_end *end = &at->ends[m];

		end->owner = instance;
		end->listener.iota = in_iota;
		end->head.state = TAU_END;
		end->head.index = port;
		end->head.member = m;
		group[m] = &end->head;
	}
	instance->ports.in_heads[port] = group[0];
	return 0;
}

static int init_out(struct instance *instance, uint32_t port, uint32_t members)
{
	struct out_port *at = &instance->ports.out[port];
	uint32_t made = members ? members : 1;
	struct tau_out **group = calloc(made, sizeof *group);

	instance->ports.out_groups[port].out = group;
	at->ends = calloc(made, sizeof *at->ends);
	if (!group || !at->ends)
		return -ENOMEM;
	TAILQ_INIT(&at->ready);
	at->count = members;
	at->variadic = instance->description->out[port].variadic;
	instance->ports.out_groups[port].count = at->variadic ? members : 0;
	for (uint32_t m = 0; m < made; m++) {
		struct out_end *end = &at->ends[m];

		end->owner = instance;
		end->listener.iota = out_iota;
		end->head.state = TAU_END;
		end->head.index = port;
		end->head.member = m;
		group[m] = &end->head;
	}
	instance->ports.out_heads[port] = group[0];
	return 0;
}

static uint32_t members_of(const struct port_description *port,
	const uint32_t *members, uint32_t i)
{
	if (!port->variadic)
		return 1;
	return members ? members[i] : 0;
}

static void in_iota(struct stream_listener *listener)
{
	struct in_end *end =
		(struct in_end *)((char *)listener -
				  offsetof(struct in_end, listener));
	struct in_port *port = &end->owner->ports.in[end->head.index];

	if (port->variadic && !end->is_ready) {
		end->is_ready = true;
		TAILQ_INSERT_TAIL(&port->ready, end, ready);
	}
	task_tell(&end->owner->task, TAU_IN(end->head.index));
}

static void out_iota(struct stream_listener *listener)
{
	struct out_end *end =
		(struct out_end *)((char *)listener -
				   offsetof(struct out_end, listener));
	struct out_port *port = &end->owner->ports.out[end->head.index];

	if (port->variadic && !end->is_ready) {
		end->is_ready = true;
		TAILQ_INSERT_TAIL(&port->ready, end, ready);
	}
	task_tell(&end->owner->task, TAU_OUT(end->head.index));
	if (end->stream->reader.gone)
		ports_reader_gone(end);
}

static void restart_in(struct in_port *port, struct in_end *end)
{
	if (!end->stream)
		return;
	end->head.state = TAU_WAIT;
	end->given = false;
	if (port->variadic && !end->is_ready && stream_readable(end->stream)) {
		end->is_ready = true;
		TAILQ_INSERT_TAIL(&port->ready, end, ready);
	}
}

static void restart_out(struct out_port *port, struct out_end *end)
{
	if (!end->stream)
		return;
	end->head.state = TAU_WAIT;
	end->given = false;
	if (port->variadic && !end->is_ready && stream_writable(end->stream)) {
		end->is_ready = true;
		TAILQ_INSERT_TAIL(&port->ready, end, ready);
	}
}

static void disconnect_in(struct in_end *end)
{
	if (end->stream)
		end->stream->reader.listener = NULL;
	end->stream = NULL;
}

static void disconnect_out(struct out_end *end)
{
	if (end->stream)
		end->stream->writer.listener = NULL;
	end->stream = NULL;
}
