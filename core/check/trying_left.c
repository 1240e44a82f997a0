/*
 * trying_left: what an operator has refused and the test has not read. There
 * are three ways for it out of a port "bad": one that the test names, one that
 * the topology gives a reader, which is not run, and one that goes nowhere.
 */
#include "core/check/trying_parts.h"

#include <inttypes.h>
#include <string.h>

#include <tau/value.h>

static const char bad[] = "bad";

static void tell(struct trying *trying, const char *name, uint64_t count,
	const char *first)
{
	if (count == 0)
		return;
	text_format(trying->why,
		"\n%" PRIu64 " record%s left %s, and no step has read %s%s%s",
		count, count == 1 ? "" : "s", name, count == 1 ? "it" : "them",
		!first       ? ""
		: count == 1 ? ": "
			     : "; the first: ",
		first ? first : "");
}

static bool is_bad(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && strcmp(dot + 1, bad) == 0;
}

/* A body that is no value is told of by its number alone. */
static const char *sample_of(struct trying *trying, const struct stream *stream)
{
	struct trial_record record = {.type = TAU_VALUE,
		.body = stream->sample,
		.bytes = stream->sample_bytes};
	struct tau_value value;

	if (!stream->sample ||
		tau_value_open(stream->sample, stream->sample_bytes, &value))
		return NULL;
	trial_show(&record, &trying->arena);
	return record.shown;
}

static void tell_stream(struct trying *trying, uint32_t at)
{
	const struct node_plan_end *from =
		&trying->node->plan->streams[at].from;
	const struct instance *instance;
	const char *port;

	if (from->owner == NODE_PLAN_NONE)
		return;
	instance = trying->node->operators[from->owner];
	port = instance->description->out[from->port].name;
	if (strcmp(port, bad) == 0)
		tell(trying,
			arena_format(
				&trying->arena, "%s.%s", instance->name, port),
			trying->left[at].count, trying->left[at].first);
}

void trying_tell_left(struct trying *trying, const struct trial_step *step)
{
	const struct node *node = trying->node;

	for (uint32_t i = 0; i < trying->trial->port_count; i++) {
		const struct try_port *port = &trying->ports[i];

		if (port->port->named && port->port->out && i != step->port &&
			port->next < port->count && is_bad(port->port->name))
			tell(trying, port->port->name, port->count - port->next,
				port->records[port->next].shown);
	}
	for (uint32_t i = 0; i < node->plan->stream_count; i++)
		tell_stream(trying, i);
	for (uint32_t i = 0; i < node->nowhere_count; i++)
		if (is_bad(node->nowhere[i].name))
			tell(trying, node->nowhere[i].name,
				node->nowhere[i].stream.dropped,
				sample_of(trying, &node->nowhere[i].stream));
}
