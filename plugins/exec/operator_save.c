/* exec: what it keeps when it is stopped. The program lives on meanwhile: its
 * fds travel, and what is on its way to it and from it. */
#include "operator.h"

#include <errno.h>

#include "common/state.h"

enum { ENTRIES = 14 };

/* The numbers of the state, as state_save wants them. */
struct numbers {
	int64_t phase, run, tries, pause, again_in, lived;
	int64_t code, failed, signal, lost, again, fed, unwanted, closed;
};

static void list(struct numbers *numbers, struct state_entry entries[ENTRIES])
{
	const struct state_entry all[ENTRIES] = {{"phase", &numbers->phase},
		{"run", &numbers->run}, {"tries", &numbers->tries},
		{"pause_ns", &numbers->pause},
		{"again_in_ns", &numbers->again_in},
		{"lived_ns", &numbers->lived}, {"code", &numbers->code},
		{"errno", &numbers->failed}, {"signal", &numbers->signal},
		{"lost", &numbers->lost}, {"again", &numbers->again},
		{"fed", &numbers->fed}, {"unwanted", &numbers->unwanted},
		{"out_closed", &numbers->closed}};

	memcpy(entries, all, sizeof all);
}

int exec_save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct exec *self = op->self;
	int64_t now_ns = op->host->now(op);
	struct numbers numbers = {.phase = self->phase,
		.run = self->run,
		.tries = self->tries,
		.pause = self->pause_ns,
		.again_in =
			self->again_ns > now_ns ? self->again_ns - now_ns : 0,
		.lived = self->run ? now_ns - self->started_ns : 0,
		.code = self->end.code < 0 ? 0 : self->end.code,
		.failed = self->end.code < 0 ? -self->end.code : 0,
		.signal = self->end.signal,
		.lost = self->lost,
		.again = self->again,
		.fed = self->fed,
		.unwanted = self->unwanted,
		.closed = self->out_closed};
	struct state_entry entries[ENTRIES];
	int code;

	(void)version;
	self->works = false;
	list(&numbers, entries);
	code = state_save(op, state, entries, ENTRIES);
	if (code == 0)
		code = state_save_bytes(
			op, state, self->why, strlen(self->why));
	if (code == 0)
		code = child_save(op, &self->child, state);
	if (code == 0)
		code = feed_save(op, &self->feed, state);
	return code ? code : take_save(op, &self->take, state);
}

static int restore_numbers(
	struct tau_op *op, struct exec *self, struct tau_in *state)
{
	struct numbers numbers;
	struct state_entry entries[ENTRIES];
	int64_t now_ns = op->host->now(op);
	int code;

	list(&numbers, entries);
	code = state_restore(op, state, entries, ENTRIES);
	if (code)
		return code;
	if (numbers.phase >= PHASES || numbers.code > INT32_MAX ||
		numbers.failed > INT32_MAX || numbers.signal > INT32_MAX)
		return state_refuse(op);
	self->phase = (enum exec_phase)numbers.phase;
	self->run = numbers.run;
	self->tries = numbers.tries;
	self->pause_ns = numbers.pause;
	self->again_ns = numbers.again_in ? now_ns + numbers.again_in : 0;
	self->started_ns = now_ns - numbers.lived;
	self->end.code = numbers.failed ? -(int32_t)numbers.failed
					: (int32_t)numbers.code;
	self->end.signal = (int32_t)numbers.signal;
	self->lost = numbers.lost;
	self->again = numbers.again;
	self->fed = numbers.fed;
	self->unwanted = numbers.unwanted;
	self->out_closed = numbers.closed;
	return 0;
}

static int restore_why(
	struct tau_op *op, struct exec *self, struct tau_in *state)
{
	struct buffer why = {0};
	int code = state_restore_bytes(op, state, &why);

	if (code == -ENOMEM)
		code = tau_fail(op, code, "no memory for a saved state");
	else if (code == 0 && why.bytes >= sizeof self->why)
		code = state_refuse(op);
	if (code == 0 && why.bytes)
		memcpy(self->why, why.start, why.bytes);
	buffer_release(&why);
	return code;
}

/* One that runs has a leash, else nobody would ever tell of its end. */
int exec_restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct exec *self = op->self;
	const struct tau_os *os = op->host->ext(op, "tau.os/1");
	int code = restore_numbers(op, self, state);

	(void)version;
	if (code == 0)
		code = restore_why(op, self, state);
	if (code == 0)
		code = child_restore(op, &self->child, os, state);
	if (code == 0)
		code = feed_restore(op, &self->feed, state);
	if (code == 0)
		code = take_restore(op, &self->take, state);
	if (code == 0 && self->phase == PHASE_RUNS &&
		(!child_lives(&self->child) ||
			(!self->child.in_closed &&
				self->child.fds[TAU_CHILD_IN] < 0) ||
			(!self->out_closed &&
				self->child.fds[TAU_CHILD_OUT] < 0)))
		code = state_refuse(op);
	return code;
}
