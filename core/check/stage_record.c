/* stage_record: what comes out of an operator on a stage, judged and kept. */
#include "core/check/stage.h"

#include "core/record/utf9.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_BYTES (1 << 17)

static void judge(struct stage *stage, const struct stage_out *out,
	const struct tau_record *record);
static void keep(struct stage *stage, struct stage_out *out,
	const struct tau_record *record);

void stage_harvest(struct stage *stage)
{
	for (uint32_t i = 0; i < stage->out_total; i++)
		stage_harvest_one(stage, &stage->outs[i]);
	stage_take_back(stage);
}

void stage_harvest_one(struct stage *stage, struct stage_out *out)
{
	if (out->head.next < out->slots || out->head.next > out->head.limit)
		stage->found(stage, "out.window",
			"it wrote more records than its window had room for, "
			"or moved `next` back");
	for (const struct tau_record *next = out->slots; next < out->head.next;
		next++) {
		judge(stage, out, next);
		keep(stage, out, next);
	}
	out->head.next = out->head.limit = out->slots;
	out->head.body = out->head.body_limit = (uint8_t *)out->slots;
	out->head.credit = 0;
	if (out->cell)
		cell_void(stage->cells, out->cell);
	out->cell = NULL;
}

void stage_out_clear(struct stage *stage, struct stage_out *out)
{
	for (size_t i = 0; i < out->count; i++) {
		if (out->records[i].type == TAU_FD && out->records[i].fd >= 0)
			stage->os->close(stage->os, out->records[i].fd);
		free((void *)(uintptr_t)out->records[i].body);
	}
	out->count = 0;
}

void stage_in_clear(struct stage *stage, struct stage_in *in)
{
	if (in->cell)
		cell_void(stage->cells, in->cell);
	in->cell = NULL;
	in->head.next = in->head.limit = NULL;
	in->head.state = TAU_OK;
	in->at = in->count = 0;
	in->told_end = false;
}

static bool within(const struct cell *cell, const struct tau_record *record)
{
	uintptr_t first = (uintptr_t)record->body;

	return cell && first >= (uintptr_t)cell->body &&
	       first + record->bytes <= (uintptr_t)cell->body + cell->bytes;
}

/* Whose body it may be: the reservation's, an input's that was not consumed
 * before the record was sent, or the plugin's for good. */
static bool may_be_sent(const struct stage *stage, const struct stage_out *out,
	const struct tau_record *record)
{
	if ((record->flags & TAU_STATIC) || within(out->cell, record))
		return true;
	for (uint32_t i = 0; i < stage->in_total; i++)
		if (within(stage->ins[i].cell, record))
			return true;
	return false;
}

/* Any operator may emit values and cycles. */
static bool fits(enum port_type port, uint16_t type)
{
	static const uint16_t wanted[] = {[PORT_BYTES] = TAU_BYTES,
		[PORT_UTF8] = TAU_UTF8,
		[PORT_VALUE] = TAU_VALUE,
		[PORT_FD] = TAU_FD};

	return port == PORT_ANY || type == TAU_VALUE || type == TAU_CYCLE ||
	       type == wanted[port] || (port == PORT_BYTES && type == TAU_UTF8);
}

static void judge(struct stage *stage, const struct stage_out *out,
	const struct tau_record *record)
{
	char text[256];
	static const char *const types[] = {
		"bytes", "utf8", "value", "fd", "cycle"};

	if (record->type > TAU_CYCLE || (record->flags & ~TAU_STATIC))
		stage->found(stage, "out.type",
			"it wrote a record whose type or flags the ABI does "
			"not know");
	if (!record->body)
		stage->found(stage, "out.body",
			"it wrote a record whose body is NULL");
	if (record->type == TAU_FD)
		return;
	if (record->bytes > out->head.atomic)
		stage->found(stage, "out.atomic",
			"it wrote a record that is larger than the stream "
			"takes, without asking for room");
	if (record->bytes && !may_be_sent(stage, out, record))
		stage->found(stage, "out.body",
			"it wrote a record whose body lies neither in the "
			"reservation nor in an input record that is not "
			"consumed, and is not marked TAU_STATIC");
	if (!out->port)
		return;
	if (!fits(out->port->type, record->type)) {
		(void)snprintf(text, sizeof text,
			"it wrote a record of type %s to the port %s, which is "
			"described as %s",
			types[record->type], out->port->name,
			description_port_type_name(out->port->type));
		stage->found(stage, "out.type", text);
	}
	if (record->type == TAU_VALUE) {
		char *shown = malloc(SHOWN_BYTES);
		int64_t bytes = shown ? utf9_print(record->body, record->bytes,
						UTF9_TEXT, shown, SHOWN_BYTES)
				      : 0;

		free(shown);
		if (bytes < 0 && record->bytes < SHOWN_BYTES / 8)
			stage->found(stage, "out.value",
				"it wrote a record of type value that is not "
				"one utf9 value");
	}
}

static void keep(struct stage *stage, struct stage_out *out,
	const struct tau_record *record)
{
	struct stage_record *kept;
	uint8_t *body = malloc((size_t)record->bytes + 1);

	if (out->count >= STAGE_KEPT_MAX)
		stage->found(stage, "out.endless",
			"it has written 10,000 records to one stream, and no "
			"end is in sight");
	if (out->count == out->room) {
		out->room = out->room ? 2 * out->room : 16;
		out->records =
			realloc(out->records, out->room * sizeof *out->records);
	}
	if (!out->records || !body)
		stage->found(stage, "out.endless",
			"there is no memory left for what it writes");
	kept = &out->records[out->count++];
	*kept = (struct stage_record){body, record->bytes, record->type, -1};
	if (record->bytes)
		memcpy(body, record->body, record->bytes);
	if (record->type == TAU_FD)
		memcpy(&kept->fd, record->body, sizeof kept->fd);
	stage->idle = stage->spins = 0;
	stage->records_out += out->port && !out->port->derived;
	stage->over += out->port && !out->port->derived;
}
