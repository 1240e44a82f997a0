/* totals: see totals.h. */
#include "totals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bad.h"
#include "common/state.h"

enum { SLOT = 0 };

/* Two fields must not have one name: both then go by their whole pointers. */
static int tell_apart(struct totals *totals)
{
	for (size_t i = 0; i < totals->by_count; i++) {
		struct field *field = &totals->by[i];
		bool same = strlen(totals->name) == field->name_bytes &&
			    memcmp(totals->name, field->name,
				    field->name_bytes) == 0;

		for (size_t k = 0; k < totals->by_count && !same; k++)
			same = k != i &&
			       totals->by[k].name_bytes == field->name_bytes &&
			       memcmp(totals->by[k].name, field->name,
				       field->name_bytes) == 0;
		field->label = same ? field->pointer : field->name;
		field->label_bytes =
			same ? field->pointer_bytes : field->name_bytes;
		totals->name_bytes += field->label_bytes + 5;
	}
	return 0;
}

int totals_init(
	struct tau_op *op, struct totals *totals, uint32_t by, uint32_t every)
{
	int code =
		fields_create(&totals->by, &totals->by_count, &op->params[by]);

	if (code)
		return tau_fail(op, code, "by is no list of fields");
	if (op->params[every].type == TAU_PARAM_DURATION)
		totals->every_ns = op->params[every].value.i;
	return tell_apart(totals);
}

void totals_release(struct totals *totals)
{
	fields_destroy(&totals->by, totals->by_count);
	groups_release(&totals->groups);
	buffer_release(&totals->key);
}

static int out_of_memory(struct tau_op *op)
{
	return tau_fail(op, -ENOMEM, "no memory for another group");
}

/* One group's map. Flow. */
static int send_group(
	struct tau_op *op, struct totals *totals, const struct group *group)
{
	const uint8_t *key = totals->groups.keys.start + group->key;
	size_t room = 64 + totals->name_bytes + group->key_bytes +
		      8 * totals->by_count;
	void *space = tau_reserve(op, TOTALS_OUT, (uint32_t)room);
	struct tau_writer writer;
	struct tau_mark map;
	size_t at = 0;

	if (!space)
		return (int)op->out[TOTALS_OUT]->state;
	tau_writer_init(&writer, space, room);
	map = tau_write_map_begin(&writer, room);
	for (size_t i = 0; i < totals->by_count; i++) {
		tau_write_text(&writer, totals->by[i].label,
			totals->by[i].label_bytes);
		key_write(&writer, key, &at);
	}
	tau_write_text(&writer, totals->name, strlen(totals->name));
	number_write(&writer, &group->total);
	tau_write_end(&writer, map);
	tau_commit(op, TOTALS_OUT, (uint32_t)tau_writer_finish(&writer),
		TAU_VALUE);
	return TAU_OK;
}

/* All groups, which are forgotten then. Flow. */
static int send_totals(struct tau_op *op, struct totals *totals)
{
	for (size_t i = 0; i < totals->groups.count; i++) {
		int flow = send_group(op, totals, &totals->groups.group[i]);

		if (flow != TAU_OK)
			return flow;
	}
	groups_clear(&totals->groups);
	totals->sent = 1;
	return TAU_OK;
}

/* At the end of the input: who asked how many there are is told, even that
 * there were none. */
static int send_last(struct tau_op *op, struct totals *totals)
{
	if (totals->groups.count == 0 && totals->by_count == 0 &&
		!totals->sent &&
		!groups_at(&totals->groups, (const uint8_t *)"", 0))
		return out_of_memory(op);
	return send_totals(op, totals);
}

static int send_cycle(struct tau_op *op)
{
	static const struct tau_record cycle = {
		.body = "", .type = TAU_CYCLE, .flags = TAU_STATIC};

	return tau_send(op, TOTALS_OUT, &cycle);
}

static int refuse(struct tau_op *op, struct totals *totals,
	const struct tau_record *record, const struct field *field, int code)
{
	if (code == -EBADMSG)
		return bad_send(op, TOTALS_BAD, totals->name, record,
			"the record is not utf9");
	return bad_sendf(op, TOTALS_BAD, totals->name, record,
		"the record has no field \"%.*s\"", field_shown(field),
		field->pointer);
}

