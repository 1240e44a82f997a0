/*
 * stage_host: the calls that an operator on a stage may make. Nothing waits;
 * all that there will be is there from the start.
 */
#include "core/check/stage.h"

#include "core/host/fabric.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct stage *stage_of(struct tau_op *op)
{
	return (struct stage *)(void *)op;
}

bool stage_strikes(struct stage *stage)
{
	if (stage->failable++ != stage->fail_at)
		return false;
	stage->failed_one = true;
	return true;
}

static bool works_for(const struct stage_out *out)
{
	return !out->port->derived && !out->port->aside;
}

/* Ports aside count where there is no other one. */
bool stage_is_gone(const struct stage *stage)
{
	bool all = stage->description->out_declared > 0, works = false;

	for (uint32_t i = 0; i < stage->out_total; i++)
		works = works || works_for(&stage->outs[i]);
	for (uint32_t i = 0; i < stage->out_total; i++)
		all = all &&
		      (stage->outs[i].ended || stage->outs[i].port->derived ||
			      (works && !works_for(&stage->outs[i])));
	return !stage->description->effects &&
	       (all || stage->records_out >= stage->gone_after);
}

void stage_enter(struct stage *stage)
{
	if (fabric_thread() != stage->thread)
		stage->found(stage, "run.thread",
			"it called the host from another thread; a node has "
			"one");
	stage_leave_if_copy(stage);
	stage_take_back(stage);
	if (stage->calls++ > STAGE_CALLS_MAX)
		stage->closing = true;
	if (stage->running && stage->spins++ > STAGE_SPINS_MAX)
		stage_again_found(stage, "run.spins",
			"it called the host 5000 times, and neither waited nor "
			"moved a record");
	if (!stage->running || (!stage->stopping && !stage->closing))
		return;
	if (stage->told_calls++ > STAGE_PATIENCE)
		stage_again_found(stage,
			stage->closing ? "close.ignored" : "stop.ignored",
			"it was told to stop and called the host 2000 times "
			"since instead of returning");
}

bool stage_told(struct stage *stage, bool suspends)
{
	if (suspends && stage->running) {
		errno = STAGE_ERRNO;
		stage->spins = 0;
		stage->run_waits++;
		if (stage->waits == stage->stop_at ||
			stage->run_waits == stage->stop_each)
			stage->stopping = true;
		if (stage->waits == stage->close_at)
			stage->closing = true;
		stage->waits++;
	}
	return stage->running && (stage->stopping || stage->closing);
}

/* --- what goes out --- */

static int out_room(
	struct tau_op *op, struct tau_out *head, uint32_t bytes, uint32_t how)
{
	struct stage *stage = stage_of(op);
	struct stage_out *out = (struct stage_out *)(void *)head;
	bool state = out == &stage->state_out;
	bool tells = stage->close_at != STAGE_NEVER || !stage->in_total;
	int flow = TAU_OK;

	stage_enter(stage);
	if (state)
		stage_harvest_one(stage, out);
	else
		stage_harvest(stage);
	stage_again_hide(stage);
	if (how & TAU_MAY_SUSPEND)
		errno = STAGE_ERRNO;
	if (bytes > head->atomic) {
		stage->broken = -EMSGSIZE;
		return op->host->fail(op, -EMSGSIZE,
			"a record is larger than the stream takes", 40);
	}
	if (!state && (out->ended || stage->records_out >= stage->gone_after ||
			      out->count >= STAGE_RECORDS_MAX))
		flow = TAU_END;
	else if (!state && stage_told(stage, tells))
		flow = TAU_STOPPED;
	else if (!state && stage_strikes(stage)) {
		out->ended = true;
		flow = TAU_END;
	} else if (stage->stalls && !state && stage->type->on_ready &&
		   stage->stall++ % 2 == 0)
		flow = TAU_WAIT;
	if (flow != TAU_OK)
		return (int)(head->state = (uint32_t)flow);
	out->cell = cell_take(
		stage->cells, CELL_OUT, how & TAU_BY_REFERENCE ? 0 : bytes);
	if (!out->cell)
		stage->found(stage, "out.endless",
			"there is no memory left for what it writes");
	head->body = out->cell->body;
	head->body_limit = out->cell->body + out->cell->bytes;
	head->credit = bytes;
	head->limit = head->next + 1;
	return (int)(head->state = TAU_OK);
}

