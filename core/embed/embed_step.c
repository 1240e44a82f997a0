/*
 * embed_step: work in small pieces, and the fd that asks for it. See embed.h.
 */
#include "core/embed/embed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "core/base/owner.h"
#include "core/host/slot.h"
#include "core/plan/waits.h"

static int judge(struct tau_node *node);
static bool set_timer(struct tau_node *node);
static bool is_stuck(struct tau_node *node);
static bool gives_nothing(struct tau_node *node, const struct embed_port *port);
static bool takes_nothing(struct tau_node *node, const struct embed_port *port);
static int say_waits(struct tau_node *node);
static void worked(struct reactor_watch *watch, uint32_t events);
static void was_due(struct reactor_watch *watch, uint32_t events);
static int watch_one(
	struct tau_node *node, struct reactor_watch *watch, int fd);

int tau_node_fd(const struct tau_node *node)
{
	if (!node || !node->opened)
		return -EINVAL;
	return reactor_fd(node->node->fabric.reactor);
}

int tau_node_step(struct tau_node *node)
{
	struct scheduler *scheduler;
	int result = embed_enter(node);

	if (result == 0 && embed_is_copy(node))
		result = -EPERM;
	if (result < 0)
		return result;
	embed_settle(node);
	node->woken = false;
	fabric_look(&node->node->fabric);
	scheduler = &node->node->fabric.scheduler;
	for (int i = 0; i < EMBED_STEP_ROUNDS && !scheduler_idle(scheduler);
		i++) {
		(void)node_turn(node->node, 0);
		if (!node->drains)
			continue;
		node->drains = false;
		(void)tau_node_drain(node);
	}
	return judge(node);
}

int tau_node_drain(struct tau_node *node)
{
	int result = embed_enter(node);

	if (result < 0)
		return result;
	for (uint32_t i = 0; i < node->writes.count; i++)
		(void)tau_node_end(node, i);
	node_drain(node->node);
	embed_wake(node);
	return 0;
}

void embed_wake(struct tau_node *node)
{
	const uint64_t one = 1;

	if (node->woken)
		return;
	node->woken = true;
	(void)node->os.write(&node->os, node->work_fd, &one, sizeof one);
}

int embed_watch(struct tau_node *node, struct error *error)
{
	struct os *os = &node->os;
	int result;

	node->work.told = worked;
	node->due.told = was_due;
	node->work_fd = os->eventfd(os, 0, EFD_NONBLOCK | EFD_CLOEXEC);
	node->due_fd = os->timerfd(os);
	result = watch_one(node, &node->work, node->work_fd);
	if (result == 0)
		result = watch_one(node, &node->due, node->due_fd);
	return result == 0 ? 0
			   : error_set(error, result,
				     "cannot make an fd to wait for: %s",
				     strerror(-result));
}

void embed_unwatch(struct tau_node *node)
{
	struct os *os = &node->os;

	reactor_remove(node->node->fabric.reactor, &node->work);
	reactor_remove(node->node->fabric.reactor, &node->due);
	if (node->work_fd >= 0)
		os->close(os, node->work_fd);
	if (node->due_fd >= 0)
		os->close(os, node->due_fd);
	node->work_fd = node->due_fd = -1;
}

/* How the step has left the node. */
static int judge(struct tau_node *node)
{
	if (node_has_ended(node->node)) {
		if (node->failure.code == 0)
			return TAU_END;
		return embed_fail(
			node, node->failure.code, "%s", node->failure.text);
	}
	if (!scheduler_idle(&node->node->fabric.scheduler) || set_timer(node)) {
		embed_wake(node);
		return TAU_OK;
	}
	return is_stuck(node) ? say_waits(node) : TAU_WAIT;
}

/* Whether the next timer is due already. One that is set and not needed any
 * more wakes for nothing, once. */
static bool set_timer(struct tau_node *node)
{
	struct os *os = &node->os;
	int64_t due_ns = timers_next(&node->node->fabric.timers), left_ns;

	if (due_ns == TIMERS_NEVER)
		return false;
	left_ns = due_ns - os->clock_ns(os);
	if (left_ns <= 0)
		return true;
	if (due_ns == node->due_ns)
		return false;
	node->due_ns = due_ns;
	/* Without a timer it asks to be looked at again and again. */
	return os->timerfd_set(os, node->due_fd, left_ns) < 0;
}

/* Whether nobody can go on: not by a timer or an fd, and not by what the
 * application can do without giving something up. */
static bool is_stuck(struct tau_node *node)
{
	struct fabric *fabric = &node->node->fabric;

	if (timers_next(&fabric->timers) != TIMERS_NEVER ||
		slots_may_come(fabric))
		return false;
	for (uint32_t i = 0; i < node->writes.count; i++)
		if (!takes_nothing(node, &node->writes.ports[i]))
			return false;
	for (uint32_t i = 0; i < node->reads.count; i++)
		if (!gives_nothing(node, &node->reads.ports[i]))
			return false;
	return true;
}

/* Writing there is over, or was tried in vain and would be again. */
static bool takes_nothing(struct tau_node *node, const struct embed_port *port)
{
	const struct stream *stream = embed_stream(node, port);

	return port->over || stream->reader.gone ||
	       (port->refused && stream_full(stream, port->refused_bytes));
}

static bool gives_nothing(struct tau_node *node, const struct embed_port *port)
{
	return port->over ||
	       (port->in.next == port->in.limit &&
		       stream_count(embed_stream(node, port)) == 0);
}

static int say_waits(struct tau_node *node)
{
	struct waits waits = {0};
	struct error error = ERROR_NONE;
	char *text = node_waits(node->node), *sentence = NULL;

	if (text && waits_add(&waits, NULL, text, strlen(text), &error) == 0)
		sentence = waits_explain(&waits);
	(void)embed_fail(
		node, -EDEADLK, "%s", sentence ? sentence : "nobody can go on");
	free(sentence);
	free(text);
	waits_release(&waits);
	return -EDEADLK;
}

/* That it was looked at is all. */
static void worked(struct reactor_watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
}

static void was_due(struct reactor_watch *watch, uint32_t events)
{
	(void)events;
	OWNER_OF(watch, struct tau_node, due)->due_ns = TIMERS_NEVER;
}

static int watch_one(struct tau_node *node, struct reactor_watch *watch, int fd)
{
	return fd < 0 ? fd
		      : reactor_add(node->node->fabric.reactor, watch, fd,
				EPOLLIN | EPOLLET);
}
