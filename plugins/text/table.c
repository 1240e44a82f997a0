/*
 * table: records as aligned text, for people. It keeps them until the input
 * ends or a cycle comes, which is passed on behind the table; see layout.h.
 */
#include "operators.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/bad.h"
#include "common/field.h"
#include "common/rows.h"
#include "common/state.h"
#include "common/turn.h"
#include "layout.h"

struct table {
	struct field whole; /* the record itself, as a value */
	struct rows rows;
};

static int create(struct tau_op *op)
{
	struct table *self = calloc(1, sizeof *self);

	op->self = self;
	if (!self || field_init(&self->whole, "", 0))
		return tau_fail(op, -ENOMEM, "no memory");
	return 0;
}

static void destroy(struct tau_op *op)
{
	struct table *self = op->self;

	if (self) {
		rows_release(&self->rows);
		field_release(&self->whole);
	}
	free(self);
}

static int out_of_memory(struct tau_op *op)
{
	return tau_fail(op, -ENOMEM, "no memory for the table");
}

/* A record that is not utf9 is found when the table is made. */
static int take_record(struct tau_op *op, const struct tau_record *record)
{
	struct table *self = op->self;
	struct tau_value value;
	int code = field_find(&self->whole, record, &value);

	if (code)
		return bad_send(op, BAD, "table", record,
			record->type == TAU_FD ? "a file descriptor has no text"
					       : "the record is not utf9");
	return rows_add(&self->rows, record) ? TAU_OK : out_of_memory(op);
}

static int lay_out(struct tau_op *op, struct table *self, struct layout *layout)
{
	struct tau_value value;

	for (size_t i = 0; i < self->rows.count; i++) {
		const struct tau_record *record = &self->rows.row[i].record;
		int code = field_find(&self->whole, record, &value);

		if (code == 0)
			code = layout_add(layout, &value);
		if (code == -ENOMEM)
			return out_of_memory(op);
		if (code)
			return tau_fail(
				op, code, "a record for the table is not utf9");
	}
	return TAU_OK;
}

static int send_lines(struct tau_op *op, const struct layout *layout)
{
	struct buffer text = {NULL, 0, 0};
	size_t lines = layout_lines(layout);
	int flow = TAU_OK;

	for (size_t i = 0; i < lines && flow == TAU_OK; i++) {
		if (layout_line(layout, i, &text))
			flow = out_of_memory(op);
		else
			flow = tau_write(op, OUT, text.start,
				(uint32_t)text.bytes, TAU_UTF8);
	}
	buffer_release(&text);
	return flow;
}

/* The table, which then starts anew. Flow. */
static int send_table(struct tau_op *op)
{
	struct table *self = op->self;
	struct layout layout = {0};
	int flow = lay_out(op, self, &layout);

	if (flow == TAU_OK)
		flow = send_lines(op, &layout);
	if (flow == TAU_OK)
		rows_clear(&self->rows);
	layout_release(&layout);
	return flow;
}

static int run(struct tau_op *op)
{
	return turn_gather(op, take_record, send_table);
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct table *self = op->self;

	(void)version;
	return rows_save(op, state, &self->rows);
}

static int restore_row(struct tau_op *op, const struct tau_record *record)
{
	struct table *self = op->self;
	struct tau_value value;

	if (field_find(&self->whole, record, &value))
		return state_refuse(op);
	return rows_add(&self->rows, record) ? 0 : -ENOMEM;
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	(void)version;
	return rows_restore(op, state, restore_row);
}

const struct tau_operator text_table = {.size = sizeof text_table,
	.name = "table",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};
