/* node_relays: back streams past operators. See the header. */
#include "core/host/node_relays.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int add(struct node *node, struct instance *instance, uint32_t in_back,
	uint32_t out_back, struct error *error);
static const struct port_description *through(
	const struct port_description *ports, uint32_t count);
static void closed(void *context, const struct error *error);
static void fail(struct node *node, struct instance *instance,
	const struct error *error);

int node_relays_init(struct node *node, struct error *error)
{
	int result = 0;

	node->relays =
		calloc(node->plan->operator_count + 1u, sizeof *node->relays);
	if (!node->relays)
		return error_set(error, -ENOMEM, "out of memory for a node");
	for (uint32_t i = 0; i < node->plan->operator_count && result == 0;
		i++) {
		struct instance *instance = node->operators[i];
		const struct operator_description *type = instance->description;
		const struct port_description *in =
			through(type->in, type->in_declared);
		const struct port_description *out =
			through(type->out, type->out_declared);

		if (in && out)
			result = add(node, instance, out->partner, in->partner,
				error);
	}
	return result;
}

void node_relays_release(struct node *node)
{
	for (uint32_t i = 0; i < node->relay_count; i++)
		relay_destroy(&node->relays[i].relay);
	free(node->relays);
	node->relays = NULL;
	node->relay_count = 0;
}

static const struct port_description *through(
	const struct port_description *ports, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (ports[i].back == PORT_BACK_THROUGH)
			return &ports[i];
	return NULL;
}

/* Takes both ends from the operator, to which they look unconnected. Where
 * nobody behind talks back, its own end ends the stream before it. */
static int add(struct node *node, struct instance *instance, uint32_t in_back,
	uint32_t out_back, struct error *error)
{
	struct port_end *in = instance->ports.in.ports[in_back].ends;
	struct port_end *out = instance->ports.out.ports[out_back].ends;
	struct node_relay *mine = &node->relays[node->relay_count];
	const struct relay_settings settings = {
		.scheduler = &node->fabric.scheduler,
		.from = in->stream,
		.to = out->stream,
		.closed = closed,
		.context = mine,
	};
	int result;

	if (!in->stream)
		return 0;
	in->stream = NULL;
	out->stream = NULL;
	in->head.in.state = out->head.out.state = TAU_END;
	mine->node = node;
	mine->instance = instance;
	result = relay_create(&mine->relay, &settings, error);
	if (result < 0)
		return result;
	node->relay_count++;
	node->relays_open++;
	return 0;
}

static void closed(void *context, const struct error *error)
{
	struct node_relay *mine = context;

	mine->node->relays_open--;
	if (error)
		fail(mine->node, mine->instance, error);
}

/* One that still runs is told to stop, and has failed whatever it returns. */
static void fail(
	struct node *node, struct instance *instance, const struct error *error)
{
	if (instance->state == INSTANCE_FAILED)
		return;
	instance_fail(instance, error->code, error->text, strlen(error->text));
	instance->broken = true;
	if (instance->state == INSTANCE_RUNNING) {
		instance_close(instance);
		return;
	}
	instance->state = INSTANCE_FAILED;
	node->failed++;
	if (node->listener)
		node->listener->failed(node->listener, instance);
}
