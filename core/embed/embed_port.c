/* embed_port: what the application writes and reads. See <tau/embed.h>. */
#include "core/embed/embed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/record/descriptor.h"

static struct embed_port *find(struct tau_node *node, struct embed_ports *ports,
	uint32_t at, int *result);
static int check_type(
	struct tau_node *node, const struct embed_port *port, uint16_t type);
static int make_room(struct tau_node *node, struct embed_port *port,
	uint32_t bytes, bool by_reference);
static int say_flow(
	struct tau_node *node, const struct embed_port *port, int flow);

int tau_node_write(struct tau_node *node, uint32_t at, uint16_t type,
	const void *body, size_t bytes)
{
	int flow;
	struct embed_port *port = find(node, &node->writes, at, &flow);

	if (!port)
		return flow;
	flow = check_type(node, port, type);
	if (flow < 0)
		return flow;
	if (bytes > UINT32_MAX)
		return say_flow(node, port, -EMSGSIZE);
	flow = make_room(node, port, (uint32_t)bytes, false);
	if (flow != TAU_OK)
		return flow;
	if (bytes > 0)
		memcpy(port->out.body, body, bytes);
	tau_commit_at(NULL, &port->out, (uint32_t)bytes, type);
	port->records++;
	return TAU_OK;
}

int tau_node_write_fd(struct tau_node *node, uint32_t at, int fd)
{
	struct descriptor *cell;
	int flow;
	struct embed_port *port = find(node, &node->writes, at, &flow);

	if (!port)
		return flow;
	if (port->type != PORT_FD && port->type != PORT_ANY)
		flow = embed_fail(node, -EINVAL, "%s takes %s, not fds",
			port->name, description_port_type_name(port->type));
	if (flow == 0 && node->os.fcntl(&node->os, fd, F_GETFD, 0) < 0)
		flow = embed_fail(
			node, -EBADF, "%s: %d is no fd", port->name, fd);
	if (flow == 0)
		flow = make_room(node, port, DESCRIPTOR_RECORD_BYTES, true);
	if (flow != TAU_OK)
		return flow;
	cell = descriptor_create(&node->os, fd);
	if (!cell)
		return embed_fail(node, -ENOMEM, "out of memory for an fd");
	*port->out.next++ =
		(struct tau_record){cell, DESCRIPTOR_RECORD_BYTES, TAU_FD, 0};
	/* Of a window that stays open nobody may be left out of the count. */
	flow = stream_publish(embed_stream(node, port), &port->out);
	if (flow < 0)
		(void)descriptor_take(cell);
	descriptor_drop(cell);
	port->records += flow == 0;
	return flow == 0 ? TAU_OK : say_flow(node, port, flow);
}

int tau_node_end(struct tau_node *node, uint32_t at)
{
	int result;
	struct embed_port *port = find(node, &node->writes, at, &result);

	if (!port || port->over)
		return result;
	port->over = true;
	stream_end(embed_stream(node, port), &port->out, STREAM_DONE);
	embed_wake(node);
	return 0;
}

int tau_node_read(struct tau_node *node, uint32_t at, struct tau_record *record)
{
	int flow;
	struct embed_port *port = find(node, &node->reads, at, &flow);

	if (!port)
		return flow;
	if (port->over)
		return TAU_END;
	if (port->in.next == port->in.limit) {
		flow = stream_read(embed_stream(node, port), &port->in);
		if (!scheduler_idle(&node->node->fabric.scheduler))
			embed_wake(node);
	}
	if (flow == TAU_OK) {
		*record = *port->in.next;
		port->given = true;
	}
	return flow;
}

int tau_node_consume(struct tau_node *node, uint32_t at)
{
	int result;
	struct embed_port *port = find(node, &node->reads, at, &result);

	if (!port)
		return result;
	if (!port->given)
		return embed_fail(node, -EINVAL,
			"%s: no record was read, so none can be consumed",
			port->name);
	port->given = false;
	port->in.next++;
	port->records++;
	/* Its writer may wait for the room, which the next step gives it. */
	if (embed_stream(node, port)->writer.armed)
		embed_wake(node);
	return 0;
}

