/* rows: see rows.h. */
#include "common/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/state.h"

struct row *rows_add(struct rows *rows, const struct tau_record *record)
{
	struct row *row;
	uint8_t *body;

	if (rows->count == rows->room) {
		size_t room = rows->room ? 2 * rows->room : 16;

		row = reallocarray(rows->row, room, sizeof *row);
		if (!row)
			return NULL;
		rows->row = row;
		rows->room = room;
	}
	body = malloc((size_t)record->bytes + 1);
	if (!body)
		return NULL;
	memcpy(body, record->body, record->bytes);
	row = &rows->row[rows->count++];
	*row = (struct row){.record = *record, .place = rows->next_place++};
	row->record.body = body;
	row->record.flags = 0;
	return row;
}

void row_release(struct row *row)
{
	free((void *)(uintptr_t)row->record.body);
	row->record.body = NULL;
}

void rows_clear(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		row_release(&rows->row[i]);
	rows->count = 0;
	rows->next_place = 0;
}

void rows_release(struct rows *rows)
{
	rows_clear(rows);
	free(rows->row);
	*rows = (struct rows){NULL, 0, 0, 0};
}

int row_key(struct row *row, const struct tau_value *value)
{
	if (number_of_value(&row->number, value)) {
		row->class = ROW_NUMBER;
		return 0;
	}
	switch (tau_value_kind(value)) {
	case TAU_KIND_NULL:
		row->class = ROW_NULL;
		return 0;
	case TAU_KIND_BOOL:
		row->class =
			value->code == TAU_CODE_TRUE ? ROW_TRUE : ROW_FALSE;
		return 0;
	case TAU_KIND_TEXT:
	case TAU_KIND_BYTES:
		row->class = ROW_TEXT;
		row->text = value->body;
		row->text_bytes = (size_t)(value->limit - value->body);
		return 0;
	default:
		return -EINVAL;
	}
}

static int compare_text(const struct row *one, const struct row *other)
{
	size_t least = one->text_bytes < other->text_bytes ? one->text_bytes
							   : other->text_bytes;
	int order = least ? memcmp(one->text, other->text, least) : 0;

	if (order)
		return order;
	return (one->text_bytes > other->text_bytes) -
	       (one->text_bytes < other->text_bytes);
}

int row_compare(const struct row *one, const struct row *other)
{
	if (one->class != other->class)
		return one->class < other->class ? -1 : 1;
	if (one->class == ROW_NUMBER)
		return number_compare(&one->number, &other->number);
	return one->class == ROW_TEXT ? compare_text(one, other) : 0;
}

int rows_send(struct tau_op *op, uint32_t port, struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct tau_record *record = &rows->row[i].record;
		int flow = tau_write(
			op, port, record->body, record->bytes, record->type);

		if (flow != TAU_OK)
			return flow;
	}
	rows_clear(rows);
	return TAU_OK;
}

int rows_save(struct tau_op *op, struct tau_out *state, const struct rows *rows)
{
	int64_t count = (int64_t)rows->count;
	const struct state_entry entries[] = {{"rows", &count}};
	int code = state_save(op, state, entries, 1);

	for (size_t i = 0; code == 0 && i < rows->count; i++) {
		const struct tau_record *record = &rows->row[i].record;
		int flow = tau_write_at(
			op, state, record->body, record->bytes, record->type);

		if (flow != TAU_OK)
			code = flow < 0 ? flow : -ENOBUFS;
	}
	return code;
}

int rows_restore(struct tau_op *op, struct tau_in *state,
	int (*take)(struct tau_op *op, const struct tau_record *record))
{
	int64_t count = 0;
	const struct state_entry entries[] = {{"rows", &count}};
	int code = state_restore(op, state, entries, 1);

	while (code == 0 && count-- > 0) {
		const struct tau_record *record = tau_read_at(op, state);

		code = record ? take(op, record) : state_refuse(op);
		if (code == 0)
			tau_consume_at(op, state);
	}
	return code;
}
