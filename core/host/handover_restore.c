/* handover: a node from bytes. See the header. */
#include "core/host/handover_private.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/check.h"
#include "core/host/node_counters.h"
#include "core/host/node_links.h"
#include "core/stream/carried.h"

static int restore_all(struct restore *restore, struct carry_reader *from);
static int restore_sections(struct restore *restore, struct carry_reader *from);
static int restore_section(
	struct restore *restore, uint32_t kind, struct carry_reader *section);
static int restore_node(struct restore *restore, struct carry_reader *from);
static int restore_stream(struct restore *restore, struct carry_reader *from);
static int leave_stream(struct restore *restore, struct carry_reader *from,
	const struct handover_name *name);

static int restore_link(struct restore *restore, struct carry_reader *from);
static int restore_fifo(struct restore *restore, struct carry_reader *from);
static int leave_out(struct restore *restore, const char *what,
	const struct handover_name *name);
static bool is_elsewhere(
	const struct restore *restore, const struct handover_name *name);
static bool is_former(const struct restore *restore,
	const struct handover_name *name, const char *former, const char *now);

int handover_restore(struct node *node, struct carry_reader *from,
	struct node_failure *failure)
{
	struct restore restore = {
		.node = node, .failure = failure, .error = &failure->error};

	return restore_all(&restore, from);
}

int handover_restore_alone(struct node *node, struct carry_reader *from,
	const char *read, struct node_failure *failure)
{
	struct restore restore = {.node = node,
		.failure = failure,
		.error = &failure->error,
		.read = read,
		.alone = true};

	return restore_all(&restore, from);
}

static int restore_all(struct restore *restore, struct carry_reader *from)
{
	int result = handover_open(restore, from);

	if (result == 0)
		result = restore_sections(restore, from);
	if (result < 0)
		return result;
	return handover_settle(restore->node, restore->failure);
}

int handover_restore_partly(struct node *node, struct carry_reader *parts,
	uint32_t count, struct handover_loss *loss,
	struct node_failure *failure)
{
	struct restore restore = {.node = node,
		.loss = loss,
		.failure = failure,
		.error = &failure->error};
	int result = 0;

	for (uint32_t i = 0; i < count && result == 0; i++)
		result = handover_open(&restore, &parts[i]);
	if (count == 0 && !node->freezing)
		node_freeze(node);
	if (result == 0)
		result = handover_join(&restore, parts, count);
	for (uint32_t i = 0; i < count && result == 0; i++)
		result = handover_is_own(&restore, parts[i])
				 ? restore_sections(&restore, &parts[i])
				 : handover_take_in(&restore, &parts[i]);
	if (result < 0)
		return result;
	return handover_settle(node, failure);
}

/* In the order of their kinds: links look at streams, operators end them. */
static int restore_sections(struct restore *restore, struct carry_reader *from)
{
	struct carry_reader section;
	uint32_t kind, former = 0;
	int result = 0;

	while (result == 0 && (kind = carry_take_section(from, &section))) {
		if ((former == 0) != (kind == SECTION_NODE) || kind < former)
			return handover_refuse(restore->error, "the node");
		former = kind;
		result = restore_section(restore, kind, &section);
	}
	if (result == 0 && (from->cut || former == 0))
		return handover_refuse(restore->error, "the node");
	return result;
}

static int restore_section(
	struct restore *restore, uint32_t kind, struct carry_reader *section)
{
	switch (kind) {
	case SECTION_NODE:
		return restore_node(restore, section);
	case SECTION_STREAM:
		return restore_stream(restore, section);
	case SECTION_NOWHERE:
		return handover_take_nowhere(restore, section);
	case SECTION_LINK:
		return restore->alone ? 0 : restore_link(restore, section);
	case SECTION_FIFO:
		return restore_fifo(restore, section);
	case SECTION_OPERATOR:
		return handover_take_operator(restore, section);
	default:
		return handover_refuse(restore->error, "the node");
	}
}

