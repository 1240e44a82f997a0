/* exec: how the program ended, what was lost, and what comes behind that. */
#include "operator.h"

#include <errno.h>

#include <tau/value.h>
#include <tau/writer.h>

static const char spent[] = "; it is not started again, because its input has "
			    "ended and all of it was given; what it had read "
			    "and not worked on may be lost";

/* --- its end --- */

int exec_hear(struct tau_op *op, struct exec *self)
{
	struct child *child = &self->child;
	int flow;

	if (child->idle[TAU_CHILD_LEASH])
		return TAU_OK;
	flow = child_ended(
		child, self->os, &self->end, self->why, sizeof self->why);
	if (flow == TAU_WAIT) {
		child_idles(op, child, TAU_CHILD_LEASH);
		return TAU_OK;
	}
	if (flow < 0) {
		self->end = (struct tau_child_end){.code = flow};
		(void)snprintf(self->why, sizeof self->why,
			"nobody tells how %.*s has ended: %s", SHOWN_BYTES,
			self->words.words[0],
			flow == -EPIPE
				? "another version of its node was told, "
				  "or the supervisor is gone"
				: strerrordesc_np(-flow));
	}
	self->phase = PHASE_ENDED;
	child->idle[TAU_CHILD_OUT] = false;
	return TAU_OK;
}

/* Whether its code is among those that are no failure. */
static bool code_is_ok(const struct tau_param *codes, int32_t code)
{
	struct tau_value list, item;
	struct tau_items items;
	int64_t number;

	if (tau_value_open(codes->value.s.text, codes->value.s.bytes, &list) ||
		tau_value_items(&list, &items))
		return false;
	while (tau_value_next(&items, &item) == 1)
		if (tau_value_int(&item, &number) == 0 && number == code)
			return true;
	return false;
}

static bool ended_well(struct tau_op *op, const struct exec *self)
{
	if (self->unwanted)
		return true;
	return !self->why[0] && self->end.signal == 0 &&
	       code_is_ok(&op->params[CODES], self->end.code);
}

/* Whether another would have anything to do. */
static bool has_work(struct tau_op *op, const struct exec *self)
{
	return !tau_ended(op, IN) || !self->fed ||
	       lengths_count(&self->feed.waiting) > 0;
}

/* Whether there is another, and from when on. */
static bool decide(struct tau_op *op, struct exec *self)
{
	int64_t first_ns = op->params[PAUSE].value.i;
	int64_t longest_ns = first_ns > LONGEST_NS ? first_ns : LONGEST_NS;
	int64_t now_ns = op->host->now(op);
	bool well = ended_well(op, self);
	int restart = (int)op->params[RESTART].value.i;

	if (restart == RESTART_NEVER || (restart == RESTART_ON_FAILURE && well))
		return false;
	if (well || now_ns - self->started_ns >= LIVED_NS)
		self->tries = 0;
	if (self->unwanted || !has_work(op, self))
		return false;
	if (!well && self->tries >= op->params[TRIES].value.i)
		return false;
	if (self->tries == 0)
		self->pause_ns = first_ns;
	else
		self->pause_ns = self->pause_ns > longest_ns / 2
					 ? longest_ns
					 : self->pause_ns * 2;
	self->tries += !well;
	self->again_ns = now_ns + self->pause_ns;
	return true;
}

/* Who was told of its end has counted what it never read: the version of the
 * node that this one was put back for. */
static bool was_told_before(const struct exec *self)
{
	return self->end.code == -EPIPE;
}

/* All that it wrote leaves; then what it did not read is counted. */
int exec_finish(struct tau_op *op, struct exec *self)
{
	int64_t unread = 0;
	int flow;

	do /* what was not taken goes first */
		flow = exec_take(op, self);
	while (flow == TAU_OK && !self->out_closed && !self->full);
	if (flow != TAU_OK || self->full || !self->out_closed)
		return flow;
	flow = take_rest(op, &self->take, ended_well(op, self));
	self->full = flow == TAU_WAIT;
	if (flow == TAU_STOPPED || flow < 0)
		return flow;
	if (flow == TAU_WAIT)
		return TAU_OK;
	if (self->child.fds[TAU_CHILD_IN] >= 0)
		unread = self->spawn->unread(op, self->child.fds);
	self->lost = (int64_t)feed_lost(
		&self->feed, unread < 0 ? 0 : (uint64_t)unread);
	self->again = decide(op, self);
	if (!self->again)
		self->lost += (int64_t)feed_drop(&self->feed);
	if (was_told_before(self))
		self->lost = 0;
	self->phase = PHASE_COUNTED;
	return TAU_OK;
}

