/*
 * stage_wait: waits, timers and fds of an operator on a stage. When nothing is
 * ready the clock goes on to the next timer or deadline; fds that nobody else
 * has the other end of never become ready, which is the end of it.
 */
#include "core/check/stage.h"

#include <errno.h>
#include <poll.h>

#define STAGE_IN_BITS ((UINT32_C(1) << PORTS_IN_MAX) - 1)
/* What is later than that does not come: a hundred years. */
#define TIME_MAX_NS (INT64_C(100) * 366 * 86400 * 1000000000)
/* A deadline before that is no pause that was meant: it asks what is ready. */
#define ASKS_NS 1000

static struct stage *stage_of(struct tau_op *op)
{
	return (struct stage *)(void *)op;
}

static uint32_t polled(struct stage *stage, const struct stage_watch *watch)
{
	int found = watch->fd < 0 ? 0
				  : stage->os->poll(stage->os, watch->fd,
					    (int)watch->events);

	return found > 0 ? (uint32_t)found : 0;
}

static bool is_ready(struct stage *stage, struct stage_watch *watch)
{
	uint32_t events = polled(stage, watch);

	if (stage->bits_stay)
		watch->stays |= events;
	watch->ready = events | watch->stays;
	return watch->fd >= 0 && watch->ready;
}

/* Whether all bits are of fds that have nothing, and only stay. */
static bool only_stays(struct stage *stage, uint64_t ready)
{
	uint64_t stale = 0;

	for (uint32_t i = 0; i < STAGE_WATCHES; i++) {
		const struct stage_watch *watch = &stage->watches[i];

		if (watch->fd < 0 || !watch->stays)
			continue;
		if (polled(stage, watch))
			return false;
		stale |= TAU_SLOT(watch->slot);
	}
	return ready && (ready & ~stale) == 0;
}

/* Who does not drain is never let wait. */
static void look_for_spin(struct stage *stage, uint64_t ready)
{
	if (!only_stays(stage, ready))
		stage->stale = 0;
	else if (++stage->stale > STAGE_STALE_MAX)
		stage->found(stage, "run.spins",
			"its file has nothing to read, and 16 waits in a row "
			"came back at once, since its bit stays until drained "
			"is called");
}

/* Who is behind may catch up, record by record; but a wait for nothing else,
 * until before the clock began, is a pause that is none. */
static void look_for_past(
	struct stage *stage, const struct tau_want *want, bool others)
{
	bool pauses =
		!(want->any | want->all) && want->deadline_ns < STAGE_BEGIN_NS;

	if (others || want->deadline_ns < ASKS_NS ||
		want->deadline_ns >= stage->now_ns ||
		(stage->idle == 1 && !pauses))
		stage->past = 0;
	else if (++stage->past > STAGE_PAST_MAX)
		stage->found(stage, "run.spins",
			"8 waits in a row came back at once, since their "
			"deadline had passed when it asked for it: a deadline "
			"is a time of now()'s clock, not how long to wait");
}

static uint64_t ready_slots(struct stage *stage, uint64_t asked)
{
	uint64_t ready = 0;

	for (uint32_t i = 0; i < STAGE_SLOTS; i++)
		if (stage->timers[i].next_ns &&
			stage->timers[i].next_ns <= stage->now_ns)
			ready |= TAU_SLOT(i);
	for (uint32_t i = 0; i < STAGE_WATCHES; i++)
		if ((asked & TAU_SLOT(stage->watches[i].slot)) &&
			is_ready(stage, &stage->watches[i]))
			ready |= TAU_SLOT(stage->watches[i].slot);
	return ready & asked;
}

/* A timer's bit is cleared by being given. */
static void give_timers(struct stage *stage, uint64_t given)
{
	for (uint32_t i = 0; i < STAGE_SLOTS; i++) {
		struct stage_timer *timer = &stage->timers[i];

		if (!(given & TAU_SLOT(i)) || !timer->next_ns ||
			timer->next_ns > stage->now_ns)
			continue;
		timer->next_ns = timer->period_ns <= 0 ? 0
				 : timer->period_ns > TIME_MAX_NS
					 ? INT64_MAX
					 : stage->now_ns + timer->period_ns;
	}
}

/* Whether no member of an out port is waited for. */
static bool is_off(const struct stage *stage, uint32_t port)
{
	for (uint32_t i = 0; i < stage->out_total; i++)
		if (stage->outs[i].head.index == port && !stage->outs[i].off)
			return false;
	return true;
}

static uint64_t ready_ports(
	struct stage *stage, const struct tau_want *want, bool *ended)
{
	uint64_t ready = 0, asked = want->any | want->all;

	*ended = true;
	for (uint32_t i = 0; i < stage->in_total; i++) {
		const struct stage_in *in = &stage->ins[i];
		uint64_t bit = TAU_IN(in->head.index);

		if (!(asked & bit))
			continue;
		if (stage_has_some(in) || (in->told_end && (want->all & bit)))
			ready |= bit;
		*ended = *ended && in->told_end;
	}
	for (uint32_t i = 0; i < stage->op.out_count; i++)
		if ((asked & TAU_OUT(i)) && !is_off(stage, i) &&
			!(stage->stalls && stage->stall++ % 2 == 0)) {
			ready |= TAU_OUT(i);
			*ended = false;
		}
	return ready;
}

/* Of several in ports any of which was waited for, one at a time, in turn: so
 * it is not always the same that comes first. */
static void choose_port(
	struct stage *stage, const struct tau_want *want, uint64_t *ready)
{
	uint32_t found = (uint32_t)(*ready & want->any) & STAGE_IN_BITS;
	uint32_t port = stage->served;

