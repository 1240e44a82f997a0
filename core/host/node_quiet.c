/* node_quiet: when a node says that it waits for others. See the header. */
#include "core/host/node_quiet.h"

#include "core/base/owner.h"

#include <stddef.h>

static void ran_down(struct reactor_watch *watch, uint32_t events);
static bool is_news(const struct node_quiet *quiet, uint64_t moves);

void node_quiet_open(struct node_quiet *quiet, struct node *node)
{
	struct os *os = node->fabric.os;

	*quiet = (struct node_quiet){.node = node, .watch.told = ran_down};
	quiet->fd = os->timerfd(os);
	if (quiet->fd < 0)
		return;
	if (reactor_add(node->fabric.reactor, &quiet->watch, quiet->fd,
		    EPOLLIN | EPOLLET) == 0)
		quiet->opened = true;
	else
		os->close(os, quiet->fd);
}

void node_quiet_close(struct node_quiet *quiet)
{
	if (!quiet->opened)
		return;
	reactor_remove(quiet->node->fabric.reactor, &quiet->watch);
	quiet->node->fabric.os->close(quiet->node->fabric.os, quiet->fd);
	quiet->opened = false;
}

int64_t node_quiet_begin(struct node_quiet *quiet)
{
	struct os *os = quiet->node->fabric.os;
	uint64_t moves;

	if (quiet->set || !node_is_quiet(quiet->node))
		return -1;
	moves = node_moves(quiet->node);
	if (!is_news(quiet, moves))
		return -1;
	quiet->set = true;
	quiet->moves = moves;
	quiet->fired = !quiet->opened ||
		       os->timerfd_set(os, quiet->fd, NODE_QUIET_NS) < 0;
	return quiet->fired ? NODE_QUIET_NS : -1;
}

bool node_quiet_end(struct node_quiet *quiet)
{
	uint64_t moves;

	if (!quiet->fired)
		return false;
	quiet->set = quiet->fired = false;
	if (!node_is_quiet(quiet->node))
		return false;
	moves = node_moves(quiet->node);
	if (moves != quiet->moves || !is_news(quiet, moves))
		return false;
	quiet->said = true;
	quiet->said_moves = moves;
	return true;
}

void node_quiet_forget(struct node_quiet *quiet)
{
	quiet->said = false;
}

static void ran_down(struct reactor_watch *watch, uint32_t events)
{
	struct node_quiet *quiet = OWNER_OF(watch, struct node_quiet, watch);

	(void)events;
	quiet->fired = quiet->set;
}

static bool is_news(const struct node_quiet *quiet, uint64_t moves)
{
	return !(quiet->said && quiet->said_moves == moves);
}
