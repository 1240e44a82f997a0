/*
 * handover_parts: what comes from other nodes' handovers: operators that have
 * moved here, and streams an end of which has.
 *
 *	a: writer's end | x y z    -- handed over -->  to where the writer is
 *	b: reader's end | v w      -- handed over -->  now: v w x y z
 *
 * Names are unique in the topology, so whatever a node's plan names is where
 * its name is found.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/host/handover_private.h"
#include "core/stream/carried.h"

/* Where a stream that moved is found. */
struct halves {
	struct carry_reader reader, writer;
	bool has_reader, has_writer, inside;
};

static bool is_whole(struct carry_reader *from);
static int gather(struct restore *restore, struct carry_reader part,
	struct halves *halves);
static int note(struct restore *restore, struct carry_reader from,
	struct halves *halves);
static int join(struct restore *restore, uint32_t at, struct halves *halves);

int handover_open(struct restore *restore, struct carry_reader *from)
{
	struct node *node = restore->node;
	const bool whole = is_whole(from);
	const uint8_t *magic = carry_take(from, sizeof handover_magic);

	CHECK(node->running == 0 && node->frozen == 0);
	if (!magic || memcmp(magic, handover_magic, sizeof handover_magic) != 0)
		return error_set(restore->error, -EBADMSG,
			"this is no handover, or one of another version of "
			"tau");
	if (!whole)
		return handover_refuse(restore->error, "the node");
	if (!node->freezing)
		node_freeze(node);
	return 0;
}

bool handover_is_own(const struct restore *restore, struct carry_reader part)
{
	struct carry_reader section;
	struct handover_name name;

	if (carry_take_section(&part, &section) != SECTION_NODE)
		return true; /* which is refused there */
	name = handover_take_name(&section);
	return handover_is(&name, restore->node->plan->node);
}

int handover_join(struct restore *restore, const struct carry_reader *parts,
	uint32_t count)
{
	const struct node_plan *plan = restore->node->plan;
	struct halves *halves = calloc(plan->stream_count + 1u, sizeof *halves);
	int result = 0;

	if (!halves)
		return error_set(
			restore->error, -ENOMEM, "out of memory for a node");
	for (uint32_t i = 0; i < count && result == 0; i++)
		result = gather(restore, parts[i], halves);
	for (uint32_t i = 0; i < plan->stream_count && result == 0; i++)
		if (plan->streams[i].moved)
			result = join(restore, i, &halves[i]);
	free(halves);
	return result;
}

int handover_take_in(struct restore *restore, struct carry_reader *from)
{
	struct carry_reader section;
	uint32_t kind;
	int result = 0;

	while (result == 0 && (kind = carry_take_section(from, &section))) {
		struct carry_reader ahead = section;
		struct handover_name name = handover_take_name(&ahead);

		if (kind == SECTION_NOWHERE)
			result = handover_take_nowhere(restore, &section);
		else if (kind == SECTION_OPERATOR &&
			 handover_find_operator(restore, &name) <
				 restore->node->plan->operator_count)
			result = handover_take_operator(restore, &section);
	}
	if (result == 0 && from->cut)
		return handover_refuse(restore->error, "another node");
	return result;
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

static int gather(struct restore *restore, struct carry_reader part,
	struct halves *halves)
{
	struct carry_reader section;
	uint32_t kind;
	int result = 0;

	while (result == 0 && (kind = carry_take_section(&part, &section)))
		if (kind == SECTION_STREAM)
			result = note(restore, section, halves);
	return result;
}

static int note(struct restore *restore, struct carry_reader from,
	struct halves *halves)
{
	const struct node_plan *plan = restore->node->plan;
	struct handover_name name = handover_take_name(&from);
	uint32_t way = carry_take_u32(&from);
	uint32_t at = handover_find_stream(restore, &name);

	(void)carry_take_u64(&from); /* lost, */
	(void)carry_take_u64(&from); /* and cut: in a process that is gone */
	if (from.cut)
		return handover_refuse(restore->error, "a stream");
	if (at == plan->stream_count || !plan->streams[at].moved)
		return 0;
	halves = &halves[at];
	if (way == WAY_RECEIVES) {
		halves->reader = from;
		halves->has_reader = true;
	} else if (way == WAY_SENDS || way == WAY_INSIDE) {
		halves->writer = from;
		halves->has_writer = true;
		halves->inside = way == WAY_INSIDE;
	} else
		return error_set(restore->error, -ENOTSUP,
			"stream %s went through a FIFO, whose records cannot "
			"change nodes",
			plan->streams[at].name);
	return 0;
}

/* The end that this node has, or both. */
static int join(struct restore *restore, uint32_t at, struct halves *halves)
{
	struct node *node = restore->node;
	const struct node_plan_stream *plan = &node->plan->streams[at];
	unsigned int ends = 0;

	if (plan->to.owner != NODE_PLAN_NONE)
		ends |= STREAM_JOIN_READS;
	if (plan->from.owner != NODE_PLAN_NONE)
		ends |= STREAM_JOIN_WRITES;
	if (plan->halved)
		ends |= STREAM_JOIN_HALF;
	if (!halves->has_writer ||
		halves->has_reader == (halves->inside || plan->halved))
		return error_set(restore->error, -ENOENT,
			"stream %s was in another place, and not all of it was "
			"handed over",
			plan->name);
	return stream_join(&node->streams[at],
		halves->has_reader ? &halves->reader : NULL, &halves->writer,
		(enum stream_join_ends)ends, restore->error);
}
