/* world: operators that pass records on, and sinks. See world_inside.h. */
#include "tests/world_inside.h"

#include <check.h>
#include <errno.h>
#include <string.h>

struct ledger ledgers[WORLD_LEDGERS];

void note(uint32_t at, const struct tau_record *record)
{
	struct ledger *ledger = &ledgers[at];
	const uint8_t *body = record->body;
	uint64_t hash = ledger->hash ^ (record->bytes * 31u + record->type);

	for (uint32_t i = 0; i < record->bytes; i++)
		hash = (hash ^ body[i]) * UINT64_C(1099511628211);
	ledger->hash = hash * UINT64_C(1099511628211) + 1;
	ledger->records++;
	ledger->bytes += record->bytes;
}

/* `count` records of up to `most` bytes; the last of each 50 is a cycle. */
static int write_some(struct tau_op *op, uint64_t count, uint32_t most)
{
	struct self *self = self_of(op);

	for (; self->next < count; self->next++) {
		uint64_t i = self->next;
		uint32_t bytes =
			i % 50 == 49 ? 0 : (uint32_t)(i * 104729 % most);
		uint16_t type = i % 50 == 49 ? TAU_CYCLE
				: i % 3      ? TAU_BYTES
					     : TAU_UTF8;
		uint8_t *body = tau_reserve(op, OUT, bytes);

		if (!body)
			return 0;
		for (uint32_t b = 0; b < bytes; b++)
			body[b] = (uint8_t)(i + b * 7);
		tau_commit(op, OUT, bytes, type);
	}
	return 0;
}

int source_run(struct tau_op *op)
{
	return write_some(op, 300, 500);
}

int large_run(struct tau_op *op)
{
	return write_some(op, 24, 300000);
}

int pass_run(struct tau_op *op)
{
	const struct tau_record *record;

	while ((record = tau_read(op, IN))) {
		void *body = tau_reserve(op, OUT, record->bytes);

		if (!body)
			break;
		if (record->bytes)
			memcpy(body, record->body, record->bytes);
		tau_commit(op, OUT, record->bytes, record->type);
		tau_consume(op, IN);
	}
	return 0;
}

int forward_run(struct tau_op *op)
{
	while (tau_read(op, IN))
		if (tau_pass(op, IN, OUT) != TAU_OK)
			break;
	return 0;
}

/* Three for one: a stop must not come between them. */
int triple_run(struct tau_op *op)
{
	const struct tau_record *record;

	for (; (record = tau_read(op, IN)); tau_consume(op, IN))
		for (uint8_t i = 0; i < 3; i++) {
			uint8_t *body = tau_reserve(op, OUT, record->bytes + 1);

			if (!body)
				return 0;
			if (record->bytes)
				memcpy(body, record->body, record->bytes);
			body[record->bytes] = i;
			tau_commit(op, OUT, record->bytes + 1, TAU_BYTES);
		}
	return 0;
}

int step_ready(struct tau_op *op, uint64_t ready, struct tau_want *want)
{
	struct self *self = self_of(op);
	const struct tau_record *record;

	const uint64_t both = TAU_IN(IN) | TAU_OUT(OUT);

	if (self->next && (ready & both) != both &&
		!(ready & (TAU_QUIESCE | TAU_GONE)))
		return tau_fail(op, -EBADMSG, "called for nothing");
	self->next = !(ready & TAU_QUIESCE);
	want->all = TAU_IN(IN) | TAU_OUT(OUT);
	while ((record = tau_peek(op, IN))) {
		void *body = tau_reserve(op, OUT, record->bytes);

		if (!body)
			return op->out[OUT]->state == TAU_END ? TAU_OK
							      : TAU_WAIT;
		if (record->bytes)
			memcpy(body, record->body, record->bytes);
		tau_commit(op, OUT, record->bytes, record->type);
		tau_consume(op, IN);
	}
	return tau_ended(op, IN) ? TAU_OK : TAU_WAIT;
}

/* Says at the end how much it saw. */
int sum_run(struct tau_op *op)
{
	struct self *self = self_of(op);
	const struct tau_record *record;

	for (; (record = tau_read(op, IN)); tau_consume(op, IN)) {
		self->next++;
		self->sum = self->sum * 31 + record->bytes + record->type;
	}
	if (tau_ended(op, IN))
		(void)tau_write(op, OUT, &self->next, 16, TAU_BYTES);
	return 0;
}

int tee_run(struct tau_op *op)
{
	while (tau_read(op, IN))
		if (tau_send(op, 0, op->in[IN]->next) != TAU_OK ||
			tau_pass(op, IN, 1) != TAU_OK)
			break;
	return 0;
}

/* First all of one port, then all of the other. */
int chain_run(struct tau_op *op)
{
	for (uint32_t port = 0; port < 2; port++) {
		while (tau_read(op, port))
			if (tau_pass(op, port, OUT) != TAU_OK)
				return 0;
		if (!tau_ended(op, port))
			return 0;
	}
	return 0;
}

int take_run(struct tau_op *op)
{
	struct self *self = self_of(op);

	while (self->next < 10 && tau_read(op, IN)) {
		if (tau_pass(op, IN, OUT) != TAU_OK)
			break;
		self->next++;
	}
	return 0;
}

int broken_run(struct tau_op *op)
{
	struct self *self = self_of(op);

	while (self->next < 20 && tau_read(op, IN)) {
		if (tau_pass(op, IN, OUT) != TAU_OK)
			break;
		self->next++;
	}
	return self->next < 20 ? 0 : tau_fail(op, -EIO, "as it should");
}

static int sink(struct tau_op *op, uint32_t at)
{
	for (; tau_read(op, IN); tau_consume(op, IN))
		note(at, op->in[IN]->next);
	return 0;
}

int sink_run(struct tau_op *op)
{
	return sink(op, 0);
}

int sink2_run(struct tau_op *op)
{
	return sink(op, 1);
}

/* Reads one, then lets everybody else have a turn. */
int slow_run(struct tau_op *op)
{
	for (; tau_read(op, IN); tau_consume(op, IN)) {
		note(0, op->in[IN]->next);
		op->host->yield(op);
	}
	return 0;
}
