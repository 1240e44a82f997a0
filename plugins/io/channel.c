/* channel: see channel.h. */
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>

#include "common/state.h"

static void channel_set(struct channel *channel, const struct tau_os *os,
	int fd, uint32_t events)
{
	*channel = (struct channel){.os = os, .fd = fd, .events = events};
}

int channel_adopt(struct channel *channel, const struct tau_os *os, int fd,
	uint32_t events)
{
	struct stat about;
	int code = os->stat(os, fd, &about);

	if (code) {
		(void)os->close(os, fd);
		return code;
	}
	channel_set(channel, os, fd, events);
	channel->owned = true;
	channel->fifo = S_ISFIFO(about.st_mode);
	channel->kind = S_ISREG(about.st_mode) || S_ISBLK(about.st_mode) ||
					S_ISDIR(about.st_mode)
				? CHANNEL_FILE
				: CHANNEL_STREAM;
	return 0;
}

int channel_restore(struct tau_op *op, struct channel *channel,
	struct tau_in *state, uint32_t events)
{
	const struct tau_os *os = op->host->ext(op, "tau.os/1");
	const struct tau_record *record = tau_read_at(op, state);
	int code;

	if (!record || record->type != TAU_FD)
		return state_refuse(op);
	if (!os)
		return tau_fail(
			op, -ENOSYS, "this host lets nobody take over files");
	code = op->host->fd_take(op, record);
	if (code >= 0)
		code = channel_adopt(channel, os, code, events);
	if (code)
		return tau_failf(op, code, "cannot take over a file: %s",
			strerrordesc_np(-code));
	tau_consume_at(op, state);
	return 0;
}

/* Opens the same file once more, for a description of our own. */
static void reopen(struct channel *channel)
{
	char path[40];
	int flags = channel->events == EPOLLIN ? O_RDONLY : O_WRONLY;
	int fd;

	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", channel->fd);
	fd = channel->os->open(
		channel->os, path, flags | O_NONBLOCK | O_NOCTTY, 0);
	if (fd < 0)
		return;
	channel->fd = fd;
	channel->owned = true;
	channel->kind = CHANNEL_STREAM;
}

int channel_borrow(struct channel *channel, const struct tau_os *os, int fd,
	uint32_t events)
{
	struct stat about;
	int code = os->stat(os, fd, &about);

	if (code)
		return code;
	channel_set(channel, os, fd, events);
	channel->fifo = S_ISFIFO(about.st_mode);
	if (S_ISREG(about.st_mode) || S_ISBLK(about.st_mode) ||
		S_ISDIR(about.st_mode)) {
		channel->kind = CHANNEL_FILE;
	} else if (S_ISSOCK(about.st_mode)) {
		channel->kind = CHANNEL_SOCKET;
	} else {
		channel->kind = CHANNEL_POLLED;
		reopen(channel);
	}
	return 0;
}

int channel_close(struct tau_op *op, struct channel *channel)
{
	int code = 0;

	if (channel->kind == CHANNEL_CLOSED)
		return 0;
	channel_unwatch(op, channel);
	if (channel->owned)
		code = channel->os->close(channel->os, channel->fd);
	channel->kind = CHANNEL_CLOSED;
	return code == -EINTR ? 0 : code;
}

int channel_watch(struct tau_op *op, struct channel *channel)
{
	int code;

	if (channel->kind == CHANNEL_FILE || channel->watched)
		return 0;
	code = op->host->watch(
		op, CHANNEL_SLOT, channel->fd, channel->events, 0);
	channel->watched = code == 0;
	return code;
}

void channel_watch_room(struct tau_op *op, struct channel *channel)
{
	struct tau_event event;

	if (!channel->watched ||
		op->host->next_event(op, CHANNEL_SLOT, &event) != TAU_OK)
		return;
	channel_unwatch(op, channel);
	channel->kind = CHANNEL_FILE;
}

void channel_unwatch(struct tau_op *op, struct channel *channel)
{
	if (channel->watched)
		(void)op->host->watch(op, CHANNEL_SLOT, channel->fd, 0, 0);
	channel->watched = false;
}

static ssize_t read_once(struct channel *channel, void *to, size_t bytes)
{
	const struct tau_os *os = channel->os;

	if (channel->kind == CHANNEL_SOCKET)
		return os->receive(os, channel->fd, to, bytes);
	if (channel->kind == CHANNEL_POLLED &&
		os->poll(os, channel->fd, POLLIN) == 0)
		return -EAGAIN;
	return os->read(os, channel->fd, to, bytes);
}

ssize_t channel_read(struct channel *channel, void *to, size_t bytes)
{
	ssize_t done;

	do {
		done = read_once(channel, to, bytes);
	} while (done == -EINTR);
	return done;
}

static ssize_t write_once(
	struct channel *channel, const void *from, size_t bytes)
{
	const struct tau_os *os = channel->os;

	if (channel->kind == CHANNEL_SOCKET)
		return os->send(os, channel->fd, from, bytes);
	if (channel->kind == CHANNEL_POLLED) {
		if (os->poll(os, channel->fd, POLLOUT) == 0)
			return -EAGAIN;
		if (bytes > PIPE_BUF)
			bytes = PIPE_BUF;
	}
	return os->write(os, channel->fd, from, bytes);
}

ssize_t channel_write(struct channel *channel, const void *from, size_t bytes)
{
	ssize_t done;

	do {
		done = write_once(channel, from, bytes);
	} while (done == -EINTR);
	return done;
}

void channel_drained(struct tau_op *op, struct channel *channel)
{
	if (channel->watched)
		(void)op->host->drained(
			op, CHANNEL_SLOT, channel->fd, channel->events);
}

bool channel_broken(struct channel *channel)
{
	int bits;

	if (channel->kind == CHANNEL_FILE)
		return false;
	bits = channel->os->poll(channel->os, channel->fd, POLLOUT);
	return bits > 0 && (bits & (POLLERR | POLLHUP | POLLNVAL));
}