int tau_node_take_fd(struct tau_node *node, uint32_t at)
{
	struct descriptor *cell;
	int result;
	struct embed_port *port = find(node, &node->reads, at, &result);

	if (!port)
		return result;
	cell = port->given ? descriptor_of(port->in.next) : NULL;
	if (!cell)
		return embed_fail(
			node, -EINVAL, "%s: no fd was read there", port->name);
	result = descriptor_take(cell);
	return result >= 0 ? result
			   : embed_fail(node, result,
				     "%s: the fd cannot be taken: %s",
				     port->name, strerror(-result));
}

int tau_node_leave(struct tau_node *node, uint32_t at)
{
	int result;
	struct embed_port *port = find(node, &node->reads, at, &result);

	if (!port || port->over)
		return result;
	port->over = true;
	port->given = false;
	stream_leave(embed_stream(node, port), &port->in);
	embed_wake(node);
	return 0;
}

void embed_settle(struct tau_node *node)
{
	for (uint32_t i = 0; i < node->writes.count; i++) {
		struct embed_port *port = &node->writes.ports[i];

		(void)stream_close(embed_stream(node, port), &port->out);
	}
	for (uint32_t i = 0; i < node->reads.count; i++) {
		struct embed_port *port = &node->reads.ports[i];

		if (!port->over)
			stream_retire(embed_stream(node, port), &port->in);
	}
}

/* NULL where there is none, or nothing may be called; `result` says which. */
static struct embed_port *find(struct tau_node *node, struct embed_ports *ports,
	uint32_t at, int *result)
{
	*result = embed_enter(node);
	if (*result < 0)
		return NULL;
	if (at < ports->count)
		return &ports->ports[at];
	*result = embed_fail(node, -EINVAL,
		"`%s` names %u port%s, counted from 0; there is no %u",
		ports->reads ? "reads" : "writes", ports->count,
		ports->count == 1 ? "" : "s", at);
	return NULL;
}

static int check_type(
	struct tau_node *node, const struct embed_port *port, uint16_t type)
{
	static const char *const names[] = {
		[TAU_BYTES] = "bytes",
		[TAU_UTF8] = "utf8",
		[TAU_VALUE] = "a value",
	};
	bool good = port->type == PORT_ANY;

	if (type == TAU_CYCLE)
		return 0;
	if (type > TAU_VALUE)
		return embed_fail(node, -EINVAL,
			"%s: a record of type %u cannot be written; fds have a "
			"call of their own",
			port->name, type);
	good |= port->type == PORT_BYTES && type != TAU_VALUE;
	good |= port->type == PORT_UTF8 && type == TAU_UTF8;
	good |= port->type == PORT_VALUE && type == TAU_VALUE;
	return good ? 0
		    : embed_fail(node, -EINVAL, "%s takes %s, not %s",
			      port->name,
			      description_port_type_name(port->type),
			      names[type]);
}

/* Opens the window where it has no such room any more. What is written is seen
 * when others run. */
static int make_room(struct tau_node *node, struct embed_port *port,
	uint32_t bytes, bool by_reference)
{
	struct stream *stream = embed_stream(node, port);
	const struct tau_out *out = &port->out;
	int flow = TAU_OK;

	if (port->over)
		return embed_fail(node, -EPIPE,
			"%s has been ended; nothing can be written there",
			port->name);
	if (out->next == out->limit || stream->reader.gone || by_reference ||
		(size_t)(out->body_limit - out->body) < bytes)
		flow = stream_room(stream, &port->out, bytes, by_reference);
	port->refused = flow == TAU_WAIT;
	port->refused_bytes = bytes;
	if (flow == TAU_OK && stream->reader.armed)
		embed_wake(node);
	/* Publishing what stood in the window may have let somebody run. */
	if (!scheduler_idle(&node->node->fabric.scheduler))
		embed_wake(node);
	return flow < 0 ? say_flow(node, port, flow) : flow;
}

static int say_flow(
	struct tau_node *node, const struct embed_port *port, int flow)
{
	const struct stream *stream = embed_stream(node, port);

	switch (flow) {
	case -EMSGSIZE:
		return embed_fail(node, flow,
			"%s takes records of at most %u bytes; its stream can "
			"have a larger \"atomic\"",
			port->name, stream->atomic_bytes);
	case -ENOBUFS:
		return embed_fail(node, flow,
			"%s is full, and its stream says \"full\": \"fail\"",
			port->name);
	default:
		return embed_fail(node, flow, "%s cannot be written: %s",
			port->name, strerror(-flow));
	}
}
