/*
 * file.read: a file's bytes in blocks, straight from the fd into the out
 * window whenever both are ready.
 *
 *	regular file   from its beginning to its end; with `follow` also what
 *	               is appended later, and the file that takes its place
 *	FIFO           from its first writer to the end of its last; with
 *	               `follow` it waits for further writers
 *
 * What was read was sent, so all progress is the offset and the fd. A file
 * that is cut below the offset is read again from its beginning.
 */
#include "operators.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/state.h"
#include "follow.h"
#include "source.h"

enum { PATH = 0, FOLLOW = 1 };

struct file_read {
	struct channel channel;
	struct follow following;
	const char *path;
	int64_t offset; /* of a regular file, which pread reads */
	int64_t opened;
	int64_t written; /* the FIFO has had a writer */
	bool follow;
};

static int create(struct tau_op *op)
{
	struct file_read *self = calloc(1, sizeof *self);

	op->self = self;
	if (!self)
		return tau_fail(op, -ENOMEM, "no memory");
	self->path = op->params[PATH].value.s.text;
	self->follow = op->params[FOLLOW].type == TAU_PARAM_BOOL &&
		       op->params[FOLLOW].value.i;
	return 0;
}

static void destroy(struct tau_op *op)
{
	struct file_read *self = op->self;

	if (self) {
		(void)channel_close(op, &self->channel);
		follow_close(op, &self->following);
	}
	free(self);
}

static int failed(struct tau_op *op, const char *what, int code)
{
	struct file_read *self = op->self;

	return tau_failf(op, code, "cannot %s %s: %s", what, self->path,
		strerrordesc_np(-code));
}

/* Opens the path, or what has its name now. 0 or -errno. */
static int open_path(struct file_read *self, const struct tau_os *os)
{
	int fd = os->open(os, self->path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

	return fd < 0 ? fd : channel_adopt(&self->channel, os, fd, EPOLLIN);
}

static int open_file(struct tau_op *op, struct file_read *self)
{
	const struct tau_os *os = op->host->ext(op, "tau.os/1");
	int code;

	if (!os)
		return tau_fail(
			op, -ENOSYS, "this host lets nobody read files");
	code = open_path(self, os);
	if (code)
		return failed(op, "open", code);
	self->opened = 1;
	return 0;
}

/* A FIFO without a writer reads as if it had ended: whether one has been
 * there, only poll knows. */
static bool awaits_writer(struct file_read *self)
{
	struct channel *channel = &self->channel;

	if (!channel->fifo || self->written)
		return false;
	self->written =
		channel->os->poll(channel->os, channel->fd, POLLIN) != 0;
	return !self->written;
}

static int read_block(struct tau_op *op, struct file_read *self)
{
	bool regular = self->channel.kind == CHANNEL_FILE;
	size_t count;

	if (awaits_writer(self))
		return TAU_WAIT;
	return source_read(
		op, &self->channel, regular ? &self->offset : NULL, &count);
}

/* Another file has the name: goes over to it, when it can be opened. */
static int go_over(struct tau_op *op, struct file_read *self)
{
	const struct tau_os *os = self->channel.os;
	struct channel old = self->channel;

	if (open_path(self, os)) {
		self->channel = old;
		return follow_pause(op);
	}
	channel_unwatch(op, &old);
	(void)channel_close(op, &old);
	self->offset = 0;
	self->written = 0;
	follow_open(op, &self->following, os, self->path);
	return channel_watch(op, &self->channel);
}

/* At the end of a followed file: TAU_OK when there is more to read. */
static int await_more(struct tau_op *op, struct file_read *self)
{
	if (self->channel.kind != CHANNEL_FILE) {
		self->written = 0;
		return source_wait(op, &self->channel);
	}
	switch (follow_look(
		self->channel.os, self->path, self->channel.fd, self->offset)) {
	case FOLLOW_GREW:
		return TAU_OK;
	case FOLLOW_CUT:
		tau_logf(op, TAU_NOTICE,
			"%s was cut; reading it again from its beginning",
			self->path);
		self->offset = 0;
		return TAU_OK;
	case FOLLOW_REPLACED:
		return go_over(op, self);
	default:
		return follow_wait(op, &self->following);
	}
}

static int copy(struct tau_op *op, struct file_read *self)
{
	int flow;

	do {
		flow = read_block(op, self);
		if (flow == TAU_WAIT)
			flow = source_wait(op, &self->channel);
		else if (flow == TAU_END && self->follow)
			flow = await_more(op, self);
	} while (flow == TAU_OK);
	return flow < 0 ? failed(op, "read", flow) : flow;
}

static int run(struct tau_op *op)
{
	struct file_read *self = op->self;
	int flow = 0;

	if (self->channel.kind == CHANNEL_CLOSED)
		flow = open_file(op, self);
	if (flow)
		return flow;
	if (self->follow && self->channel.kind == CHANNEL_FILE)
		follow_open(op, &self->following, self->channel.os, self->path);
	flow = channel_watch(op, &self->channel);
	flow = flow ? failed(op, "wait for", flow) : copy(op, self);
	channel_unwatch(op, &self->channel);
	follow_close(op, &self->following);
	if (flow != TAU_STOPPED)
		(void)channel_close(op, &self->channel);
	return flow < 0 ? flow : 0;
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct file_read *self = op->self;
	const struct state_entry entries[] = {{"opened", &self->opened},
		{"offset", &self->offset}, {"written", &self->written}};
	int code = state_save(op, state, entries, 3);

	(void)version;
	if (code == 0)
		code = state_save_bytes(
			op, state, self->path, strlen(self->path));
	if (code || self->channel.kind == CHANNEL_CLOSED)
		return code;
	code = op->host->fd_send(op, state, self->channel.fd, 0);
	return code == TAU_OK ? 0 : code < 0 ? code : -ENOBUFS;
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct file_read *self = op->self;
	const struct state_entry entries[] = {{"opened", &self->opened},
		{"offset", &self->offset}, {"written", &self->written}};
	int code = state_restore(op, state, entries, 3);

	(void)version;
	if (code == 0)
		code = state_restore_same(
			op, state, "path", self->path, strlen(self->path));
	if (code || !self->opened)
		return code;
	return channel_restore(op, &self->channel, state, EPOLLIN);
}

const struct tau_operator io_file_read = {.size = sizeof io_file_read,
	.name = "file.read",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};