/* What the record adds: TAU_OK, or the flow of sending it to bad with
 * *adds false. */
static int amount(struct tau_op *op, struct totals *totals,
	const struct tau_record *record, struct number *number, bool *adds)
{
	struct tau_value value;
	int code;

	*number = (struct number){.kind = NUMBER_INT, .integer = 1};
	if (!totals->what)
		return TAU_OK;
	code = field_find(totals->what, record, &value);
	*adds = code == 0 && number_of_value(number, &value);
	if (*adds)
		return TAU_OK;
	if (code)
		return refuse(op, totals, record, totals->what, code);
	return bad_sendf(op, TOTALS_BAD, totals->name, record,
		"the field \"%.*s\" is no number", field_shown(totals->what),
		totals->what->pointer);
}

/* Adds the record to its group. Flow. */
static int take_record(struct tau_op *op, struct totals *totals,
	const struct tau_record *record)
{
	struct tau_value value;
	struct number number;
	struct group *group;
	bool adds = true;
	int flow = amount(op, totals, record, &number, &adds);

	if (flow != TAU_OK || !adds)
		return flow;
	totals->key.bytes = 0;
	for (size_t i = 0; i < totals->by_count; i++) {
		int code = field_find(&totals->by[i], record, &value);

		if (code)
			return refuse(op, totals, record, &totals->by[i], code);
		if (key_add(&totals->key, &value))
			return out_of_memory(op);
	}
	group = groups_at(
		&totals->groups, totals->key.start, totals->key.bytes);
	if (!group)
		return out_of_memory(op);
	number_add(&group->total, &number);
	return TAU_OK;
}

static int take_cycle(struct tau_op *op, struct totals *totals,
	const struct tau_record *record)
{
	int flow = send_totals(op, totals);

	return flow == TAU_OK ? tau_send(op, TOTALS_OUT, record) : flow;
}

static int drain_window(struct tau_op *op, struct totals *totals)
{
	struct tau_in *in = op->in[TOTALS_IN];
	int flow = TAU_OK;

	while (flow == TAU_OK && in->next < in->limit) {
		flow = in->next->type == TAU_CYCLE
			       ? take_cycle(op, totals, in->next)
			       : take_record(op, totals, in->next);
		if (flow == TAU_OK)
			in->next++;
	}
	return flow;
}

/* Waits for records or the timer, which it serves. Flow. */
static int wait_timed(struct tau_op *op, struct totals *totals)
{
	struct tau_want want = {.any = TAU_IN(TOTALS_IN) | TAU_SLOT(SLOT)};
	uint64_t ready = 0;
	int flow = tau_wait(op, &want, &ready);

	if (flow != TAU_OK || !(ready & TAU_SLOT(SLOT)))
		return flow;
	/* The cycle goes out even if nothing came: a merge behind us waits for
	 * those of all its inputs. */
	flow = send_totals(op, totals);
	return flow == TAU_OK ? send_cycle(op) : flow;
}

static int arm(struct tau_op *op, struct totals *totals)
{
	int64_t now = op->host->now(op), first = INT64_MAX;
	int code = 0;

	/* A duration may be longer than what is left of the clock. */
	if (totals->every_ns < INT64_MAX - now)
		first = now + totals->every_ns;
	if (totals->every_ns && !totals->armed)
		code = op->host->timer(op, SLOT, first, totals->every_ns);
	totals->armed = totals->every_ns != 0;
	return code;
}

int totals_run(struct tau_op *op, struct totals *totals)
{
	int flow = arm(op, totals);

	while (flow == TAU_OK) {
		bool there = totals->every_ns ? tau_peek(op, TOTALS_IN) != NULL
					      : tau_read(op, TOTALS_IN) != NULL;

		if (there)
			flow = drain_window(op, totals);
		else if (tau_ended(op, TOTALS_IN))
			break;
		else if (totals->every_ns)
			flow = wait_timed(op, totals);
		else
			return 0;
	}
	if (flow == TAU_OK)
		flow = send_last(op, totals);
	return flow < 0 ? flow : 0;
}

