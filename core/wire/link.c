/* link: the life of one. See the header. */
#include "core/wire/link.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/owner.h"
#include "core/wire/link_private.h"

static struct link *allocate(const struct link_settings *settings);
static void init(struct link *link, const struct link_host *host, int fd,
	struct link_listener *listener);
static void deallocate(struct link *link);
static void fd_told(struct reactor_watch *watch, uint32_t events);
static void step(struct task *task);
static int push(struct link *link, struct error *error);
static void say_all(struct link *link);
static int watch_room(struct link *link, struct error *error);
static bool all_over(const struct link *link);
static void finished(struct task *task);
static void hello_late(struct timer *timer);

int link_create(struct link **link, const struct link_host *host,
	const struct link_settings *settings, int fd,
	struct link_listener *listener, struct error *error)
{
	struct link *made = allocate(settings);
	int result;

	if (!made) {
		host->os->close(host->os, fd);
		return error_set(error, -ENOMEM, "out of memory for a link");
	}
	init(made, host, fd, listener);
	result = reactor_add(host->reactor, &made->watch, fd, EPOLLIN);
	if (result < 0) {
		link_destroy(&made);
		return error_set(error, result,
			"cannot watch the connection to %s: %s", settings->peer,
			strerror(-result));
	}
	if (!settings->patient)
		timers_arm(host->timers, &made->hello_timer,
			host->os->clock_ns(host->os) + LINK_HELLO_NS);
	task_start(&made->task);
	*link = made;
	return 0;
}

static struct link *allocate(const struct link_settings *settings)
{
	struct link *made = calloc(1, sizeof *made);

	if (!made)
		return NULL;
	made->settings = *settings;
	made->name = strdup(settings->name);
	made->peer = strdup(settings->peer);
	made->packet.scratch = malloc(LINK_SCRATCH_BYTES);
	if (made->name && made->peer && made->packet.scratch)
		return made;
	deallocate(made);
	return NULL;
}

static void init(struct link *link, const struct link_host *host, int fd,
	struct link_listener *listener)
{
	link->magic = LINK_MAGIC;
	link->host = *host;
	if (link->settings.packet_bytes == 0)
		link->settings.packet_bytes = LINK_PACKET_BYTES_DEFAULT;
	link->listener = listener;
	link->fd = fd;
	link->next_fd = -1;
	link->send_bytes = link->receive_bytes = LINK_FIRST_PACKET_BYTES;
	if (link->settings.heirs) /* what another was sent may come first */
		link->receive_bytes = link->settings.packet_bytes;
	TAILQ_INIT(&link->queue);
	TAILQ_INIT(&link->resting);
	task_init(&link->task, host->scheduler);
	link->task.step = step;
	link->task.finished = finished;
	link->watch.told = fd_told;
	link->hello_timer.fired = hello_late;
	link->fds.retry.fired = link_fds_retry;
}

void link_destroy(struct link **link)
{
	struct link *old = *link;

	if (!old)
		return;
	CHECK_MAGIC(old, LINK_MAGIC);
	CHECK(old->task.state != TASK_RUNNING);
	old->listener = NULL;
	link_shut(old, "closed");
	if (old->next_fd >= 0)
		old->host.os->close(old->host.os, old->next_fd);
	task_stop(&old->task);
	link_release_ends(old);
	old->magic = 0;
	deallocate(old);
	*link = NULL;
}

static void deallocate(struct link *link)
{
	free(link->packet.scratch);
	free(link->dismissal);
	free(link->name);
	free(link->peer);
	free(link);
}

bool link_is_open(const struct link *link)
{
	return link->open;
}

bool link_is_still(const struct link *link)
{
	return link->open && !link->closed && !link->said_all &&
	       !link->blocked && !link->packet.waiting;
}

void link_incarnations(const struct link *link, uint64_t *own, uint64_t *peer)
{
	*own = link->settings.incarnation;
	*peer = link->peer_incarnation;
}

const struct link_counts *link_counts(const struct link *link)
{
	return &link->counts;
}

