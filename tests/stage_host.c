/*
 * stage_host: the calls that an operator on a stage may make. Nothing waits
 * but for fds; everything else is there from the start.
 */
#include "tests/stage_inside.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/stage_os.h"
#include "tests/test.h"

static struct stage *stage_of(struct tau_op *op)
{
	return (struct stage *)(void *)op;
}

static void harvest_all(struct stage *stage)
{
	for (int i = 0; i < OUTS; i++)
		stage_out_harvest(&stage->out[i]);
	for (int i = 0; i < STAGE_MEMBERS; i++)
		stage_out_harvest(&stage->members[i]);
}

static int host_out_room(
	struct tau_op *op, struct tau_out *head, uint32_t bytes, uint32_t how)
{
	struct stage *stage = stage_of(op);
	struct stage_out *out = (struct stage_out *)(void *)head;

	(void)how;
	stage_out_harvest(out);
	if (bytes > head->atomic)
		return tau_fail(op, -EMSGSIZE, "larger than atomic");
	if (out->counts && out->records >= stage->gone_after)
		return (int)(head->state = TAU_END);
	/* Operators without inputs are told by writes. */
	if (stage->running && !stage->in_group.count && !out->state) {
		if (stage->waits++ == stage->stop)
			stage->stopping = true;
		if (stage->stopping)
			return (int)(head->state = TAU_STOPPED);
	}
	out->body = malloc(bytes ? bytes : 1);
	ck_assert_ptr_nonnull(out->body);
	head->body = out->body;
	head->body_limit = out->body + bytes;
	head->credit = bytes;
	head->limit = head->next + 1;
	return (int)(head->state = TAU_OK);
}

/* --- what goes in --- */

static bool retire(struct stage_in *in)
{
	bool used = in->window && in->head.next > in->window;

	if (used) {
		free(in->feed[in->at].body);
		in->feed[in->at].body = NULL;
		in->at++;
	}
	free(in->window);
	in->window = NULL;
	in->head.next = in->head.limit = NULL;
	return used;
}

static int open_window(struct stage_in *in)
{
	if (in->at == in->count) {
		in->told_end = true;
		return (int)(in->head.state = TAU_END);
	}
	in->window = malloc(sizeof *in->window);
	ck_assert_ptr_nonnull(in->window);
	*in->window = in->feed[in->at].record;
	in->window->body = in->feed[in->at].body;
	in->head.next = in->window;
	in->head.limit = in->window + 1;
	return (int)(in->head.state = TAU_OK);
}

static int host_in_more(struct tau_op *op, struct tau_in *head, uint32_t how)
{
	struct stage *stage = stage_of(op);
	struct stage_in *in = (struct stage_in *)(void *)head;

	harvest_all(stage);
	stage->due |= retire(in) && in != &stage->state_in;
	if (in == &stage->state_in)
		return open_window(in);
	if ((how & TAU_MAY_SUSPEND) && stage->waits++ == stage->stop)
		stage->stopping = true;
	if (stage->stopping)
		return (int)(head->state = TAU_STOPPED);
	/* A peek finds something only after a wait. */
	if (!(how & TAU_MAY_SUSPEND) && !stage->fresh)
		return (int)(head->state = TAU_WAIT);
	stage->fresh = false;
	return open_window(in);
}

static int host_want_in(
	struct tau_op *op, struct tau_in *head, uint64_t records)
{
	(void)op;
	((struct stage_in *)(void *)head)->off = records == TAU_OFF;
	return 0;
}

static int host_want_out(
	struct tau_op *op, struct tau_out *head, uint64_t bytes)
{
	(void)head;
	stage_of(op)->wanted_bytes = bytes;
	return 0;
}

static bool member_ready(const struct stage_in *in)
{
	bool data = in->head.next < in->head.limit || in->at < in->count;

	return data ? !in->off : !in->told_end;
}

static bool all_ended(const struct stage *stage)
{
	for (uint32_t i = 0; i < stage->in_group.count; i++)
		if (!stage->in[i].told_end)
			return false;
	return true;
}

static int host_next_in(struct tau_op *op, uint32_t port, struct tau_in **to)
{
	struct stage *stage = stage_of(op);
	uint32_t count = stage->in_group.count;

	ck_assert_uint_eq(port, 0);
	if (stage->stopping)
		return TAU_STOPPED;
	if (all_ended(stage))
		return TAU_END;
	if (!stage->fresh)
		return TAU_WAIT;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t member = (stage->next_member + i) % count;
		struct stage_in *in = &stage->in[member];

		/* What stands in its window and was consumed is gone. */
		if (in->window && in->head.next == in->head.limit) {
			harvest_all(stage);
			(void)retire(in);
		}
		if (!member_ready(in))
			continue;
		stage->next_member = member + 1;
		*to = &in->head;
		return TAU_OK;
	}
	stage->fresh = false;
	return TAU_WAIT;
}

/* All members have room. */
static int host_next_out(struct tau_op *op, uint32_t port, struct tau_out **to)
{
	struct stage *stage = stage_of(op);

	ck_assert_uint_eq(port, 0);
	if (stage->stopping)
		return TAU_STOPPED;
	*to = &stage->members[stage->next_member++ % STAGE_MEMBERS].head;
	return TAU_OK;
}

