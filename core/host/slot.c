/* slot: an operator's timers and fds. See the header. */
#include "core/host/slot.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/check.h"
#include "core/host/instance.h"
#include "core/run/readiness.h"

static struct slot *slot_at(struct instance *instance, uint32_t index);
static void timer_fired(struct timer *timer);
static void fd_told(struct reactor_watch *watch, uint32_t events);
static void set_ready(struct watched *watched, uint32_t events);
static void clear_ready(struct watched *watched, uint32_t events);
static int change(struct instance *instance, struct watched *watched,
	uint32_t events, uint64_t key);
static bool may_come(struct fabric *fabric, uint32_t fd);
static bool lacks_stream(const struct task *task);
static struct watched *find(struct instance *instance, uint32_t slot, int fd);
static int keep_by_fd(struct fabric *fabric, struct watched *watched, int fd);
static void unwatch(struct instance *instance, struct watched *watched);
static uint64_t bit_of(const struct slot *slot);

void slots_release(struct instance *instance)
{
	slots_unwatch(instance);
	for (uint32_t i = 0; instance->slots && i < SLOTS_MAX; i++)
		timers_disarm(
			&instance->fabric->timers, &instance->slots[i].timer);
	free(instance->slots);
	instance->slots = NULL;
}

void slots_unwatch(struct instance *instance)
{
	struct watched *watched;

	for (uint32_t i = 0; instance->slots && i < SLOTS_MAX; i++)
		while ((watched = LIST_FIRST(&instance->slots[i].watched)))
			unwatch(instance, watched);
}

int slot_timer(struct instance *instance, uint32_t index, int64_t first_ns,
	int64_t period_ns)
{
	struct slot *slot = slot_at(instance, index);

	if (!slot)
		return index < SLOTS_MAX ? -ENOMEM : -EINVAL;
	if (!LIST_EMPTY(&slot->watched))
		return -EBUSY;
	if (first_ns < 0 || period_ns < 0)
		return -EINVAL;
	task_untell(&instance->task, bit_of(slot));
	timers_disarm(&instance->fabric->timers, &slot->timer);
	slot->period_ns = period_ns;
	if (first_ns > 0)
		timers_arm(&instance->fabric->timers, &slot->timer, first_ns);
	return 0;
}

int slot_watch(struct instance *instance, uint32_t index, int fd,
	uint32_t events, uint64_t key)
{
	struct reactor *reactor = instance->fabric->reactor;
	struct slot *slot = slot_at(instance, index);
	struct watched *watched;
	int result;

	if (!slot || fd < 0)
		return slot || index >= SLOTS_MAX ? -EINVAL : -ENOMEM;
	if (slot->timer.armed)
		return -EBUSY;
	watched = find(instance, index, fd);
	if (watched && events == 0) {
		unwatch(instance, watched);
		return 0;
	}
	if (events == 0)
		return -ENOENT;
	if (watched)
		return change(instance, watched, events, key);
	watched = calloc(1, sizeof *watched);
	if (!watched)
		return -ENOMEM;
	watched->slot = slot;
	watched->key = key;
	watched->watch.told = fd_told;
	result = reactor_add(reactor, &watched->watch, fd, events | EPOLLET);
	if (result == 0)
		result = keep_by_fd(instance->fabric, watched, fd);
	if (result < 0) {
		reactor_remove(reactor, &watched->watch);
		free(watched);
		return result;
	}
	LIST_INSERT_HEAD(&slot->watched, watched, link);
	watched->always = watched->watch.always;
	if (watched->always) {
		reactor_remove(reactor, &watched->watch);
		set_ready(watched, events & (EPOLLIN | EPOLLOUT));
	} else {
		instance->fabric->watched_count++;
	}
	return 0;
}

int slot_next_event(
	struct instance *instance, uint32_t index, struct tau_event *event)
{
	struct slot *slot = slot_at(instance, index);
	struct watched *watched;

