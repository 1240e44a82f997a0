/* fabric: what all operators of a node share. See the header. */
#include "core/host/fabric.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/coverage.h"
#include "core/host/instance.h"
#include "core/host/services.h"
#include "core/host/slot.h"

/* Looking outside is a system call, a round may be a few switches. */
#define ROUNDS_PER_LOOK 16
#define POLL_FAILURES_MAX 100 /* in a row */

static bool may_come(struct fabric *fabric);
static void look_outside(struct fabric *fabric, int64_t timeout_ns);
static void cannot_go_on(struct fabric *fabric, int code);
static int64_t wait_ns(struct fabric *fabric, int64_t timeout_ns);

int fabric_init(struct fabric *fabric, struct os *os, struct log *log,
	uint64_t seed, struct error *error)
{
	int result;

	fabric->magic = FABRIC_MAGIC;
	fabric->os = os;
	fabric->log = log;
	fabric->thread = fabric_thread();
	fabric->stdin_fd = fabric->stdout_fd = -1;
	services_init(&fabric->host);
	plugin_os_init(&fabric->plugin_os, os);
	scheduler_init(&fabric->scheduler, &fabric->timers, seed);
	result = chunks_create(&fabric->chunks, os, error);
	if (result == 0)
		result = stack_arena_create(&fabric->stacks, os, error);
	if (result == 0)
		result = reactor_create(&fabric->reactor, os, error);
	fabric->streams.chunks = fabric->chunks;
	if (result < 0)
		fabric_release(fabric);
	return result;
}

void fabric_release(struct fabric *fabric)
{
	CHECK_MAGIC(fabric, FABRIC_MAGIC);
	ring_pool_release(&fabric->streams.rings);
	reactor_destroy(&fabric->reactor);
	stack_arena_destroy(&fabric->stacks);
	chunks_destroy(&fabric->chunks);
	free(fabric->watched);
	fabric->watched = NULL;
	fabric->magic = 0;
}

bool fabric_turn(struct fabric *fabric, int64_t timeout_ns)
{
	struct scheduler *scheduler = &fabric->scheduler;

	CHECK_MAGIC(fabric, FABRIC_MAGIC);
	if (scheduler_idle(scheduler) && !scheduler_rest(scheduler)) {
		if (!fabric->frozen && !may_come(fabric))
			return false;
		timeout_ns = wait_ns(fabric, timeout_ns);
		look_outside(fabric, timeout_ns);
	} else if (++fabric->rounds == ROUNDS_PER_LOOK) {
		look_outside(fabric, 0);
	}
	scheduler_round(scheduler);
	return true;
}

void fabric_look(struct fabric *fabric)
{
	CHECK_MAGIC(fabric, FABRIC_MAGIC);
	look_outside(fabric, 0);
}

int64_t fabric_now(struct fabric *fabric)
{
	if (fabric->now_ns == 0)
		fabric->now_ns = fabric->os->clock_ns(fabric->os);
	return fabric->now_ns;
}

void fabric_abort(
	struct fabric *fabric, struct instance *culprit, const char *what)
{
	log_say(fabric->log, LOG_ERROR, "operator %s of plugin %s %s",
		culprit->name, culprit->plugin, what);
	COVERAGE_KEEP();
	abort();
}

static bool may_come(struct fabric *fabric)
{
	return timers_next(&fabric->timers) != TIMERS_NEVER ||
	       fabric->watching > 0 || slots_may_come(fabric);
}

static void look_outside(struct fabric *fabric, int64_t timeout_ns)
{
	bool sleeps = fabric->sleeps && timeout_ns != 0;
	int result;

	if (sleeps)
		fabric->sleeps(fabric, true);
	result = reactor_poll(fabric->reactor, timeout_ns);
	if (sleeps)
		fabric->sleeps(fabric, false);
	if (result == 0)
		fabric->poll_failures = 0;
	else if (++fabric->poll_failures == POLL_FAILURES_MAX)
		cannot_go_on(fabric, result);
	fabric->now_ns = 0;
	fabric->rounds = 0;
	if (!fabric->frozen && timers_next(&fabric->timers) != TIMERS_NEVER)
		timers_fire(&fabric->timers, fabric_now(fabric));
}

/* One failure may pass; when they do not end, a loop that spins helps nobody.
 */
static void cannot_go_on(struct fabric *fabric, int code)
{
	log_say(fabric->log, LOG_ERROR,
		"cannot wait for fds any more: %s; the node ends",
		strerror(-code));
	COVERAGE_KEEP();
	abort();
}

/* How long to wait: until the next timer, at most `timeout_ns`. */
static int64_t wait_ns(struct fabric *fabric, int64_t timeout_ns)
{
	int64_t due_ns = timers_next(&fabric->timers);
	int64_t left_ns;

	if (due_ns == TIMERS_NEVER || fabric->frozen)
		return timeout_ns;
	fabric->now_ns = 0;
	left_ns = timers_left(due_ns, fabric_now(fabric));
	return timeout_ns < 0 || left_ns < timeout_ns ? left_ns : timeout_ns;
}