static int restore_node(struct restore *restore, struct carry_reader *from)
{
	struct handover_name name = handover_take_name(from);
	const char *mine = restore->node->plan->node;

	if (!carry_is_done(from))
		return handover_refuse(restore->error, "the node");
	if (!handover_is(&name, mine))
		return error_set(restore->error, -EINVAL,
			"this is the handover of node %.*s, not of %s",
			(int)name.bytes, name.text, mine);
	return 0;
}

static int restore_stream(struct restore *restore, struct carry_reader *from)
{
	struct node *node = restore->node;
	struct handover_name name = handover_take_name(from);
	uint32_t way = carry_take_u32(from);
	uint64_t lost = carry_take_u64(from), cut = carry_take_u64(from);
	uint32_t at;
	int result;

	if (from->cut)
		return handover_refuse(restore->error, "a stream");
	if (restore->alone && way != WAY_INSIDE)
		return 0;
	at = handover_find_stream(restore, &name);
	if (at == node->plan->stream_count)
		return leave_stream(restore, from, &name);
	if (restore->loss && node->plan->streams[at].moved)
		return 0; /* handover_join's */
	if (node->streams[at].sent > 0 || node->streams[at].ring.slots)
		return handover_refuse(restore->error, node->streams[at].name);
	if (way != handover_way(node, at))
		return error_set(restore->error, -ENOTSUP,
			"stream %s would not go the way that it did (within "
			"the node, over a link, over a FIFO); wait for its "
			"end, or leave it where it is",
			node->streams[at].name);
	node->lost[at] = lost;
	node->cut[at] = cut;
	result = stream_fill(&node->streams[at], from, restore->error);
	if (result == 0 && !carry_is_done(from))
		return handover_refuse(restore->error, node->streams[at].name);
	if (result == 0 && restore->alone)
		handover_skip(restore, at);
	return result;
}

/* Its records are counted. */
static int leave_stream(struct restore *restore, struct carry_reader *from,
	const struct handover_name *name)
{
	const struct stream_settings settings = {STREAM_CAPACITY_DEFAULT,
		STREAM_RECORDS_DEFAULT, STREAM_ATOMIC_MAX, STREAM_GROW};
	struct stream left;
	int result = leave_out(restore, "stream", name);

	if (result < 0 || is_elsewhere(restore, name))
		return result;
	stream_init(&left, &restore->node->fabric.streams, &settings,
		"that is left out");
	result = stream_fill(&left, from, restore->error);
	restore->loss->streams++;
	restore->loss->records += stream_count(&left);
	stream_release(&left);
	return result;
}

int handover_take_nowhere(struct restore *restore, struct carry_reader *from)
{
	struct node *node = restore->node;
	struct handover_name name = handover_take_name(from);

	if (from->cut)
		return handover_refuse(restore->error, "a port");
	for (uint32_t i = 0; i < node->nowhere_count; i++)
		if (handover_is(&name, node->nowhere[i].name) &&
			node->nowhere[i].stream.sent == 0)
			return stream_fill(
				&node->nowhere[i].stream, from, restore->error);
	return 0; /* it leads somewhere now */
}

static int restore_link(struct restore *restore, struct carry_reader *from)
{
	struct node *node = restore->node;
	struct handover_name name = handover_take_name(from);
	uint32_t transport = carry_take_u32(from);

	for (uint32_t i = 0; i < node->plan->link_count && !from->cut; i++) {
		struct node_link *mine = &node->links[i];
		int result;

		if (!mine->link || !handover_is(&name, mine->peer) ||
			node->plan->links[i].transport != transport)
			continue;
		if (link_has_begun(mine->link))
			break;
		result = link_adopt(mine->link, from, restore->loss != NULL,
			restore->error);
		if (result < 0)
			return result;
		if (!carry_is_done(from))
			break;
		if (link_is_over(mine->link))
			node_links_over(node, i);
		return 0;
	}
	if (from->cut || name.bytes == 0)
		return handover_refuse(restore->error, "a link");
	return leave_out(restore, "link", &name);
}