static int end(struct tau_op *op, struct tau_out *head)
{
	struct stage *stage = stage_of(op);

	stage_enter(stage);
	stage_harvest(stage);
	((struct stage_out *)(void *)head)->ended = true;
	return 0;
}

static int fd_send(
	struct tau_op *op, struct tau_out *head, int fd, uint32_t how)
{
	struct stage *stage = stage_of(op);
	bool state = head == &stage->state_out.head;
	int copy = state ? stage->os->duplicate(stage->os, fd, 3) : fd;
	int flow = out_room(op, head, sizeof copy, how);

	if (flow == TAU_OK) {
		memcpy(head->body, &copy, sizeof copy);
		tau_commit_at(op, head, sizeof copy, TAU_FD);
	} else if (copy >= 0) {
		stage->os->close(stage->os, copy);
	}
	return flow;
}

/* --- what goes in --- */

void stage_retire(struct stage *stage, struct stage_in *in)
{
	bool open = in->cell != NULL;

	if (in->head.next < &in->window || in->head.next > &in->window + 1) {
		if (open || in->head.next != in->head.limit)
			stage->found(stage, "in.window",
				"it consumed more records than it was given");
	}
	if (!open || in->head.next == &in->window)
		return;
	cell_void(stage->cells, in->cell);
	stage_again_move(stage, true);
	in->cell = NULL;
	in->at++;
	in->head.next = in->head.limit = NULL;
	if (in != &stage->state_in)
		stage->now_ns += stage->record_ns;
}

static bool is_sent(const struct stage *stage, const struct stage_in *in)
{
	const uint8_t *body = in->cell->body;

	for (uint32_t i = 0; i < stage->out_total; i++) {
		const struct stage_out *out = &stage->outs[i];

		for (const struct tau_record *sent = out->slots;
			sent < out->head.next && sent < out->head.limit; sent++)
			if ((const uint8_t *)sent->body >= body &&
				(const uint8_t *)sent->body <=
					body + in->cell->bytes)
				return true;
	}
	return false;
}

void stage_take_back(struct stage *stage)
{
	for (uint32_t i = 0; i < stage->in_total; i++) {
		struct stage_in *in = &stage->ins[i];

		if (in->cell && in->head.next == &in->window + 1 &&
			!is_sent(stage, in))
			stage_retire(stage, in);
	}
}

static int open_window(struct stage *stage, struct stage_in *in)
{
	const struct stage_record *record;

	if (in->cell) /* not consumed: the same again */
		return (int)(in->head.state = TAU_OK);
	if (in->at == in->count) {
		in->told_end = true;
		return (int)(in->head.state = TAU_END);
	}
	record = &in->feed[in->at];
	in->cell = cell_take(stage->cells, CELL_IN, record->bytes);
	if (!in->cell)
		stage->found(stage, "out.endless",
			"there is no memory left for what it writes");
	if (record->type == TAU_FD)
		memcpy(in->cell->body, &record->fd, sizeof record->fd);
	else if (record->bytes)
		memcpy(in->cell->body, record->body, record->bytes);
	cell_seal(stage->cells, in->cell);
	stage->idle = stage->spins = 0;
	stage_again_move(stage, false);
	in->window = (struct tau_record){
		in->cell->body, record->bytes, record->type, 0};
	in->head.next = &in->window;
	in->head.limit = &in->window + 1;
	return (int)(in->head.state = TAU_OK);
}

static int in_more(struct tau_op *op, struct tau_in *head, uint32_t how)
{
	struct stage *stage = stage_of(op);
	struct stage_in *in = (struct stage_in *)(void *)head;
	bool waits =
		(how & TAU_MAY_SUSPEND) && stage->running && stage->type->run;

	if (stage_again_read(stage, in))
		return TAU_OK;
	stage_enter(stage);
	stage_harvest(stage);
	stage_retire(stage, in);
	if (in == &stage->state_in)
		return open_window(stage, in);
	if (stage_told(stage, waits))
		return (int)(head->state = TAU_STOPPED);
	if (!stage->running)
		return (int)(head->state = TAU_WAIT);
	/* A peek finds something only after a wait. */
	if (!waits && !(stage->fresh & TAU_IN(head->index)) &&
		in->at < in->count)
		return (int)(head->state = TAU_WAIT);
	if (waits)
		stage->fresh = UINT32_MAX;
	stage->fresh &= ~(uint32_t)TAU_IN(head->index);
	if (stage_is_gone(stage))
		return (int)(head->state = TAU_END);
	return open_window(stage, in);
}

