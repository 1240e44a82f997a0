/* handover: a node from bytes. See the header. */
#include "core/host/handover_private.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/check.h"
#include "core/host/node_counters.h"
#include "core/host/node_links.h"
#include "core/stream/carried.h"

/* A restoration under way. Names are mostly asked for in the plan's order. */
struct restore {
	struct node *node;
	struct handover_loss *loss; /* NULL: nothing may be left out */
	struct node_failure *failure;
	struct error *error;
	uint32_t next_stream, next_operator;
	bool alone; /* its links begin anew */
};

/* A name that came, not NUL-terminated. */
struct name {
	const char *text;
	uint32_t bytes;
};

static int restore_all(struct restore *restore, struct carry_reader *from);
static bool is_whole(struct carry_reader *from);
static int restore_sections(struct restore *restore, struct carry_reader *from);
static int restore_section(
	struct restore *restore, uint32_t kind, struct carry_reader *section);
static int restore_node(struct restore *restore, struct carry_reader *from);
static int restore_stream(struct restore *restore, struct carry_reader *from);
static int leave_stream(struct restore *restore, struct carry_reader *from,
	const struct name *name);
static int restore_nowhere(struct restore *restore, struct carry_reader *from);
static int restore_link(struct restore *restore, struct carry_reader *from);
static int restore_fifo(struct restore *restore, struct carry_reader *from);
static int restore_operator(struct restore *restore, struct carry_reader *from);
static int leave_out(
	struct restore *restore, const char *what, const struct name *name);
static uint32_t find_stream(struct restore *restore, const struct name *name);
static uint32_t find_operator(struct restore *restore, const struct name *name);
static struct name take_name(struct carry_reader *from);
static bool is(const struct name *name, const char *text);
static bool is_former(
	const struct name *name, const char *former, const char *now);

int handover_restore(struct node *node, struct carry_reader *from,
	struct handover_loss *loss, struct node_failure *failure)
{
	struct restore restore = {.node = node,
		.loss = loss,
		.failure = failure,
		.error = &failure->error};

	return restore_all(&restore, from);
}

int handover_restore_alone(struct node *node, struct carry_reader *from,
	struct node_failure *failure)
{
	struct restore restore = {.node = node,
		.failure = failure,
		.error = &failure->error,
		.alone = true};

	return restore_all(&restore, from);
}

static int restore_all(struct restore *restore, struct carry_reader *from)
{
	struct node *node = restore->node;
	const bool whole = is_whole(from);
	const uint8_t *magic = carry_take(from, sizeof handover_magic);
	int result;

	CHECK(node->running == 0 && node->frozen == 0);
	if (!magic || memcmp(magic, handover_magic, sizeof handover_magic) != 0)
		return error_set(restore->error, -EBADMSG,
			"this is no handover, or one of another version of "
			"tau");
	if (!whole)
		return handover_refuse(restore->error, "the node");
	if (!node->freezing)
		node_freeze(node);
	result = restore_sections(restore, from);
	if (result < 0)
		return result;
	return handover_settle(node, restore->failure);
}

/* Takes the end away. */
static bool is_whole(struct carry_reader *from)
{
	struct carry_reader end = *from, inside;
	size_t bytes = (size_t)(from->limit - from->next);

	if (bytes < HANDOVER_END_BYTES)
		return false;
	bytes -= HANDOVER_END_BYTES;
	end.next += bytes;
	if (carry_take_section(&end, &inside) != SECTION_END ||
		carry_take_u64(&inside) != handover_digest(from->next, bytes))
		return false;
	from->limit -= HANDOVER_END_BYTES;
	return carry_is_done(&inside);
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
		return restore_nowhere(restore, section);
	case SECTION_LINK:
		return restore->alone ? 0 : restore_link(restore, section);
	case SECTION_FIFO:
		return restore->alone ? 0 : restore_fifo(restore, section);
	case SECTION_OPERATOR:
		return restore_operator(restore, section);
	default:
		return handover_refuse(restore->error, "the node");
	}
}

static int restore_node(struct restore *restore, struct carry_reader *from)
{
	struct name name = take_name(from);
	const char *mine = restore->node->plan->node;

	if (!carry_is_done(from))
		return handover_refuse(restore->error, "the node");
	if (!is(&name, mine))
		return error_set(restore->error, -EINVAL,
			"this is the handover of node %.*s, not of %s",
			(int)name.bytes, name.text, mine);
	return 0;
}

