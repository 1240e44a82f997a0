/* state: see state.h. */
#include "common/state.h"

#include <tau/value.h>
#include <tau/writer.h>

int state_refuse(struct tau_op *op)
{
	return tau_fail(op, -EBADMSG,
		"the saved state is cut short or not this operator's");
}

int state_save(struct tau_op *op, struct tau_out *state,
	const struct state_entry *entries, size_t count)
{
	uint8_t space[1024];
	struct tau_writer writer;
	struct tau_mark map;
	int64_t bytes;
	int flow;

	tau_writer_init(&writer, space, sizeof space);
	map = tau_write_map_begin(&writer, 0);
	for (size_t i = 0; i < count; i++) {
		tau_write_text(
			&writer, entries[i].name, strlen(entries[i].name));
		tau_write_int(&writer, *entries[i].number);
	}
	tau_write_end(&writer, map);
	bytes = tau_writer_finish(&writer);
	if (bytes < 0)
		return (int)bytes;
	flow = tau_write_at(op, state, space, (uint32_t)bytes, TAU_VALUE);
	return flow == TAU_OK ? 0 : flow < 0 ? flow : -ENOBUFS;
}

int state_restore(struct tau_op *op, struct tau_in *state,
	const struct state_entry *entries, size_t count)
{
	const struct tau_record *record = tau_read_at(op, state);
	struct tau_value map, value;

	if (!record || record->type != TAU_VALUE ||
		tau_value_open(record->body, record->bytes, &map))
		return state_refuse(op);
	for (size_t i = 0; i < count; i++) {
		if (tau_value_get(&map, entries[i].name,
			    strlen(entries[i].name), &value) ||
			tau_value_int(&value, entries[i].number) ||
			*entries[i].number < 0)
			return state_refuse(op);
	}
	tau_consume_at(op, state);
	return 0;
}

void state_look_up(struct tau_op *op, struct tau_in *state, const char *name,
	int64_t *number)
{
	const struct tau_record *record = tau_read_at(op, state);
	struct tau_value map, value;
	int64_t found;

	if (record && record->type == TAU_VALUE &&
		!tau_value_open(record->body, record->bytes, &map) &&
		!tau_value_get(&map, name, strlen(name), &value) &&
		!tau_value_int(&value, &found) && found >= 0)
		*number = found;
}

int state_save_bytes(struct tau_op *op, struct tau_out *state,
	const void *bytes, size_t count)
{
	int flow;

	if (count > UINT32_MAX)
		return -EMSGSIZE;
	flow = tau_write_at(
		op, state, count ? bytes : "", (uint32_t)count, TAU_BYTES);
	return flow == TAU_OK ? 0 : flow < 0 ? flow : -ENOBUFS;
}

int state_save_buffer(struct tau_op *op, struct tau_out *state,
	const struct buffer *buffer, size_t from)
{
	return state_save_bytes(op, state,
		buffer->start ? buffer->start + from : NULL,
		buffer->bytes - from);
}

int state_restore_bytes(
	struct tau_op *op, struct tau_in *state, struct buffer *to)
{
	const struct tau_record *record = tau_read_at(op, state);

	if (!record || record->type != TAU_BYTES)
		return state_refuse(op);
	to->bytes = 0;
	if (buffer_append(to, record->body, record->bytes))
		return -ENOMEM;
	tau_consume_at(op, state);
	return 0;
}

int state_restore_same(struct tau_op *op, struct tau_in *state,
	const char *what, const void *bytes, size_t count)
{
	const struct tau_record *record = tau_read_at(op, state);

	if (!record || record->type != TAU_BYTES)
		return state_refuse(op);
	if (record->bytes != count ||
		(count && memcmp(record->body, bytes, count) != 0))
		return tau_failf(op, -EINVAL,
			"the saved state is of another %s; it cannot go on "
			"with this one, and under another name the operator "
			"begins anew",
			what);
	tau_consume_at(op, state);
	return 0;
}
