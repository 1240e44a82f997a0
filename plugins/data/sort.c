/*
 * sort: all records in the order of a field, equal ones in the order in which
 * they came. It keeps them all until the input ends or a cycle comes, which is
 * passed on behind them. Null comes before false, true, numbers and text;
 * numbers go by size, also where they are text, and other text by its bytes.
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

enum { FIELD = 0, ORDER = 1 };
enum { ASCENDING = 0, DESCENDING = 1 };

struct sort {
	struct field field;
	bool descending;
	struct rows rows;
};

static int create(struct tau_op *op)
{
	struct sort *self = calloc(1, sizeof *self);
	const struct tau_text *pointer = &op->params[FIELD].value.s;

	op->self = self;
	if (!self || field_init(&self->field, pointer->text, pointer->bytes))
		return tau_fail(op, -ENOMEM, "no memory");
	self->descending = op->params[ORDER].type == TAU_PARAM_ENUM &&
			   op->params[ORDER].value.i == DESCENDING;
	return 0;
}

static void destroy(struct tau_op *op)
{
	struct sort *self = op->self;

	if (self) {
		rows_release(&self->rows);
		field_release(&self->field);
	}
	free(self);
}

static int later(const struct row *one, const struct row *other)
{
	return (one->place > other->place) - (one->place < other->place);
}

static int ascending(const void *one, const void *other)
{
	int order = row_compare(one, other);

	return order ? order : later(one, other);
}

static int descending(const void *one, const void *other)
{
	int order = row_compare(other, one);

	return order ? order : later(one, other);
}

/* Adds the record: 0, -ENOMEM, or what is wrong with its field: -ENOENT,
 * -EBADMSG, -EINVAL. */
static int add(struct sort *self, const struct tau_record *record)
{
	struct tau_value value;
	struct row *row;
	int code;

	if (record->type == TAU_FD)
		return -EINVAL;
	row = rows_add(&self->rows, record);
	if (!row)
		return -ENOMEM;
	code = field_find(&self->field, &row->record, &value);
	if (code == 0)
		code = row_key(row, &value);
	if (code == 0)
		return 0;
	row_release(row);
	self->rows.count--;
	return code;
}

static int take_record(struct tau_op *op, const struct tau_record *record)
{
	struct sort *self = op->self;
	int code = add(self, record);

	if (code == 0)
		return TAU_OK;
	if (code == -ENOMEM)
		return tau_fail(op, code, "no memory for a record");
	return bad_sendf(op, BAD, "sort", record,
		code == -EINVAL ? "the field \"%.*s\" has no place in an order"
				: "the record has no field \"%.*s\"",
		field_shown(&self->field), self->field.pointer);
}

/* Sends all and starts anew. Flow. */
static int send_rows(struct tau_op *op)
{
	struct sort *self = op->self;
	if (self->rows.count)
		qsort(self->rows.row, self->rows.count, sizeof *self->rows.row,
			self->descending ? descending : ascending);
	return rows_send(op, OUT, &self->rows);
}

static int run(struct tau_op *op)
{
	return turn_gather(op, take_record, send_rows);
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct sort *self = op->self;

	(void)version;
	return rows_save(op, state, &self->rows);
}

static int restore_row(struct tau_op *op, const struct tau_record *record)
{
	int code = add(op->self, record);

	return code == 0 || code == -ENOMEM ? code : state_refuse(op);
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	(void)version;
	return rows_restore(op, state, restore_row);
}

const struct tau_operator data_sort = {.size = sizeof data_sort,
	.name = "sort",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};
