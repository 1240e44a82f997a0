/* exec: see operator.h. */
#include "operator.h"

#include <errno.h>
#include <stdlib.h>

#include <tau/value.h>
#include <tau/writer.h>

#include "operators.h"

static int create(struct tau_op *op)
{
	struct exec *self = calloc(1, sizeof *self);

	op->self = self;
	if (!self)
		return tau_fail(op, -ENOMEM, "no memory");
	for (int i = 0; i < 3; i++)
		self->child.fds[i] = -1;
	self->take.format = (enum exec_format)op->params[OUTPUT].value.i;
	self->take.max = (size_t)op->params[MAX].value.i;
	self->take.out = OUT;
	self->take.bad = BAD;
	return words_init(
		op, &self->words, &op->params[COMMAND], &op->params[SETTINGS]);
}

/* Of a program that is ended with its topology nobody else tells. What was
 * handed over is the next one's, what was never run the one's before. */
static void say_lost(struct tau_op *op, struct exec *self)
{
	uint64_t lost;

	if (!self->works || self->phase != PHASE_RUNS || self->unwanted ||
		self->child.fds[TAU_CHILD_IN] < 0)
		return;
	lost = feed_lost(&self->feed, self->unread);
	lost += feed_drop(&self->feed);
	if (lost)
		tau_logf(op, TAU_WARNING,
			"%.*s is ended, and never read %llu record%s that it "
			"was given",
			SHOWN_BYTES, self->words.words[0],
			(unsigned long long)lost, lost == 1 ? "" : "s");
}

static void destroy(struct tau_op *op)
{
	struct exec *self = op->self;

	if (!self)
		return;
	if (!self->os)
		self->os = op->host->ext(op, "tau.os/1");
	say_lost(op, self);
	if (self->os)
		child_release(op, &self->child, self->os);
	words_release(&self->words);
	feed_release(&self->feed);
	take_release(&self->take);
	free(self);
}

/* --- its beginning --- */

static int start(struct tau_op *op, struct exec *self)
{
	const struct tau_param *folder = &op->params[FOLDER];
	const struct tau_child wish = {.size = sizeof wish,
		.words = self->words.words,
		.word_count = self->words.word_count,
		.settings = self->words.settings,
		.setting_count = self->words.setting_count,
		.folder = folder->type == TAU_PARAM_NONE
				  ? NULL
				  : folder->value.s.text};
	int64_t now_ns = op->host->now(op);
	int code;

	if (now_ns < self->again_ns)
		return TAU_OK;
	code = self->spawn->start(op, &wish, self->child.fds);
	if (code)
		return code;
	self->phase = PHASE_RUNS;
	self->run++;
	self->started_ns = now_ns;
	self->child.in_closed = self->out_closed = self->full = false;
	self->hint_ns = 0;
	self->why[0] = '\0';
	return child_watch(op, &self->child);
}

/* --- turns --- */

static void hint(struct tau_op *op, struct exec *self)
{
	if (!self->hint_ns || self->phase != PHASE_RUNS ||
		op->host->now(op) < self->hint_ns)
		return;
	self->hint_ns = 0;
	if (self->out_closed && !self->unwanted && !self->why[0])
		tau_logf(op, TAU_NOTICE,
			"%.*s has closed its standard output and lives on",
			SHOWN_BYTES, self->words.words[0]);
	if (self->child.in_closed && feed_rest(&self->feed))
		tau_logf(op, TAU_WARNING,
			"%.*s has closed its standard input and lives on; what "
			"it was to read waits until it has ended",
			SHOWN_BYTES, self->words.words[0]);
}

static int turn(struct tau_op *op, struct exec *self)
{
	int flow = TAU_OK;

	if (self->phase == PHASE_AWAITED)
		flow = start(op, self);
	if (flow == TAU_OK && self->phase == PHASE_RUNS &&
		!self->child.in_closed)
		flow = exec_feed(op, self);
	if (flow == TAU_OK && self->phase == PHASE_RUNS && !self->out_closed)
		flow = exec_take(op, self);
	if (flow == TAU_OK && self->phase == PHASE_RUNS)
		flow = exec_hear(op, self);
	if (flow == TAU_OK && self->phase == PHASE_ENDED)
		flow = exec_finish(op, self);
	if (flow == TAU_OK && self->phase == PHASE_COUNTED)
		flow = exec_conclude(op, self);
	if (flow == TAU_OK)
		hint(op, self);
	return flow;
}

static void set_want(
	struct tau_op *op, const struct exec *self, struct tau_want *want)
{
	const struct child *child = &self->child;

	if (self->phase == PHASE_AWAITED)
		want->deadline_ns = self->again_ns;
	if (self->phase == PHASE_RUNS) {
		want->any = TAU_SLOT(TAU_CHILD_LEASH);
		want->deadline_ns = self->hint_ns;
		if (!child->in_closed)
			want->any |= feed_rest(&self->feed)
					     ? TAU_SLOT(TAU_CHILD_IN)
					     : TAU_IN(IN);
		if (!self->out_closed && !self->full)
			want->any |= TAU_SLOT(TAU_CHILD_OUT);
	}
	if (self->unwanted || self->phase == PHASE_AWAITED)
		return;
	want->any |= TAU_OUT(OUT); /* room, else only that nobody reads */
	if (!self->full)
		(void)op->host->want_out(op, op->out[OUT], TAU_OFF);
}

/* Waits until there is something to do. Flow. */
static int await(struct tau_op *op, struct exec *self)
{
	struct tau_want want = {0};
	uint64_t ready = 0;
	int flow;

	set_want(op, self, &want);
	flow = tau_wait(op, &want, &ready);
	if (flow != TAU_OK)
		return flow;
	child_told(&self->child, ready);
	if (!(ready & TAU_OUT(OUT)) || self->full)
		return TAU_OK;
	flow = op->host->out_room(op, op->out[OUT], 0, TAU_BY_REFERENCE);
	if (flow == TAU_END && self->phase == PHASE_RUNS)
		return exec_settle(op, self, flow, 0);
	return flow == TAU_STOPPED || flow < 0 ? flow : TAU_OK;
}

static int begin(struct tau_op *op, struct exec *self)
{
	self->os = op->host->ext(op, "tau.os/1");
	self->spawn = op->host->ext(op, "tau.spawn/1");
	if (!self->os)
		return tau_fail(op, -ENOSYS,
			"this host gives its operators no system calls");
	if (!self->spawn)
		return tau_fail(op, -ENOSYS,
			"no program can be run here: that is done by a "
			"supervisor (tau run), and there is none in a test or "
			"in an application");
	self->works = true;
	return child_watch(op, &self->child);
}

static int run(struct tau_op *op)
{
	struct exec *self = op->self;
	int flow = begin(op, self);
	int64_t unread = 0;

	while (flow == TAU_OK) {
		flow = turn(op, self);
		if (flow == TAU_OK)
			flow = await(op, self);
	}
	child_unwatch(op, &self->child);
	if (flow == TAU_STOPPED && self->child.fds[TAU_CHILD_IN] >= 0)
		unread = self->spawn->unread(op, self->child.fds);
	self->unread = unread < 0 ? 0 : (uint64_t)unread;
	return flow < 0 ? flow : 0;
}

const struct tau_operator exec_operator = {.size = sizeof exec_operator,
	.name = "exec",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = exec_save,
	.restore = exec_restore};