/* --- waits --- */

static uint64_t ready_slots(struct stage *stage, uint64_t wanted, int timeout)
{
	uint64_t ready = 0;

	if (poll(stage->fds, FDS, timeout) > 0)
		for (uint32_t i = 0; i < FDS; i++)
			if (stage->fds[i].revents)
				ready |= TAU_SLOT(i);
	for (uint32_t i = 0; i < FDS; i++)
		if (stage->timer_ns[i] && stage->due && (wanted & TAU_SLOT(i)))
			ready |= TAU_SLOT(i);
	stage->due = false;
	return ready & wanted;
}

static uint64_t ready_now(struct stage *stage, uint64_t wanted, int timeout)
{
	uint64_t ready = wanted & TAU_OUT(0);

	for (uint32_t i = 0; i < stage->in_group.count; i++)
		if ((wanted & TAU_IN(0)) && member_ready(&stage->in[i]))
			ready |= TAU_IN(0);
	return ready | ready_slots(stage, wanted, ready ? 0 : timeout);
}

static int host_wait(
	struct tau_op *op, const struct tau_want *want, uint64_t *ready)
{
	struct stage *stage = stage_of(op);
	uint64_t found = 0;

	harvest_all(stage);
	if (stage->waits++ == stage->stop)
		stage->stopping = true;
	if (stage->stopping)
		return TAU_STOPPED;
	stage->fresh = true;
	if (want->any == TAU_IN(0) && all_ended(stage))
		return TAU_END;
	while (!(found & want->any) &&
		!(want->all && (found & want->all) == want->all) &&
		!want->deadline_ns) {
		found = ready_now(stage, want->any, 0) |
			ready_now(stage, want->all, 0);
		if (!found)
			found = ready_now(stage, want->any | want->all, 5000);
		ck_assert_msg(found, "the operator waits for what never comes");
	}
	if (ready)
		*ready = found;
	return TAU_OK;
}

static int64_t host_now(struct tau_op *op)
{
	(void)op;
	return 1000000000;
}

static int host_timer(
	struct tau_op *op, uint32_t slot, int64_t first_ns, int64_t period_ns)
{
	(void)period_ns;
	stage_of(op)->timer_ns[slot] = first_ns;
	return 0;
}

static int host_watch(
	struct tau_op *op, uint32_t slot, int fd, uint32_t events, uint64_t key)
{
	struct pollfd *watched = &stage_of(op)->fds[slot];

	(void)key;
	watched->fd = events ? fd : -1;
	watched->events = (short)events; /* EPOLLIN is POLLIN */
	watched->revents = 0;
	return 0;
}

/* No fd is ready before it was waited for. */
static int host_next_event(
	struct tau_op *op, uint32_t slot, struct tau_event *event)
{
	(void)op;
	(void)slot;
	(void)event;
	return TAU_WAIT;
}

static int host_drained(
	struct tau_op *op, uint32_t slot, int fd, uint32_t events)
{
	(void)op;
	(void)slot;
	(void)fd;
	(void)events;
	return 0;
}

/* --- the rest of the table --- */

static int host_fd_send(
	struct tau_op *op, struct tau_out *out, int fd, uint32_t how)
{
	int copy = dup(fd);

	(void)how;
	ck_assert_int_ge(copy, 0);
	return tau_write_at(op, out, &copy, sizeof copy, TAU_FD);
}

static int host_fd_take(struct tau_op *op, const struct tau_record *record)
{
	int fd;

	(void)op;
	if (record->type != TAU_FD)
		return -EINVAL;
	memcpy(&fd, record->body, sizeof fd);
	return fd;
}

static void host_log(
	struct tau_op *op, uint32_t level, const char *text, size_t bytes)
{
	(void)op;
	(void)level;
	(void)text;
	(void)bytes;
}

static int host_fail(
	struct tau_op *op, int code, const char *text, size_t bytes)
{
	struct stage *stage = stage_of(op);

	if (!stage->failure[0])
		(void)snprintf(stage->failure, sizeof stage->failure, "%.*s",
			(int)bytes, text);
	return code;
}

static uint64_t *host_metric(struct tau_op *op, const char *name, uint32_t kind)
{
	(void)name;
	(void)kind;
	return &stage_of(op)->metric;
}

static const void *host_ext(struct tau_op *op, const char *id)
{
	struct stage *stage = stage_of(op);

	if (strcmp(id, "tau.os/1") == 0)
		return stage_os();
	if (strcmp(id, "tau.stdio/1") == 0 && stage->stdio.size)
		return &stage->stdio;
	return NULL;
}

const struct tau_host stage_host = {.size = sizeof stage_host,
	.major = TAU_MAJOR,
	.minor = TAU_MINOR,
	.in_more = host_in_more,
	.out_room = host_out_room,
	.wait = host_wait,
	.want_in = host_want_in,
	.want_out = host_want_out,
	.next_in = host_next_in,
	.next_out = host_next_out,
	.now = host_now,
	.timer = host_timer,
	.watch = host_watch,
	.next_event = host_next_event,
	.drained = host_drained,
	.fd_send = host_fd_send,
	.fd_take = host_fd_take,
	.log = host_log,
	.fail = host_fail,
	.metric = host_metric,
	.ext = host_ext};
