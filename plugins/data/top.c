/*
 * top: the records with the largest numbers in a field, largest first, equal
 * ones in the order in which they came. At the end of the input, or on a
 * cycle, which is passed on behind them.
 *
 * The rows are a heap with the worst of the best at its root, so a record that
 * is not among them costs one comparison and no copy.
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

enum { FIELD = 0, COUNT = 1 };

struct top {
	struct field field;
	size_t most;
	struct rows rows; /* heap: no child is worse than its parent */
};

static int create(struct tau_op *op)
{
	struct top *self = calloc(1, sizeof *self);
	const struct tau_text *pointer = &op->params[FIELD].value.s;

	op->self = self;
	if (!self || field_init(&self->field, pointer->text, pointer->bytes))
		return tau_fail(op, -ENOMEM, "no memory");
	self->most = (size_t)op->params[COUNT].value.i;
	return 0;
}

static void destroy(struct tau_op *op)
{
	struct top *self = op->self;

	if (self) {
		rows_release(&self->rows);
		field_release(&self->field);
	}
	free(self);
}

/* Best first. */
static int order(const void *one, const void *other)
{
	const struct row *left = one, *right = other;
	int above = number_compare(&right->number, &left->number);

	if (above)
		return above;
	return (left->place > right->place) - (left->place < right->place);
}

static void swap(struct row *one, struct row *other)
{
	struct row held = *one;

	*one = *other;
	*other = held;
}

static void sift_up(struct rows *rows, size_t at)
{
	while (at) {
		size_t parent = (at - 1) / 2;

		if (order(&rows->row[parent], &rows->row[at]) > 0)
			return;
		swap(&rows->row[parent], &rows->row[at]);
		at = parent;
	}
}

static void sift_down(struct rows *rows, size_t at)
{
	for (;;) {
		size_t worst = at;

		for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++)
			if (child < rows->count &&
				order(&rows->row[worst], &rows->row[child]) < 0)
				worst = child;
		if (worst == at)
			return;
		swap(&rows->row[worst], &rows->row[at]);
		at = worst;
	}
}

/* Keeps the record if it is among the best. Equal ones are: the earlier. */
static int keep(struct top *self, const struct tau_record *record,
	const struct number *number)
{
	struct rows *rows = &self->rows;
	struct row *row;

	if (!self->most ||
		(rows->count == self->most &&
			number_compare(number, &rows->row[0].number) <= 0))
		return 0;
	row = rows_add(rows, record);
	if (!row)
		return -ENOMEM;
	row->number = *number;
	if (rows->count <= self->most) {
		sift_up(rows, rows->count - 1);
		return 0;
	}
	swap(&rows->row[0], row);
	row_release(row);
	rows->count--;
	sift_down(rows, 0);
	return 0;
}

static int take_record(struct tau_op *op, const struct tau_record *record)
{
	struct top *self = op->self;
	struct tau_value value;
	struct number number;
	int code = field_find(&self->field, record, &value);

	if (code || !number_of_value(&number, &value))
		return bad_sendf(op, BAD, "top", record,
			code ? "the record has no field \"%.*s\""
			     : "the field \"%.*s\" is no number",
			field_shown(&self->field), self->field.pointer);
	if (keep(self, record, &number))
		return tau_fail(op, -ENOMEM, "no memory for a record");
	return TAU_OK;
}

/* Sends the best and starts anew. Flow. */
static int send_rows(struct tau_op *op)
{
	struct top *self = op->self;
	if (self->rows.count)
		qsort(self->rows.row, self->rows.count, sizeof *self->rows.row,
			order);
	return rows_send(op, OUT, &self->rows);
}

static int run(struct tau_op *op)
{
	return turn_gather(op, take_record, send_rows);
}

static int by_place(const void *one, const void *other)
{
	const struct row *left = one, *right = other;

	return (left->place > right->place) - (left->place < right->place);
}

/* In the order of arrival: restoring takes them as they came. */
static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct top *self = op->self;
	struct rows sorted = self->rows;
	int code;

	(void)version;
	sorted.row = calloc(sorted.count + 1, sizeof *sorted.row);
	if (!sorted.row)
		return -ENOMEM;
	for (size_t i = 0; i < sorted.count; i++)
		sorted.row[i] = self->rows.row[i];
	qsort(sorted.row, sorted.count, sizeof *sorted.row, by_place);
	code = rows_save(op, state, &sorted);
	free(sorted.row);
	return code;
}

static int restore_row(struct tau_op *op, const struct tau_record *record)
{
	struct top *self = op->self;
	struct tau_value value;
	struct number number;

	if (field_find(&self->field, record, &value) ||
		!number_of_value(&number, &value))
		return state_refuse(op);
	return keep(self, record, &number);
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	(void)version;
	return rows_restore(op, state, restore_row);
}

const struct tau_operator data_top = {.size = sizeof data_top,
	.name = "top",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};