	if (want->all & STAGE_IN_BITS || !(found & (found - 1)))
		return;
	do
		port = (port + 1) % PORTS_IN_MAX;
	while (!(found & TAU_IN(port)));
	stage->served = port;
	*ready &= ~(uint64_t)found | TAU_IN(port);
	stage->fresh = (uint32_t)TAU_IN(port);
}

static bool holds(const struct tau_want *want, uint64_t ready)
{
	return (ready & want->any) ||
	       (want->all && (ready & want->all) == want->all);
}

static bool watches(const struct stage *stage)
{
	for (uint32_t i = 0; i < STAGE_WATCHES; i++)
		if (stage->watches[i].fd >= 0)
			return true;
	return false;
}

/* Sets the clock on to what comes next, of what was asked for; false when
 * nothing does. */
static bool pass_time(struct stage *stage, const struct tau_want *want)
{
	int64_t next = want->deadline_ns;

	for (uint32_t i = 0; i < STAGE_SLOTS; i++)
		if (((want->any | want->all) & TAU_SLOT(i)) &&
			stage->timers[i].next_ns &&
			(!next || stage->timers[i].next_ns < next))
			next = stage->timers[i].next_ns;
	if (next > TIME_MAX_NS)
		return false;
	if (next > stage->now_ns) {
		stage->now_ns = next;
		stage_again_move(stage, false);
	}
	return next != 0;
}

static int told_bits(const struct stage *stage, uint64_t *ready)
{
	*ready = stage->closing ? TAU_CLOSE : TAU_QUIESCE;
	return TAU_STOPPED;
}

int stage_wait(
	struct stage *stage, const struct tau_want *want, uint64_t *ready)
{
	uint64_t none, asked = want->any | want->all;
	bool ended;

	ready = ready ? ready : &none;
	stage_enter(stage);
	stage_harvest(stage);
	if (stage_told(stage, true))
		return told_bits(stage, ready);
	stage->fresh = UINT32_MAX;
	stage->idle++;
	stage->spins = 0;
	stage->turn++;
	*ready = TAU_GONE;
	if (stage_is_gone(stage))
		return TAU_END;
	stage_attend_children(stage);
	for (int tries = 0; tries < 4; tries++) {
		*ready = ready_ports(stage, want, &ended) |
			 ready_slots(stage, asked);
		if (tries == 0)
			look_for_past(stage, want, holds(want, *ready));
		if (stage->idle <= STAGE_IDLE_MAX &&
			(holds(want, *ready) ||
				(want->deadline_ns &&
					stage->now_ns >= want->deadline_ns))) {
			look_for_spin(stage, *ready);
			choose_port(stage, want, ready);
			give_timers(stage, *ready);
			return TAU_OK;
		}
		if (!pass_time(stage, want) &&
			(stage->idle > STAGE_IDLE_MAX || !watches(stage) ||
				!stage_visit(stage)))
			break;
	}
	*ready = 0;
	/* Who waits for a peer has none here; nor will anything come for who
	 * looks at the clock again and again. */
	if (watches(stage) || stage->idle > STAGE_IDLE_MAX) {
		stage->lonely = watches(stage);
		stage->closing = true;
		return told_bits(stage, ready);
	}
	return TAU_END;
}

int stage_set_timer(
	struct tau_op *op, uint32_t slot, int64_t first_ns, int64_t period_ns)
{
	struct stage *stage = stage_of(op);

	stage_enter(stage);
	if (slot >= STAGE_SLOTS)
		return -EINVAL;
	if (first_ns && stage_strikes(stage))
		return -EBUSY;
	stage->timers[slot] = (struct stage_timer){first_ns, period_ns};
	return 0;
}

int stage_set_watch(
	struct tau_op *op, uint32_t slot, int fd, uint32_t events, uint64_t key)
{
	struct stage *stage = stage_of(op);
	struct stage_watch *free_one = NULL;

	stage_enter(stage);
	if (slot >= STAGE_SLOTS || fd < 0)
		return -EINVAL;
	for (uint32_t i = 0; i < STAGE_WATCHES; i++) {
		struct stage_watch *watch = &stage->watches[i];

		if (watch->fd == fd && watch->slot == slot) {
			free_one = watch;
			break;
		}
		if (watch->fd < 0 && !free_one)
			free_one = watch;
	}
	if (!events) {
		if (free_one && free_one->fd == fd)
			free_one->fd = -1;
		return 0;
	}
	if (!free_one || stage_strikes(stage))
		return -ENOSPC;
	*free_one = (struct stage_watch){
		.slot = slot, .events = events, .fd = fd, .key = key};
	return 0;
}

/* As on a node, no fd is ready before it was waited for. */
int stage_next_event(struct tau_op *op, uint32_t slot, struct tau_event *event)
{
	struct stage *stage = stage_of(op);

	stage_enter(stage);
	for (uint32_t i = 0; i < STAGE_WATCHES; i++) {
		struct stage_watch *watch =
			&stage->watches[stage->next_watch++ % STAGE_WATCHES];

		if (watch->fd < 0 || watch->slot != slot || !watch->ready)
			continue;
		*event = (struct tau_event){.key = watch->key,
			.events = watch->ready,
			.fd = watch->fd};
		return TAU_OK;
	}
	return TAU_WAIT;
}

int stage_drained(struct tau_op *op, uint32_t slot, int fd, uint32_t events)
{
	struct stage *stage = stage_of(op);

	stage_enter(stage);
	for (uint32_t i = 0; i < STAGE_WATCHES; i++) {
		struct stage_watch *watch = &stage->watches[i];

		if (watch->fd != fd || watch->slot != slot)
			continue;
		watch->stays &= ~events;
		watch->ready &= ~events;
		if (!(watch->ready & (POLLIN | POLLOUT | POLLPRI)))
			watch->ready = 0;
		return 0;
	}
	return -ENOENT;
}