static int want_in(struct tau_op *op, struct tau_in *head, uint64_t records)
{
	stage_enter(stage_of(op));
	((struct stage_in *)(void *)head)->off = records == TAU_OFF;
	return 0;
}

static int want_out(struct tau_op *op, struct tau_out *head, uint64_t bytes)
{
	stage_enter(stage_of(op));
	((struct stage_out *)(void *)head)->off = bytes == TAU_OFF;
	((struct stage_out *)(void *)head)->wanted_bytes = bytes;
	return 0;
}

static int fd_take(struct tau_op *op, const struct tau_record *record)
{
	struct stage *stage = stage_of(op);
	int fd;

	stage_enter(stage);
	if (record->type != TAU_FD)
		return -EINVAL;
	if (stage_strikes(stage))
		return -EBADF;
	memcpy(&fd, record->body, sizeof fd);
	return stage->os->duplicate(stage->os, fd, 3);
}

/* --- the rest of the table --- */

static int wait_for(
	struct tau_op *op, const struct tau_want *want, uint64_t *ready)
{
	return stage_wait(stage_of(op), want, ready);
}

static int yield(struct tau_op *op)
{
	struct stage *stage = stage_of(op);

	stage_enter(stage);
	stage_harvest(stage);
	return stage_told(stage, true) ? TAU_STOPPED : TAU_OK;
}

static int64_t now(struct tau_op *op)
{
	return stage_of(op)->now_ns;
}

static void log_line(
	struct tau_op *op, uint32_t level, const char *text, size_t bytes)
{
	(void)level;
	(void)text;
	(void)bytes;
	stage_enter(stage_of(op));
}

static int fail(struct tau_op *op, int code, const char *text, size_t bytes)
{
	struct stage *stage = stage_of(op);

	stage_enter(stage);
	if (!stage->failure[0])
		(void)snprintf(stage->failure, sizeof stage->failure, "%.*s",
			(int)bytes, text);
	stage->complained = stage->complained || !stage->closing;
	return code;
}

static uint64_t *metric(struct tau_op *op, const char *name, uint32_t kind)
{
	struct stage *stage = stage_of(op);

	(void)kind;
	stage_enter(stage);
	return stage_strikes(stage) ? NULL : &stage->metrics[strlen(name) % 4];
}

static const void *ext(struct tau_op *op, const char *id)
{
	struct stage *stage = stage_of(op);

	stage_enter(stage);
	/* What is there once is there for good. */
	if (strcmp(id, "tau.os/1") == 0) {
		if (!stage->os_given && stage_strikes(stage))
			stage->os_denied = true;
		stage->os_given = !stage->os_denied;
		return stage->os_denied ? NULL : &stage->sees.table;
	}
	if (strcmp(id, "tau.stdio/1") == 0 && stage->stdio.size)
		return &stage->stdio;
	if (strcmp(id, "tau.spawn/1") == 0)
		return &stage_spawn_table;
	stage->wanted_extension = true;
	(void)snprintf(stage->extension, sizeof stage->extension, "%s", id);
	return NULL;
}

void stage_host_init(struct stage *stage)
{
	stage->host = (struct tau_host){.size = sizeof stage->host,
		.major = TAU_MAJOR,
		.minor = TAU_MINOR,
		.in_more = in_more,
		.out_room = out_room,
		.wait = wait_for,
		.want_in = want_in,
		.want_out = want_out,
		.next_in = stage_next_in,
		.next_out = stage_next_out,
		.yield = yield,
		.end = end,
		.now = now,
		.timer = stage_set_timer,
		.watch = stage_set_watch,
		.next_event = stage_next_event,
		.drained = stage_drained,
		.fd_send = fd_send,
		.fd_take = fd_take,
		.log = log_line,
		.fail = fail,
		.metric = metric,
		.ext = ext};
}
