/* link: standing still. */
#include <string.h>

#include "core/base/check.h"
#include "core/wire/link_private.h"

/* A task that is out of the game is still told, and acts on it later; of the
 * fd nothing is told meanwhile but that the other side has gone, once. */
void link_freeze(struct link *link)
{
	CHECK_MAGIC(link, LINK_MAGIC);
	if (link->closed || link->frozen)
		return;
	link->frozen = true;
	task_stop(&link->task);
	(void)reactor_change(link->host.reactor, &link->watch, EPOLLET);
}

/* One that stood still before its first word has its time from now on. */
int link_thaw(struct link *link, struct error *error)
{
	struct link_host *host = &link->host;
	int result;

	CHECK_MAGIC(link, LINK_MAGIC);
	if (!link->frozen)
		return 0;
	result = reactor_change(host->reactor, &link->watch, EPOLLIN);
	if (result < 0)
		return error_set(error, result,
			"cannot watch the connection to %s: %s", link->peer,
			strerror(-result));
	link->frozen = link->blocked = false;
	if (link->hello_timer.armed && !link->said_hello)
		timers_arm(host->timers, &link->hello_timer,
			host->os->clock_ns(host->os) + LINK_HELLO_NS);
	if (!TAILQ_EMPTY(&link->resting))
		task_rest(&link->task, LINK_REST);
	task_tell(&link->task, LINK_READABLE | LINK_WRITABLE | LINK_WORK);
	task_start(&link->task);
	return 0;
}
