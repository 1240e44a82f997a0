/*
 * iota: passes records on and tells the edges of its stream's readiness: iota
 * at first and whenever room has come, kappa when a record has to wait. What
 * `edges` cannot take now is told later, if it is still true: the records
 * never wait for it.
 */
#include "operators.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/state.h"

enum { IN = 0, OUT = 0, EDGES = 1, WANT = 0, EDGE_BYTES = 8 };

struct iota {
	int64_t told, now; /* codes of signs; 0: none yet */
};

static int create(struct tau_op *op)
{
	struct iota *self = calloc(1, sizeof *self);

	op->self = self;
	if (!self)
		return tau_fail(op, -ENOMEM, "no memory");
	self->now = TAU_CODE_IOTA;
	return 0;
}

static void destroy(struct tau_op *op)
{
	free(op->self);
}

/* Tells what is new if that is possible now. TAU_OK or an error. */
static int tell(struct tau_op *op, struct iota *self)
{
	struct tau_writer writer;
	struct tau_mark tuple;
	int flow;

	if (self->told == self->now)
		return TAU_OK;
	flow = op->host->out_room(op, op->out[EDGES], EDGE_BYTES, 0);
	if (flow != TAU_OK)
		return flow < 0 ? flow : TAU_OK;
	tau_writer_init(&writer, op->out[EDGES]->body, EDGE_BYTES);
	tuple = tau_write_tuple_begin(&writer, 0);
	tau_write_signal(&writer, (uint32_t)self->now);
	tau_write_end(&writer, tuple);
	tau_commit(op, EDGES, (uint32_t)tau_writer_finish(&writer), TAU_VALUE);
	self->told = self->now;
	return TAU_OK;
}

/* Waits until `out` is ready for more, and meanwhile tells that it is not. */
static int wait_for_room(struct tau_op *op, struct iota *self)
{
	uint64_t ready = 0;
	int flow = TAU_OK;

	self->now = TAU_CODE_KAPPA;
	while (flow == TAU_OK && !(ready & TAU_OUT(OUT))) {
		struct tau_want want = {.any = TAU_OUT(OUT)};

		flow = tell(op, self);
		if (self->told != self->now && op->out[EDGES]->state != TAU_END)
			want.any |= TAU_OUT(EDGES);
		if (flow == TAU_OK)
			flow = tau_wait(op, &want, &ready);
	}
	if (ready & TAU_OUT(OUT))
		self->now = TAU_CODE_IOTA;
	return flow == TAU_OK ? tell(op, self) : flow;
}

static int pass(
	struct tau_op *op, struct iota *self, const struct tau_record *record)
{
	struct tau_out *out = op->out[OUT];

	if (out->next >= out->limit || record->bytes > out->credit) {
		int flow = op->host->out_room(
			op, out, record->bytes, TAU_BY_REFERENCE);

		if (flow == TAU_WAIT)
			flow = wait_for_room(op, self);
		if (flow != TAU_OK)
			return flow;
	}
	return tau_pass(op, IN, OUT);
}

static int run(struct tau_op *op)
{
	struct iota *self = op->self;
	const struct tau_record *record;
	int flow = op->host->want_out(
		op, op->out[OUT], (uint64_t)op->params[WANT].value.i);

	if (flow == TAU_OK)
		flow = tell(op, self);
	while (flow == TAU_OK && (record = tau_read(op, IN)))
		flow = pass(op, self, record);
	return flow < 0 ? flow : 0;
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct iota *self = op->self;
	const struct state_entry entries[] = {
		{"told", &self->told}, {"now", &self->now}};

	(void)version;
	return state_save(op, state, entries, 2);
}

static bool is_edge(int64_t code)
{
	return code == TAU_CODE_IOTA || code == TAU_CODE_KAPPA;
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct iota *self = op->self;
	const struct state_entry entries[] = {
		{"told", &self->told}, {"now", &self->now}};

	int code = state_restore(op, state, entries, 2);

	(void)version;
	if (code == 0 &&
		((self->told && !is_edge(self->told)) || !is_edge(self->now)))
		code = state_refuse(op);
	return code;
}

const struct tau_operator bundle_iota = {.size = sizeof bundle_iota,
	.name = "iota",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};