static int save_group(struct tau_op *op, struct totals *totals,
	struct tau_out *state, const struct group *group)
{
	size_t room = 64 + group->key_bytes;
	void *space = tau_reserve_at(op, state, (uint32_t)room);
	struct tau_writer writer;
	struct tau_mark tuple;

	if (!space)
		return -ENOBUFS;
	tau_writer_init(&writer, space, room);
	tuple = tau_write_tuple_begin(&writer, room);
	tau_write_bytes(&writer, totals->groups.keys.start + group->key,
		group->key_bytes);
	number_write(&writer, &group->total);
	tau_write_end(&writer, tuple);
	tau_commit_at(
		op, state, (uint32_t)tau_writer_finish(&writer), TAU_VALUE);
	return 0;
}

/* Which fields the totals are by, and of. */
static int save_fields(
	struct tau_op *op, struct totals *totals, struct tau_out *state)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < totals->by_count; i++)
		code = state_save_bytes(op, state, totals->by[i].pointer,
			totals->by[i].pointer_bytes);
	if (code == 0 && totals->what)
		code = state_save_bytes(op, state, totals->what->pointer,
			totals->what->pointer_bytes);
	return code;
}

int totals_save(struct tau_op *op, struct totals *totals, struct tau_out *state)
{
	int64_t by = (int64_t)totals->by_count;
	int64_t groups = (int64_t)totals->groups.count;
	const struct state_entry entries[] = {{"armed", &totals->armed},
		{"sent", &totals->sent}, {"by", &by}, {"groups", &groups}};
	int code = state_save(op, state, entries, 4);

	if (code == 0)
		code = save_fields(op, totals, state);
	for (size_t i = 0; code == 0 && i < totals->groups.count; i++)
		code = save_group(op, totals, state, &totals->groups.group[i]);
	return code;
}

static int restore_group(
	struct tau_op *op, struct totals *totals, struct tau_in *state)
{
	const struct tau_record *record = tau_read_at(op, state);
	size_t count = totals->groups.count;
	struct tau_value tuple, key, total;
	struct number number;
	struct group *group;
	size_t bytes;

	if (!record || tau_record_value(record, &tuple) ||
		tau_value_kind(&tuple) != TAU_KIND_TUPLE ||
		tau_value_item(&tuple, 0, &key) ||
		tau_value_item(&tuple, 1, &total) ||
		tau_value_kind(&key) != TAU_KIND_BYTES ||
		!number_of_value(&number, &total))
		return state_refuse(op);
	bytes = (size_t)(key.limit - key.body);
	if (!key_is_good(key.body, bytes, totals->by_count))
		return state_refuse(op);
	group = groups_at(&totals->groups, key.body, bytes);
	if (!group)
		return out_of_memory(op);
	if (totals->groups.count == count) /* one that was there already */
		return state_refuse(op);
	group->total = number;
	tau_consume_at(op, state);
	return 0;
}

static int restore_fields(
	struct tau_op *op, struct totals *totals, struct tau_in *state)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < totals->by_count; i++)
		code = state_restore_same(op, state, "list of fields",
			totals->by[i].pointer, totals->by[i].pointer_bytes);
	if (code == 0 && totals->what)
		code = state_restore_same(op, state, "field",
			totals->what->pointer, totals->what->pointer_bytes);
	return code;
}

int totals_restore(
	struct tau_op *op, struct totals *totals, struct tau_in *state)
{
	int64_t by, groups;
	const struct state_entry entries[] = {{"armed", &totals->armed},
		{"sent", &totals->sent}, {"by", &by}, {"groups", &groups}};
	int code = state_restore(op, state, entries, 4);

	if (code == 0 && by != (int64_t)totals->by_count)
		code = tau_fail(op, -EINVAL,
			"the saved state is of another list of fields; it "
			"cannot go on with this one, and under another name "
			"the operator begins anew");
	if (code == 0)
		code = restore_fields(op, totals, state);
	while (code == 0 && groups-- > 0)
		code = restore_group(op, totals, state);
	return code;
}
