/* scheduler: who runs next. See the header. */
#include "core/run/scheduler.h"

#include <stddef.h>
#include <x86intrin.h>

#include "core/base/check.h"
#include "core/base/owner.h"
#include "core/run/readiness.h"

static struct task *choose(struct scheduler *scheduler);
static void dispatch(struct scheduler *scheduler, struct task *task);
static void show(struct scheduler *scheduler, uint32_t number);
static void enqueue(struct task *task);
static void leave(struct task *task);
static void expired(struct timer *timer);

void scheduler_init(
	struct scheduler *scheduler, struct timers *timers, uint64_t seed)
{
	*scheduler = (struct scheduler){.timers = timers, .seed = seed};
	scheduler->shown = &scheduler->unshown;
	TAILQ_INIT(&scheduler->queue);
	TAILQ_INIT(&scheduler->resting);
}

void task_init(struct task *task, struct scheduler *scheduler)
{
	*task = (struct task){.magic = TASK_MAGIC,
		.scheduler = scheduler,
		.deadline.fired = expired};
}

void task_start(struct task *task)
{
	CHECK_MAGIC(task, TASK_MAGIC);
	CHECK(task->state == TASK_IDLE);
	enqueue(task);
}

void task_tell(struct task *task, uint64_t bits)
{
	task->ready |= bits;
	if (task->state == TASK_WAITING &&
		readiness_holds(task->ready, &task->want)) {
		timers_disarm(task->scheduler->timers, &task->deadline);
		enqueue(task);
	}
}

void task_rest(struct task *task, uint64_t bits)
{
	CHECK(bits != 0);
	if (task->rest_bits == 0)
		TAILQ_INSERT_TAIL(&task->scheduler->resting, task, rest_link);
	task->rest_bits |= bits;
}

void task_wait(struct task *task, const struct tau_want *want)
{
	CHECK(task->state == TASK_RUNNING);
	task->want = *want; /* also where it holds: a step looks it up */
	if (readiness_holds(task->ready, want)) {
		task_yield(task);
		return;
	}
	task->state = TASK_WAITING;
	if (want->deadline_ns)
		timers_arm(task->scheduler->timers, &task->deadline,
			want->deadline_ns);
	leave(task);
}

void task_yield(struct task *task)
{
	CHECK(task->state == TASK_RUNNING);
	enqueue(task);
	leave(task);
}

void task_stop(struct task *task)
{
	CHECK(task->state != TASK_RUNNING);
	if (task->state == TASK_QUEUED) {
		TAILQ_REMOVE(&task->scheduler->queue, task, link);
		task->scheduler->queued--;
	}
	if (task->rest_bits != 0)
		TAILQ_REMOVE(&task->scheduler->resting, task, rest_link);
	task->rest_bits = 0;
	timers_disarm(task->scheduler->timers, &task->deadline);
	task->state = TASK_IDLE;
}

bool scheduler_rest(struct scheduler *scheduler)
{
	struct task *task;

	while (scheduler_idle(scheduler) &&
		(task = TAILQ_FIRST(&scheduler->resting))) {
		uint64_t bits = task->rest_bits;

		TAILQ_REMOVE(&scheduler->resting, task, rest_link);
		task->rest_bits = 0;
		task_tell(task, bits);
	}
	return !scheduler_idle(scheduler);
}

uint64_t scheduler_round(struct scheduler *scheduler)
{
	uint64_t count;

	if (scheduler_idle(scheduler))
		(void)scheduler_rest(scheduler);
	count = scheduler->queued;
	scheduler->halted = false;
	for (uint64_t i = 0;
		i < count && scheduler->queued > 0 && !scheduler->halted; i++)
		dispatch(scheduler, choose(scheduler));
	return count;
}

/* The one place where it is decided who runs next. */
static struct task *choose(struct scheduler *scheduler)
{
	struct task *task = TAILQ_FIRST(&scheduler->queue);
	uint64_t skip;

	if (scheduler->seed == 0)
		return task;
	scheduler->seed ^= scheduler->seed << 13;
	scheduler->seed ^= scheduler->seed >> 7;
	scheduler->seed ^= scheduler->seed << 17;
	skip = scheduler->seed % scheduler->queued;
	while (skip-- > 0)
		task = TAILQ_NEXT(task, link);
	return task;
}

static void dispatch(struct scheduler *scheduler, struct task *task)
{
	uint64_t start, cycles;

	CHECK_MAGIC(task, TASK_MAGIC);
	TAILQ_REMOVE(&scheduler->queue, task, link);
	scheduler->queued--;
	scheduler->switches++;
	scheduler->running = task;
	task->state = TASK_RUNNING;
	show(scheduler, task->number);
	task->dispatches++;
	start = __rdtsc();
	if (task->coroutine)
		(void)coroutine_resume(task->coroutine, 0);
	else
		task->step(task);
	cycles = __rdtsc() - start;
	task->cycles += cycles;
	if (cycles > task->longest_cycles)
		task->longest_cycles = cycles;
	scheduler->running = NULL;
	if (task->state == TASK_RUNNING) {
		task->state = TASK_IDLE;
		task->finished(task);
	}
	if (scheduler->left)
		scheduler->left(scheduler, task);
	show(scheduler, 0);
}

/* Before and after, and not put off by the compiler: who is killed in between
 * ran then. */
static void show(struct scheduler *scheduler, uint32_t number)
{
	__atomic_store_n(scheduler->shown, number, __ATOMIC_RELEASE);
}

static void enqueue(struct task *task)
{
	task->state = TASK_QUEUED;
	TAILQ_INSERT_TAIL(&task->scheduler->queue, task, link);
	task->scheduler->queued++;
}

static void leave(struct task *task)
{
	if (task->coroutine)
		(void)coroutine_suspend(task->coroutine, 0);
}

static void expired(struct timer *timer)
{
	struct task *task = OWNER_OF(timer, struct task, deadline);

	if (task->state == TASK_WAITING)
		enqueue(task);
}