	if (!slot)
		return index < SLOTS_MAX ? -ENOMEM : -EINVAL;
	watched = TAILQ_FIRST(&slot->ready);
	if (!watched)
		return TAU_WAIT;
	TAILQ_REMOVE(&slot->ready, watched, ready_link);
	TAILQ_INSERT_TAIL(&slot->ready, watched, ready_link);
	*event = (struct tau_event){
		watched->key, watched->ready, watched->watch.fd};
	return TAU_OK;
}

int slot_drained(
	struct instance *instance, uint32_t index, int fd, uint32_t events)
{
	struct watched *watched = find(instance, index, fd);

	if (!watched)
		return -ENOENT;
	if (watched->always)
		return 0;
	clear_ready(watched, events);
	return 0;
}

uint64_t slots_ready(struct instance *instance, uint64_t asked)
{
	uint64_t slots = (asked & READINESS_SLOTS) >> 48;
	uint64_t ready = 0;

	while (instance->slots && slots) {
		unsigned i = readiness_take(&slots);

		if (!TAILQ_EMPTY(&instance->slots[i].ready))
			ready |= TAU_SLOT(i);
	}
	return ready;
}

bool slots_may_come(struct fabric *fabric)
{
	if (fabric->watched_count == 0)
		return false;
	if (may_come(fabric, fabric->hope))
		return true;
	for (uint32_t fd = 0; fd < fabric->watched_size; fd++) {
		if (!may_come(fabric, fd))
			continue;
		fabric->hope = fd;
		return true;
	}
	return false;
}

uint64_t slots_unused(struct instance *instance, uint64_t asked)
{
	uint64_t slots = (asked & READINESS_SLOTS) >> 48;
	uint64_t unused = 0;

	while (slots) {
		unsigned i = readiness_take(&slots);
		const struct slot *slot =
			instance->slots ? &instance->slots[i] : NULL;

		if (slot && (slot->timer.armed || !LIST_EMPTY(&slot->watched)))
			continue;
		if (!(instance->task.ready & TAU_SLOT(i)))
			unused |= TAU_SLOT(i);
	}
	return unused;
}

static struct slot *slot_at(struct instance *instance, uint32_t index)
{
	if (index >= SLOTS_MAX)
		return NULL;
	if (instance->slots)
		return &instance->slots[index];
	instance->slots = calloc(SLOTS_MAX, sizeof *instance->slots);
	for (uint32_t i = 0; instance->slots && i < SLOTS_MAX; i++) {
		struct slot *slot = &instance->slots[i];

		slot->owner = instance;
		slot->timer.fired = timer_fired;
		LIST_INIT(&slot->watched);
		TAILQ_INIT(&slot->ready);
	}
	return instance->slots ? &instance->slots[index] : NULL;
}

/* Ticks that were missed count as one. */
static void timer_fired(struct timer *timer)
{
	struct slot *slot = (struct slot *)timer;
	struct fabric *fabric = slot->owner->fabric;
	int64_t period_ns = slot->period_ns;
	int64_t now_ns = fabric_now(fabric);
	int64_t next_ns;

	if (period_ns > 0 && period_ns < TIMERS_NEVER - now_ns) {
		next_ns = timer->due_ns + period_ns;
		if (next_ns <= now_ns)
			next_ns += (now_ns - next_ns) / period_ns * period_ns +
				   period_ns;
		timers_arm(&fabric->timers, timer, next_ns);
	}
	task_tell(&slot->owner->task, bit_of(slot));
}

static void fd_told(struct reactor_watch *watch, uint32_t events)
{
	set_ready((struct watched *)watch, events);
}

static void set_ready(struct watched *watched, uint32_t events)
{
	struct slot *slot = watched->slot;

	watched->ready |= events;
	if (!watched->is_ready) {
		watched->is_ready = true;
		TAILQ_INSERT_TAIL(&slot->ready, watched, ready_link);
	}
	task_tell(&slot->owner->task, bit_of(slot));
}

/* Who gets EAGAIN knows better than a hang-up told earlier: when a FIFO has
 * got a new writer, for instance. One that lasts shows as an end or an error,
 * not as EAGAIN. */