static int restore_fifo(struct restore *restore, struct carry_reader *from)
{
	struct node *node = restore->node;
	struct handover_name name = handover_take_name(from);
	uint32_t at = handover_find_stream(restore, &name), link;
	int result;

	if (from->cut)
		return handover_refuse(restore->error, "a FIFO");
	if (at == node->plan->stream_count)
		return restore->alone ? 0
				      : leave_out(restore, "the FIFO of stream",
						&name);
	link = node->plan->streams[at].link;
	if (link == NODE_PLAN_NONE || !node->links[link].fifo)
		return handover_refuse(restore->error, node->streams[at].name);
	if (restore->alone) {
		fifo_begin_anew(node->links[link].fifo);
		return 0;
	}
	result = fifo_adopt(node->links[link].fifo, from, restore->error);
	if (result == 0 && !carry_is_done(from))
		return handover_refuse(restore->error, node->streams[at].name);
	return result;
}

int handover_take_operator(struct restore *restore, struct carry_reader *from)
{
	struct node *node = restore->node;
	struct handover_name name = handover_take_name(from);
	uint32_t at;
	int result;

	if (from->cut)
		return handover_refuse(restore->error, "an operator");
	at = handover_find_operator(restore, &name);
	if (at == node->plan->operator_count) {
		result = leave_out(restore, "operator", &name);
		if (result == 0 && !is_elsewhere(restore, &name))
			restore->loss->operators++;
		return result;
	}
	restore->failure->name = node->plan->operators[at].name;
	restore->failure->plugin = node->plan->operators[at].plugin;
	if (node->operators[at]->state != INSTANCE_CREATED)
		return handover_refuse(
			restore->error, node->operators[at]->name);
	result = handover_restore_operator(node, at, from, restore->error);
	if (result == 0)
		restore->failure->name = restore->failure->plugin = NULL;
	return result;
}

static int leave_out(struct restore *restore, const char *what,
	const struct handover_name *name)
{
	if (restore->loss)
		return 0;
	return error_set(restore->error, -ENOENT,
		"%s %.*s is handed over and has no place in the new plan", what,
		(int)name->bytes, name->text);
}

uint32_t handover_find_stream(
	struct restore *restore, const struct handover_name *name)
{
	const struct node_plan *plan = restore->node->plan;
	uint32_t count = plan->stream_count;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = (restore->next_stream + i) % count;

		if (!is_former(restore, name, plan->streams[at].former,
			    plan->streams[at].name))
			continue;
		restore->next_stream = at + 1;
		return at;
	}
	return count;
}

uint32_t handover_find_operator(
	struct restore *restore, const struct handover_name *name)
{
	const struct node_plan *plan = restore->node->plan;
	uint32_t count = plan->operator_count;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = (restore->next_operator + i) % count;

		if (!is_former(restore, name, plan->operators[at].former,
			    plan->operators[at].name))
			continue;
		restore->next_operator = at + 1;
		return at;
	}
	return count;
}

/* Whether another node has it now, and its records and state. */
static bool is_elsewhere(
	const struct restore *restore, const struct handover_name *name)
{
	const struct node_plan *plan = restore->node->plan;

	for (uint32_t i = 0; i < plan->elsewhere_count; i++)
		if (handover_is(name, plan->elsewhere[i]))
			return true;
	return false;
}

/* Whether a plan that says what a thing was called (NULL: the same) means it.
 * Who follows a process of the same plan looks for its own names. */
static bool is_former(const struct restore *restore,
	const struct handover_name *name, const char *former, const char *now)
{
	return handover_is(name, restore->loss && former ? former : now);
}

struct handover_name handover_take_name(struct carry_reader *from)
{
	struct handover_name name;

	name.text = (const char *)carry_take_blob(from, &name.bytes);
	return name;
}

bool handover_is(const struct handover_name *name, const char *text)
{
	return name->bytes == strlen(text) &&
	       memcmp(name->text, text, name->bytes) == 0;
}