static void fd_told(struct reactor_watch *watch, uint32_t events)
{
	struct link *link = OWNER_OF(watch, struct link, watch);
	uint64_t bits = 0;

	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		bits |= LINK_READABLE;
	if (events & EPOLLOUT) {
		link->blocked = false;
		bits |= LINK_WRITABLE;
	}
	task_tell(&link->task, bits);
}

static void step(struct task *task)
{
	struct link *link = OWNER_OF(task, struct link, task);
	const struct tau_want want = {
		.any = LINK_READABLE | LINK_WRITABLE | LINK_WORK | LINK_REST};
	struct error error;
	bool more = false;
	int result = 0;

	if (link->closed)
		return;
	error_clear(&error);
	if (task->ready & LINK_REST)
		link_settle(link);
	if (task->ready & LINK_READABLE)
		result = link_pull(link, &more, &error);
	if (!more)
		task_untell(task, LINK_READABLE);
	if (result == 0 && !link->blocked)
		result = push(link, &error);
	/* Nothing is left, or it waits for room or for HELLO. */
	task_untell(task, LINK_WORK | LINK_WRITABLE | LINK_REST);
	if (result == 0)
		result = watch_room(link, &error);
	if (result < 0 && result != -EPIPE)
		link_say_bye(link, error.text);
	if (result == -EPIPE && (all_over(link) || link_heir_is_late(link)))
		link_shut(link, NULL);
	else if (result < 0)
		link_shut(link, error.text);
	else if (all_over(link) && !link->packet.waiting)
		say_all(link);
	if (link->closed)
		return;
	if (more)
		task_yield(task);
	else
		task_wait(task, &want);
}

/* Closes the sending half; the rest goes when the other side has done so too.
 * Closing at once could destroy what it has not read yet. */
static void say_all(struct link *link)
{
	/* Who has said nothing, or stands still, may have it from somebody who
	 * goes on with it. */
	if (!link->said_all && link->said_hello && !link->frozen)
		(void)link->host.os->shutdown(link->host.os, link->fd, SHUT_WR);
	link->said_all = true;
}

/* Room for more is told of only while it is waited for: each packet that the
 * other side takes makes some. */
static int watch_room(struct link *link, struct error *error)
{
	bool awaited = link->blocked && !link->fds.late;
	uint32_t events = awaited ? EPOLLIN | EPOLLOUT : EPOLLIN;
	int result = 0;

	if (events != link->watch.events)
		result = reactor_change(
			link->host.reactor, &link->watch, events);
	if (result < 0)
		error_set(error, result,
			"cannot watch the connection to %s: %s", link->peer,
			strerror(-result));
	return result;
}

/* What the other side said before it went is still there to be heard. */
static int push(struct link *link, struct error *error)
{
	int result = link_push(link, error);
	bool more = result == -EPIPE;

	link->gone = more;
	while (more) {
		struct error said = ERROR_NONE;

		if (link_pull(link, &more, &said) < 0) {
			more = false;
			*error = said;
		}
	}
	return result;
}

/* Whether every stream has ended: then it does not matter who closes. */
static bool all_over(const struct link *link)
{
	return link->open && link->ends_total > 0 &&
	       link->ends_over == link->ends_total;
}

static void finished(struct task *task)
{
	(void)task;
}

static void hello_late(struct timer *timer)
{
	struct link *link = OWNER_OF(timer, struct link, hello_timer);

	link_say_bye(link, "no HELLO came");
	link_shut(link, "said nothing within 10 seconds");
	task_stop(&link->task);
}

void link_shut(struct link *link, const char *why)
{
	struct link_host *host = &link->host;

	if (link->closed)
		return;
	link->closed = true;
	timers_disarm(host->timers, &link->hello_timer);
	timers_disarm(host->timers, &link->fds.retry);
	reactor_remove(host->reactor, &link->watch);
	say_all(link); /* others may hold the connection as well */
	host->os->close(host->os, link->fd);
	link->fd = -1;
	link_end_streams(link, why != NULL);
	link_drop_chunks(link);
	if (link->listener)
		link->listener->closed(link->listener, link, why);
}