static void clear_ready(struct watched *watched, uint32_t events)
{
	struct slot *slot = watched->slot;

	watched->ready &= ~events;
	if (!(watched->ready & (EPOLLIN | EPOLLOUT | EPOLLPRI)))
		watched->ready = 0;
	if (watched->ready == 0 && watched->is_ready) {
		watched->is_ready = false;
		TAILQ_REMOVE(&slot->ready, watched, ready_link);
	}
	if (TAILQ_EMPTY(&slot->ready))
		task_untell(&slot->owner->task, bit_of(slot));
}

/* What is not asked for any more is not ready; what still is, the kernel says
 * again after a change. */
static int change(struct instance *instance, struct watched *watched,
	uint32_t events, uint64_t key)
{
	int result = 0;

	if (!watched->always)
		result = reactor_change(instance->fabric->reactor,
			&watched->watch, events | EPOLLET);
	if (result < 0)
		return result;
	watched->key = key;
	clear_ready(watched, ~events);
	if (watched->always)
		set_ready(watched, events & (EPOLLIN | EPOLLOUT));
	return 0;
}

static bool may_come(struct fabric *fabric, uint32_t fd)
{
	const struct watched *watched =
		fd < fabric->watched_size ? fabric->watched[fd] : NULL;
	const struct instance *owner;
	const struct task *task;
	uint64_t asked, bit;

	if (!watched || watched->always)
		return false;
	owner = watched->slot->owner;
	task = &owner->task;
	asked = task->want.any | task->want.all;
	bit = bit_of(watched->slot);
	if (task->state != TASK_WAITING || !(asked & bit) ||
		(!(task->want.any & bit) && lacks_stream(task)))
		return false;
	return watched->watch.events & EPOLLIN || owner->op.out_count > 0 ||
	       !(asked & READINESS_IN);
}

/* Who waits for all of several, no fd sets free while a stream is missing. */
static bool lacks_stream(const struct task *task)
{
	return task->want.all & ~task->ready & (READINESS_IN | READINESS_OUT);
}

static struct watched *find(struct instance *instance, uint32_t index, int fd)
{
	struct fabric *fabric = instance->fabric;
	struct watched *watched = NULL;

	if (fd >= 0 && (uint32_t)fd < fabric->watched_size)
		watched = fabric->watched[fd];
	if (!watched || !instance->slots || index >= SLOTS_MAX ||
		watched->slot != &instance->slots[index])
		return NULL;
	return watched;
}

static int keep_by_fd(struct fabric *fabric, struct watched *watched, int fd)
{
	uint32_t size = fabric->watched_size ? fabric->watched_size : 64;
	struct watched **grown;

	while (size <= (uint32_t)fd)
		size *= 2;
	if (size > fabric->watched_size) {
		grown = realloc(fabric->watched, size * sizeof(void *));
		if (!grown)
			return -ENOMEM;
		for (uint32_t i = fabric->watched_size; i < size; i++)
			grown[i] = NULL;
		fabric->watched = grown;
		fabric->watched_size = size;
	}
	if (fabric->watched[fd])
		return -EEXIST;
	fabric->watched[fd] = watched;
	return 0;
}

static void unwatch(struct instance *instance, struct watched *watched)
{
	struct fabric *fabric = instance->fabric;
	struct slot *slot = watched->slot;

	if (!watched->always)
		fabric->watched_count--;
	fabric->watched[watched->watch.fd] = NULL;
	reactor_remove(fabric->reactor, &watched->watch);
	LIST_REMOVE(watched, link);
	if (watched->is_ready)
		TAILQ_REMOVE(&slot->ready, watched, ready_link);
	if (TAILQ_EMPTY(&slot->ready))
		task_untell(&instance->task, bit_of(slot));
	free(watched);
}

static uint64_t bit_of(const struct slot *slot)
{
	return TAU_SLOT((uint32_t)(slot - slot->owner->slots));
}
