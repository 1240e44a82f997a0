/* handover: a node as bytes. See the header. */
#include "core/host/handover_private.h"

#include <errno.h>
#include <string.h>

#include "core/stream/carried.h"

#define OPERATOR_BYTES 1024 /* about; a stream's records come on top */

static void expect(struct carry *to, const struct node *node);
static void save_stream(struct carry *to, const struct node *node, uint32_t at);
static void save_link(struct carry *to, const struct node *node, uint32_t at);
static void save_end(struct carry *to);
static uint32_t version_of(const struct instance *instance,
	const struct handover_version *versions, uint32_t count);

int handover_save(struct carry *to, struct node *node,
	const struct handover_version *versions, uint32_t count,
	struct node_failure *failure)
{
	size_t section;
	int result = 0;

	if (!node->freezing || node->running > 0)
		return error_set(&failure->error, -EBUSY,
			"the node does not stand still");
	expect(to, node);
	carry_raw(to, handover_magic, sizeof handover_magic);
	section = carry_begin(to, SECTION_NODE);
	carry_text(to, node->plan->node);
	carry_end(to, section);
	for (uint32_t i = 0; i < node->plan->stream_count; i++)
		save_stream(to, node, i);
	for (uint32_t i = 0; i < node->nowhere_count; i++) {
		section = carry_begin(to, SECTION_NOWHERE);
		carry_text(to, node->nowhere[i].name);
		stream_carry(&node->nowhere[i].stream, to);
		carry_end(to, section);
	}
	for (uint32_t i = 0; i < node->plan->link_count; i++)
		if (!node->links[i].fifo)
			save_link(to, node, i);
	for (uint32_t i = 0; i < node->plan->link_count; i++)
		if (node->links[i].fifo)
			save_link(to, node, i);
	for (uint32_t i = 0; i < node->plan->operator_count && result == 0;
		i++) {
		failure->name = node->plan->operators[i].name;
		failure->plugin = node->plan->operators[i].plugin;
		result = handover_save_operator(to, node, i,
			version_of(node->operators[i], versions, count),
			&failure->error);
	}
	if (result < 0)
		return result;
	failure->name = failure->plugin = NULL;
	save_end(to);
	if (to->failure)
		return error_set(&failure->error, to->failure,
			"the node's state cannot be kept: %s",
			strerror(-to->failure));
	return 0;
}

/* So that memory is asked for once. */
static void expect(struct carry *to, const struct node *node)
{
	size_t bytes = 0;

	for (uint32_t i = 0; i < node->plan->stream_count; i++)
		bytes += node->streams[i].used_bytes +
			 stream_count(&node->streams[i]) * 16;
	carry_expect(to,
		bytes + OPERATOR_BYTES * (size_t)(node->plan->operator_count +
						  node->plan->stream_count +
						  node->nowhere_count + 16));
}

static void save_stream(struct carry *to, const struct node *node, uint32_t at)
{
	size_t section = carry_begin(to, SECTION_STREAM);

	carry_text(to, node->plan->streams[at].name);
	carry_u32(to, handover_way(node, at));
	carry_u64(to, node->lost[at]);
	carry_u64(to, node->cut[at]);
	stream_carry(&node->streams[at], to);
	carry_end(to, section);
}

static void save_link(struct carry *to, const struct node *node, uint32_t at)
{
	const struct node_link *link = &node->links[at];
	size_t section;

	if (link->fifo) {
		section = carry_begin(to, SECTION_FIFO);
		fifo_carry(link->fifo, to);
	} else {
		section = carry_begin(to, SECTION_LINK);
		carry_text(to, link->peer);
		carry_u32(to, node->plan->links[at].transport);
		link_carry(link->link, to);
	}
	carry_end(to, section);
}

static void save_end(struct carry *to)
{
	uint64_t digest = 0;
	size_t section;

	if (!to->failure)
		digest = handover_digest_carried(to);
	section = carry_begin(to, SECTION_END);
	carry_u64(to, digest);
	carry_end(to, section);
}

static uint32_t version_of(const struct instance *instance,
	const struct handover_version *versions, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (strcmp(versions[i].name, instance->name) == 0)
			return versions[i].version;
	return instance->description->state.version;
}
