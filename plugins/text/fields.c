/*
 * fields: cuts text into columns, as awk does, and picks some of them.
 *
 *	no separator    columns stand between runs of blanks, tabs and newlines
 *	a separator     columns stand between each two of it, also empty ones
 *	one picked      that column, as text, by reference
 *	several, none   these, or all, columns as one tuple of text
 *
 * Columns count from 1, and from the end as -1, -2.
 */
#include "operators.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <tau/value.h>
#include <tau/writer.h>

#include "common/bad.h"
#include "common/turn.h"

enum { PICK = 0, SEPARATOR = 1 };

struct column {
	const char *text;
	size_t bytes;
};

struct fields {
	int64_t *picks;
	size_t pick_count;
	const char *separator;
	size_t separator_bytes; /* 0: blanks */
	size_t needed;          /* as many columns as any pick needs */
	struct column *columns; /* of the present record */
	size_t count, room;
};

static int read_picks(
	struct tau_op *op, struct fields *self, struct tau_value *list)
{
	struct tau_items items;
	struct tau_value item;

	self->picks = calloc(list->count, sizeof *self->picks);
	if (!self->picks)
		return tau_fail(op, -ENOMEM, "no memory");
	if (tau_value_items(list, &items))
		return tau_fail(op, -EINVAL, "pick is no list of numbers");
	while (tau_value_next(&items, &item) == 1) {
		int64_t *pick = &self->picks[self->pick_count];

		if (tau_value_int(&item, pick) || *pick == 0)
			return tau_fail(op, -EINVAL,
				"pick takes numbers of columns: 1 is the "
				"first, -1 the last");
		self->pick_count++;
		if (*pick < 0)
			self->needed = SIZE_MAX;
		else if ((size_t)*pick > self->needed)
			self->needed = (size_t)*pick;
	}
	return 0;
}

static int create(struct tau_op *op)
{
	struct fields *self = calloc(1, sizeof *self);
	const struct tau_param *pick = &op->params[PICK];
	struct tau_value list;

	op->self = self;
	if (!self)
		return tau_fail(op, -ENOMEM, "no memory");
	self->separator = op->params[SEPARATOR].value.s.text;
	if (op->params[SEPARATOR].type != TAU_PARAM_NONE)
		self->separator_bytes = op->params[SEPARATOR].value.s.bytes;
	if (pick->type == TAU_PARAM_LIST &&
		tau_value_open(
			pick->value.s.text, pick->value.s.bytes, &list) == 0 &&
		list.count)
		return read_picks(op, self, &list);
	self->needed = SIZE_MAX;
	return 0;
}

static void destroy(struct tau_op *op)
{
	struct fields *self = op->self;

	if (self) {
		free(self->picks);
		free(self->columns);
	}
	free(self);
}

static int add_column(struct fields *self, const char *text, size_t bytes)
{
	if (self->count == self->room) {
		size_t room = self->room ? 2 * self->room : 32;
		struct column *columns =
			reallocarray(self->columns, room, sizeof *columns);

		if (!columns)
			return -ENOMEM;
		self->columns = columns;
		self->room = room;
	}
	self->columns[self->count++] = (struct column){text, bytes};
	return 0;
}

static inline bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n';
}

static int cut_at_blanks(struct fields *self, const char *text, size_t bytes)
{
	const char *next = text, *limit = text + bytes, *from;

	while (self->count < self->needed) {
		while (next < limit && is_blank(*next))
			next++;
		if (next == limit)
			return 0;
		from = next;
		while (next < limit && !is_blank(*next))
			next++;
		if (add_column(self, from, (size_t)(next - from)))
			return -ENOMEM;
	}
	return 0;
}

static int cut_at_separator(struct fields *self, const char *text, size_t bytes)
{
	const char *next = text, *limit = text + bytes, *end;

	while (self->count < self->needed) {
		size_t left = (size_t)(limit - next);

		end = memmem(
			next, left, self->separator, self->separator_bytes);
		if (!end)
			return add_column(self, next, left);
		if (add_column(self, next, (size_t)(end - next)))
			return -ENOMEM;
		next = end + self->separator_bytes;
	}
	return 0;
}

/* The column a pick means, or NULL. */
static const struct column *picked(const struct fields *self, size_t index)
{
	int64_t pick = self->picks[index];
	uint64_t place = pick > 0 ? (uint64_t)pick : 0 - (uint64_t)pick;

	if (place > self->count)
		return NULL;
	return &self->columns[pick > 0 ? place - 1 : self->count - place];
}

static const struct column *output(const struct fields *self, size_t index)
{
	return self->pick_count ? picked(self, index) : &self->columns[index];
}

static int send_tuple(
	struct tau_op *op, struct fields *self, const struct tau_record *record)
{
	size_t count = self->pick_count ? self->pick_count : self->count;
	uint64_t contents = 0;
	struct tau_writer writer;
	struct tau_mark tuple;
	uint8_t *space;

	for (size_t i = 0; i < count; i++)
		contents += output(self, i)->bytes + 5;
	if (contents + 20 > op->out[OUT]->atomic)
		return bad_sendf(op, BAD, "fields", record,
			"its %zu columns are more than the %u bytes that the "
			"stream takes at once",
			count, op->out[OUT]->atomic);
	space = tau_reserve(op, OUT, (uint32_t)contents + 20);
	if (!space)
		return (int)op->out[OUT]->state;
	tau_writer_init(&writer, space, contents + 20);
	tuple = tau_write_tuple_begin(&writer, contents);
	for (size_t i = 0; i < count; i++)
		tau_write_text(
			&writer, output(self, i)->text, output(self, i)->bytes);
	tau_write_end(&writer, tuple);
	tau_commit(op, OUT, (uint32_t)tau_writer_finish(&writer), TAU_VALUE);
	return TAU_OK;
}

static int take_text(struct tau_op *op, const struct tau_record *record)
{
	struct fields *self = op->self;
	struct tau_record column = {.type = TAU_UTF8, .flags = record->flags};
	int code;

	self->count = 0;
	code = self->separator_bytes
		       ? cut_at_separator(self, record->body, record->bytes)
		       : cut_at_blanks(self, record->body, record->bytes);
	if (code)
		return tau_fail(op, code, "no memory for columns");
	for (size_t i = 0; i < self->pick_count; i++)
		if (!picked(self, i))
			return bad_sendf(op, BAD, "fields", record,
				"column %lld was picked, and there are %zu",
				(long long)self->picks[i], self->count);
	if (self->pick_count != 1)
		return send_tuple(op, self, record);
	column.body = picked(self, 0)->text;
	column.bytes = (uint32_t)picked(self, 0)->bytes;
	return tau_send(op, OUT, &column);
}

static int run(struct tau_op *op)
{
	return turn_text(op, take_text, "fields",
		"columns are cut out of text, and this is none");
}

const struct tau_operator text_fields = {.size = sizeof text_fields,
	.name = "fields",
	.create = create,
	.destroy = destroy,
	.run = run};