static int restore_stream(struct restore *restore, struct carry_reader *from)
{
	struct node *node = restore->node;
	struct name name = take_name(from);
	uint32_t way = carry_take_u32(from);
	uint64_t lost = carry_take_u64(from), cut = carry_take_u64(from);
	uint32_t at;
	int result;

	if (from->cut)
		return handover_refuse(restore->error, "a stream");
	if (restore->alone && way != WAY_INSIDE)
		return 0;
	at = find_stream(restore, &name);
	if (at == node->plan->stream_count)
		return leave_stream(restore, from, &name);
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
	return result;
}

/* Its records are counted. */
static int leave_stream(struct restore *restore, struct carry_reader *from,
	const struct name *name)
{
	const struct stream_settings settings = {STREAM_CAPACITY_DEFAULT,
		STREAM_RECORDS_DEFAULT, STREAM_ATOMIC_MAX, STREAM_GROW};
	struct stream left;
	int result = leave_out(restore, "stream", name);

	if (result < 0)
		return result;
	stream_init(&left, &restore->node->fabric.streams, &settings,
		"that is left out");
	result = stream_fill(&left, from, restore->error);
	restore->loss->streams++;
	restore->loss->records += stream_count(&left);
	stream_release(&left);
	return result;
}

static int restore_nowhere(struct restore *restore, struct carry_reader *from)
{
	struct node *node = restore->node;
	struct name name = take_name(from);

	if (from->cut)
		return handover_refuse(restore->error, "a port");
	for (uint32_t i = 0; i < node->nowhere_count; i++)
		if (is(&name, node->nowhere[i].name) &&
			node->nowhere[i].stream.sent == 0)
			return stream_fill(
				&node->nowhere[i].stream, from, restore->error);
	return 0; /* it leads somewhere now */
}

static int restore_link(struct restore *restore, struct carry_reader *from)
{
	struct node *node = restore->node;
	struct name name = take_name(from);

	for (uint32_t i = 0; i < node->plan->link_count && !from->cut; i++) {
		struct node_link *mine = &node->links[i];
		int result;

		if (!mine->link || !is(&name, mine->peer))
			continue;
		if (link_has_begun(mine->link))
			break;
		result = link_adopt(mine->link, from, restore->error);
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
	struct name name = take_name(from);
	uint32_t at = find_stream(restore, &name), link;
	int result;

	if (from->cut)
		return handover_refuse(restore->error, "a FIFO");
	if (at == node->plan->stream_count)
		return leave_out(restore, "the FIFO of stream", &name);
	link = node->plan->streams[at].link;
	if (link == NODE_PLAN_NONE || !node->links[link].fifo)
		return handover_refuse(restore->error, node->streams[at].name);
	result = fifo_adopt(node->links[link].fifo, from, restore->error);
	if (result == 0 && !carry_is_done(from))
		return handover_refuse(restore->error, node->streams[at].name);
	return result;
}

static int restore_operator(struct restore *restore, struct carry_reader *from)
{
	struct node *node = restore->node;
	struct name name = take_name(from);
	uint32_t at;
	int result;

	if (from->cut)
		return handover_refuse(restore->error, "an operator");
	at = find_operator(restore, &name);
	if (at == node->plan->operator_count) {
		result = leave_out(restore, "operator", &name);
		if (result == 0)
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

static int leave_out(
	struct restore *restore, const char *what, const struct name *name)
{
	if (restore->loss)
		return 0;
	return error_set(restore->error, -ENOENT,
		"%s %.*s is handed over and has no place in the new plan", what,
		(int)name->bytes, name->text);
}

static uint32_t find_stream(struct restore *restore, const struct name *name)
{
	const struct node_plan *plan = restore->node->plan;
	uint32_t count = plan->stream_count;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = (restore->next_stream + i) % count;

		if (!is_former(name, plan->streams[at].former,
			    plan->streams[at].name))
			continue;
		restore->next_stream = at + 1;
		return at;
	}
	return count;
}

static uint32_t find_operator(struct restore *restore, const struct name *name)
{
	const struct node_plan *plan = restore->node->plan;
	uint32_t count = plan->operator_count;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = (restore->next_operator + i) % count;

		if (!is_former(name, plan->operators[at].former,
			    plan->operators[at].name))
			continue;
		restore->next_operator = at + 1;
		return at;
	}
	return count;
}

/* Whether a plan that says what a thing was called (NULL: the same) means it.
 */
static bool is_former(
	const struct name *name, const char *former, const char *now)
{
	return is(name, former ? former : now);
}

static struct name take_name(struct carry_reader *from)
{
	struct name name;

	name.text = (const char *)carry_take_blob(from, &name.bytes);
	return name;
}

static bool is(const struct name *name, const char *text)
{
	return name->bytes == strlen(text) &&
	       memcmp(name->text, text, name->bytes) == 0;
}