static void write_text(struct tau_writer *writer, const char *text)
{
	tau_write_text(writer, text, strlen(text));
}

static int tell_control(struct tau_op *op, const struct exec *self)
{
	uint8_t space[sizeof self->why + 128];
	struct tau_writer writer;
	struct tau_mark map;
	int64_t bytes;
	int flow;

	tau_writer_init(&writer, space, sizeof space);
	map = tau_write_map_begin(&writer, sizeof space);
	write_text(&writer, "run");
	tau_write_int(&writer, self->run);
	if (self->why[0]) {
		write_text(&writer, "error");
		write_text(&writer, self->why);
	} else if (self->end.signal) {
		write_text(&writer, "signal");
		tau_write_int(&writer, self->end.signal);
	} else {
		write_text(&writer, "code");
		tau_write_int(&writer, self->end.code);
	}
	write_text(&writer, "lost");
	tau_write_int(&writer, self->lost);
	write_text(&writer, "again");
	tau_write_bool(&writer, self->again);
	tau_write_end(&writer, map);
	bytes = tau_writer_finish(&writer);
	if (bytes < 0)
		return (int)bytes;
	flow = tau_write(op, CONTROL, space, (uint32_t)bytes, TAU_VALUE);
	return flow == TAU_END ? TAU_OK : flow; /* nobody wants to know */
}

/* How it ended, as a sentence, and what was lost with it. */
static void describe(struct exec *self, char *text, size_t room)
{
	const char *name = self->words.words[0];
	int used;

	if (self->why[0])
		used = snprintf(text, room, "%s", self->why);
	else if (self->end.signal)
		used = snprintf(text, room, "%.*s was killed by signal %d (%s)",
			SHOWN_BYTES, name, self->end.signal,
			sigdescr_np(self->end.signal));
	else
		used = snprintf(text, room, "%.*s ended with status %d",
			SHOWN_BYTES, name, self->end.code);
	if (self->lost && used >= 0 && (size_t)used < room)
		(void)snprintf(text + used, room - (size_t)used,
			"%s never read %lld record%s that it was given",
			self->why[0] ? "; it" : ", and", (long long)self->lost,
			self->lost == 1 ? "" : "s");
}

/* Whether another was asked for, and there is nothing left to give it: that it
 * had tries left, or needs none, leaves no other reason. */
static bool is_spent(struct tau_op *op, const struct exec *self, bool well)
{
	int restart = (int)op->params[RESTART].value.i;

	if (self->again || self->unwanted || restart == RESTART_NEVER)
		return false;
	return well ? restart == RESTART_ALWAYS
		    : self->tries < op->params[TRIES].value.i;
}

/* It ends here, and not well. */
static int give_up(struct tau_op *op, const struct exec *self, const char *text)
{
	if (is_spent(op, self, false))
		return tau_failf(op, -ECHILD, "%s%s", text, spent);
	if (self->tries == 0)
		return tau_fail(op, -ECHILD, text);
	return tau_failf(op, -ECHILD,
		"%s; it was started again %lld time%s in a row", text,
		(long long)self->tries, self->tries == 1 ? "" : "s");
}

/* Goes on behind an end: TAU_OK: with another; TAU_END: done; -errno. */
static int go_on(struct tau_op *op, struct exec *self)
{
	bool well = ended_well(op, self);
	char text[384];

	describe(self, text, sizeof text);
	child_release(op, &self->child, self->os);
	self->phase = PHASE_AWAITED;
	if (!self->again && !well)
		return give_up(op, self, text);
	if (!well)
		tau_logf(op, TAU_WARNING,
			"%s; it is started again in %lld ms (%lld of %lld)",
			text, (long long)(self->pause_ns / 1000000),
			(long long)self->tries,
			(long long)op->params[TRIES].value.i);
	else if (self->lost && !self->unwanted)
		tau_logf(op, TAU_WARNING, "%s%s", text,
			is_spent(op, self, true) ? spent : "");
	return self->again ? TAU_OK : TAU_END;
}

int exec_conclude(struct tau_op *op, struct exec *self)
{
	int flow = tell_control(op, self);

	return flow == TAU_OK ? go_on(op, self) : flow;
}
