/*
 * tally: requests per status, told at the end. Version 1.
 *
 * Its state is one record, the list of what was counted: ((200, 17), (404, 3)).
 * So nothing of it can be missing without being seen.
 */
#include <tau/operator.h>

#include <errno.h>
#include <stdlib.h>

#include <tau/value.h>
#include <tau/writer.h>

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0", "name": "tally", "version": "1.0.0", "license": "MIT",
	"operators": [{
		"name": "requests", "doc": "Counts requests per status.",
		"in":  [{"name": "in",  "type": "value", "doc": "requests, as weblog gives them"}],
		"out": [{"name": "out", "type": "value", "doc": "one map for each status"}],
		"state": {"version": 1}
	}]
});
/* clang-format on */

enum { IN, OUT = 0, STATUSES = 1000 };

struct tally {
	int64_t count[STATUSES];
};

static int create(struct tau_op *op)
{
	op->self = calloc(1, sizeof(struct tally));
	return op->self ? 0 : tau_fail(op, -ENOMEM, "no memory");
}

static void destroy(struct tau_op *op)
{
	free(op->self);
}

static void count(struct tally *self, const struct tau_record *record)
{
	struct tau_value request, value;
	int64_t status;

	if (tau_record_value(record, &request) == 0 &&
		tau_value_get(&request, "status", 6, &value) == 0 &&
		tau_value_int(&value, &status) == 0 && status >= 0 &&
		status < STATUSES)
		self->count[status]++;
}

static int tell(struct tau_op *op, int status)
{
	struct tally *self = op->self;
	uint8_t space[64];
	struct tau_writer writer;
	struct tau_mark map;

	tau_writer_init(&writer, space, sizeof space);
	map = tau_write_map_begin(&writer, 0);
	tau_write_text(&writer, "status", 6);
	tau_write_int(&writer, status);
	tau_write_text(&writer, "count", 5);
	tau_write_int(&writer, self->count[status]);
	tau_write_end(&writer, map);
	return tau_write(op, OUT, space, (uint32_t)tau_writer_finish(&writer),
		TAU_VALUE);
}

static int run(struct tau_op *op)
{
	struct tally *self = op->self;
	const struct tau_record *record;
	int flow = TAU_OK;

	while ((record = tau_read(op, IN))) {
		count(self, record);
		tau_consume(op, IN);
	}
	if (!tau_ended(op, IN))
		return 0; /* told to stop: save comes next */
	for (int i = 0; i < STATUSES && flow == TAU_OK; i++)
		if (self->count[i])
			flow = tell(op, i);
	return flow < 0 ? flow : 0;
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct tally *self = op->self;
	uint32_t room = 32 * STATUSES;
	uint8_t *space = tau_reserve_at(op, state, room);
	struct tau_writer writer;
	struct tau_mark all, one;

	(void)version; /* there is one */
	if (!space)
		return -ENOBUFS;
	tau_writer_init(&writer, space, room);
	all = tau_write_tuple_begin(&writer, room);
	for (int i = 0; i < STATUSES; i++) {
		if (!self->count[i])
			continue;
		one = tau_write_tuple_begin(&writer, 0);
		tau_write_int(&writer, i);
		tau_write_int(&writer, self->count[i]);
		tau_write_end(&writer, one);
	}
	tau_write_end(&writer, all);
	tau_commit_at(
		op, state, (uint32_t)tau_writer_finish(&writer), TAU_VALUE);
	return 0;
}

static int restore_one(struct tally *self, const struct tau_value *one)
{
	struct tau_value value;
	int64_t status;

	if (tau_value_item(one, 0, &value) || tau_value_int(&value, &status) ||
		status < 0 || status >= STATUSES ||
		tau_value_item(one, 1, &value) ||
		tau_value_int(&value, &self->count[status]))
		return -EBADMSG;
	return 0;
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	const struct tau_record *record = tau_read_at(op, state);
	struct tau_items items;
	struct tau_value all, one;
	int more, code = 0;

	(void)version;
	if (!record || tau_record_value(record, &all) ||
		tau_value_items(&all, &items))
		return tau_fail(op, -EBADMSG, "the state is no tally's");
	while (code == 0 && (more = tau_value_next(&items, &one)) != 0)
		code = more < 0 ? more : restore_one(op->self, &one);
	if (code)
		return tau_fail(op, code, "the state is no tally's");
	tau_consume_at(op, state);
	return 0;
}

static const struct tau_operator requests = {.size = sizeof requests,
	.name = "requests",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};
TAU_OPERATORS(&requests);
