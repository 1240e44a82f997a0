/*
 * generate: the natural numbers as text, "1", "2", "3", up to `count`. The
 * next number is all its state; its digits are counted up in place.
 */
#include "operators.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/state.h"

enum { OUT = 0, COUNT = 0, DIGITS_MAX = 20 };

struct generate {
	int64_t next;  /* the number to be sent next */
	int64_t count; /* the last one; 0: there is none */
	char digits[DIGITS_MAX];
	uint32_t first; /* where the digits of `next` begin */
};

static int create(struct tau_op *op)
{
	struct generate *self = calloc(1, sizeof *self);

	op->self = self;
	if (!self)
		return tau_fail(op, -ENOMEM, "no memory");
	self->next = 1;
	if (op->params[COUNT].type == TAU_PARAM_INT)
		self->count = op->params[COUNT].value.i;
	return 0;
}

static void destroy(struct tau_op *op)
{
	free(op->self);
}

static void spell(struct generate *self)
{
	int64_t number = self->next;

	self->first = DIGITS_MAX;
	do {
		self->digits[--self->first] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
}

static void count_up(struct generate *self)
{
	uint32_t at = DIGITS_MAX;

	self->next++;
	while (at > self->first && self->digits[at - 1] == '9')
		self->digits[--at] = '0';
	if (at > self->first)
		self->digits[at - 1]++;
	else
		self->digits[--self->first] = '1';
}

static int run(struct tau_op *op)
{
	struct generate *self = op->self;

	spell(self);
	while (!self->count || self->next <= self->count) {
		if (tau_write(op, OUT, self->digits + self->first,
			    DIGITS_MAX - self->first, TAU_UTF8) != TAU_OK)
			return 0;
		count_up(self);
	}
	return 0;
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct generate *self = op->self;
	const struct state_entry entries[] = {
		{"next", &self->next}, {"of", &self->count}};

	(void)version;
	return state_save(op, state, entries, 2);
}

/* Where it goes on is kept, also where another count is asked for. */
static void change(struct tau_op *op)
{
	struct generate *self = op->self;
	char until[32] = "without end";

	if (self->count)
		snprintf(
			until, sizeof until, "to %lld", (long long)self->count);
	tau_logf(op, TAU_NOTICE,
		"%lld numbers were counted, and it goes on from there; it "
		"counts %s now",
		(long long)(self->next - 1), until);
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct generate *self = op->self;
	int64_t former = self->count;
	const struct state_entry entries[] = {{"next", &self->next}};
	int code;

	(void)version;
	state_look_up(op, state, "of", &former);
	code = state_restore(op, state, entries, 1);
	if (code == 0 && self->next < 1)
		return state_refuse(op);
	if (code == 0 && former != self->count)
		change(op);
	return code;
}

const struct tau_operator flow_generate = {.size = sizeof flow_generate,
	.name = "generate",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};
