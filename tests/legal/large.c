/* A state of many large records. */
#include "plugin.h"

/* clang-format off */
DESCRIBE({
	"name": "legal",
	"in": [
		{"name": "in", "type": "any"}
	],
	"out": [
		{"name": "out", "type": "any"}
	],
	"state": {
		"version": 1,
		"reads": [1],
		"writes": [1]
	}
});
/* clang-format on */
enum { PARTS = 24, PART_BYTES = 65536 };
struct self {
	uint8_t part[PARTS][PART_BYTES];
	uint64_t at;
};
static int create(struct tau_op *op)
{
	op->self = calloc(1, sizeof(struct self));
	return op->self ? 0 : tau_fail(op, -ENOMEM, "there is no memory");
}
static void destroy(struct tau_op *op)
{
	free(op->self);
}
static int run(struct tau_op *op)
{
	struct self *self = op->self;
	const struct tau_record *r;
	int flow = TAU_OK;
	while (flow == TAU_OK && (r = tau_read(op, 0))) {
		self->part[self->at % PARTS][self->at] ^= (uint8_t)r->bytes;
		flow = tau_pass(op, 0, 0);
		self->at += flow == TAU_OK;
	}
	return stop_for(flow);
}
static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct self *self = op->self;
	int flow =
		tau_write_at(op, state, &self->at, sizeof self->at, TAU_BYTES);
	(void)version;
	for (int i = 0; flow == TAU_OK && i < PARTS; i++)
		flow = tau_write_at(
			op, state, self->part[i], PART_BYTES, TAU_BYTES);
	return stop_for(flow);
}
static int take(struct tau_op *op, struct tau_in *state, void *to, size_t bytes)
{
	const struct tau_record *r = tau_read_at(op, state);
	if (!r || r->bytes != bytes)
		return tau_fail(op, -EINVAL, "that is not my state");
	memcpy(to, r->body, bytes);
	tau_consume_at(op, state);
	return 0;
}
static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct self *self = op->self;
	int code = take(op, state, &self->at, sizeof self->at);
	(void)version;
	for (int i = 0; code == 0 && i < PARTS; i++)
		code = take(op, state, self->part[i], PART_BYTES);
	return code;
}
OPERATOR(PLAIN);
