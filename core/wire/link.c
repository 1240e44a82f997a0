/* link: the life of one. See the header. */
#include "core/wire/link.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/owner.h"
#include "core/wire/link_private.h"

static int add(struct link *link, uint32_t number, struct stream *stream,
	const char *port, bool sends);
static void fd_told(struct reactor_watch *watch, uint32_t events);
static void stream_told(struct stream_listener *listener);
static void step(struct task *task);
static int push(struct link *link, struct error *error);
static void say_all(struct link *link);
static int watch_room(struct link *link, struct error *error);
static bool all_over(const struct link *link);
static void finished(struct task *task);
static void hello_late(struct timer *timer);
static void end_streams(struct link *link, bool broken);

int link_create(struct link **link, const struct link_host *host,
	const struct link_settings *settings, int fd,
	struct link_listener *listener, struct error *error)
{
	struct link *made = calloc(1, sizeof *made);
	int result = made ? 0 : -ENOMEM;

	if (made) {
		made->name = strdup(settings->name);
		made->peer = strdup(settings->peer);
		made->packet.scratch = malloc(LINK_SCRATCH_BYTES);
		if (!made->name || !made->peer || !made->packet.scratch)
			result = -ENOMEM;
	}
	if (result < 0) {
		host->os->close(host->os, fd);
		if (made) {
			free(made->name);
			free(made->peer);
			free(made->packet.scratch);
		}
		free(made);
		return error_set(error, result, "out of memory for a link");
	}
	made->magic = LINK_MAGIC;
	made->host = *host;
	made->settings = *settings;
	if (made->settings.packet_bytes == 0)
		made->settings.packet_bytes = LINK_PACKET_BYTES_DEFAULT;
	made->listener = listener;
	made->fd = fd;
	made->next_fd = -1;
	made->send_bytes = made->receive_bytes = LINK_FIRST_PACKET_BYTES;
	if (settings->heirs) /* what another process was sent may come first */
		made->receive_bytes = made->settings.packet_bytes;
	TAILQ_INIT(&made->queue);
	TAILQ_INIT(&made->resting);
	task_init(&made->task, host->scheduler);
	made->task.step = step;
	made->task.finished = finished;
	made->watch.told = fd_told;
	made->hello_timer.fired = hello_late;
	made->fds.retry.fired = link_fds_retry;
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
	for (uint32_t i = 0; i < old->end_count; i++) {
		if (!old->ends[i])
			continue;
		old->ends[i]->stream->reader.listener =
			old->ends[i]->sends
				? NULL
				: old->ends[i]->stream->reader.listener;
		if (!old->ends[i]->sends)
			old->ends[i]->stream->writer.listener = NULL;
		free(old->ends[i]->port);
		free(old->ends[i]);
	}
	free(old->ends);
	free(old->packet.scratch);
	free(old->dismissal);
	free(old->name);
	free(old->peer);
	old->magic = 0;
	free(old);
	*link = NULL;
}

int link_send(struct link *link, uint32_t number, struct stream *stream,
	const char *port)
{
	int result = add(link, number, stream, port, true);

	if (result < 0)
		return result;
	stream_limit(stream);
	stream->reader.listener = &link->ends[number]->listener;
	link_want(link->ends[number]);
	return 0;
}

int link_receive(struct link *link, uint32_t number, struct stream *stream,
	const char *port)
{
	int result = add(link, number, stream, port, false);

	if (result < 0)
		return result;
	stream->linked = true;
	stream->writer.listener = &link->ends[number]->listener;
	link_want(link->ends[number]);
	return 0;
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

void link_want(struct link_end *end)
{
	struct link *link = end->link;

	if (!end->queued) {
		end->queued = true;
		TAILQ_INSERT_TAIL(&link->queue, end, link_queue);
	}
	task_tell(&link->task, LINK_WORK);
}

void link_end_over(struct link_end *end)
{
	if (end->over)
		return;
	end->over = true;
	end->link->ends_over++;
}

static int add(struct link *link, uint32_t number, struct stream *stream,
	const char *port, bool sends)
{
	uint32_t count = link->end_count ? link->end_count : 16;
	struct link_end **grown, *end;

	if (number >= LINK_STREAMS_MAX)
		return -EINVAL;
	while (count <= number)
		count *= 2;
	if (count > link->end_count) {
		grown = realloc(link->ends, count * sizeof(void *));
		if (!grown)
			return -ENOMEM;
		for (uint32_t i = link->end_count; i < count; i++)
			grown[i] = NULL;
		link->ends = grown;
		link->end_count = count;
	}
	if (link->ends[number])
		return -EEXIST;
	end = calloc(1, sizeof *end);
	if (end)
		end->port = strdup(port);
	if (!end || !end->port) {
		free(end);
		return -ENOMEM;
	}
	end->listener.iota = stream_told;
	end->link = link;
	end->stream = stream;
	end->number = number;
	end->sends = sends;
	if (link->settings.heirs && !sends)
		link_heir_expects(end);
	link->ends[number] = end;
	link->ends_total++;
	return 0;
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

static void stream_told(struct stream_listener *listener)
{
	struct link_end *end = (struct link_end *)listener;

	if (end->sends || !link_keep_credit(end))
		link_want(end);
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
	end_streams(link, why != NULL);
	link_drop_chunks(link);
	if (link->listener)
		link->listener->closed(link->listener, link, why);
}

static void end_streams(struct link *link, bool broken)
{
	struct chunks *chunks = link->host.chunks;

	for (uint32_t i = 0; i < link->end_count; i++) {
		struct link_end *end = link->ends[i];

		if (!end)
			continue;
		if (end->part)
			chunk_drop(chunks, chunk_slot(chunks, end->part), 1);
		end->part = NULL;
		if (end->sends && broken && !end->heard_omega)
			link_tell_lost(
				end, end->over ? 0 : stream_count(end->stream));
		if (end->sends)
			stream_leave(end->stream, &end->in);
		else
			stream_end(end->stream, &end->out,
				broken ? STREAM_CRASHED : STREAM_DONE);
		link_end_over(end);
	}
}
