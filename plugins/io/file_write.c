/*
 * file.write: records into a file, which is made, or emptied, when the first
 * run begins; also into a FIFO, whose first reader it waits for.
 *
 * The state is what was not written yet, and the fd itself.
 */
#include "operators.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/state.h"
#include "sink.h"

enum { PATH = 0 };

/* How often a FIFO is asked whether it has a reader: the kernel tells nobody.
 */
#define READER_PERIOD_NS INT64_C(50000000)

struct file_write {
	struct sink sink;
	bool opened; /* once; from then on the file is not emptied */
};

static int create(struct tau_op *op)
{
	struct file_write *self = calloc(1, sizeof *self);

	op->self = self;
	if (!self)
		return tau_fail(op, -ENOMEM, "no memory");
	self->sink.name = op->params[PATH].value.s.text;
	return 0;
}

static void destroy(struct tau_op *op)
{
	struct file_write *self = op->self;

	if (self)
		sink_release(op, &self->sink);
	free(self);
}

/* An fd, or -errno; -EINTR when told to stop before a FIFO had a reader. */
static int open_path(struct tau_op *op, const struct tau_os *os,
	const char *path, bool opened)
{
	int flags = O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY |
		    (opened ? O_APPEND : O_TRUNC);

	for (;;) {
		struct tau_want want = {0};
		int fd = os->open(os, path, flags, 0666);

		if (fd != -ENXIO)
			return fd;
		want.deadline_ns = op->host->now(op) + READER_PERIOD_NS;
		if (tau_wait(op, &want, NULL) != TAU_OK)
			return -EINTR;
	}
}

/* 0, -EINTR (told to stop), or -errno with a sentence. */
static int open_file(struct tau_op *op, struct file_write *self)
{
	const struct tau_os *os = op->host->ext(op, "tau.os/1");
	int fd;

	if (!os)
		return tau_fail(
			op, -ENOSYS, "this host lets nobody write files");
	fd = open_path(op, os, self->sink.name, self->opened);
	if (fd == -EINTR)
		return fd;
	if (fd >= 0)
		fd = channel_adopt(&self->sink.channel, os, fd, EPOLLOUT);
	if (fd < 0)
		return tau_failf(op, fd, "cannot open %s for writing: %s",
			self->sink.name, strerrordesc_np(-fd));
	self->opened = true;
	return 0;
}

static int run(struct tau_op *op)
{
	struct file_write *self = op->self;
	int code = 0;

	if (self->sink.channel.kind == CHANNEL_CLOSED)
		code = open_file(op, self);
	if (code == -EINTR)
		return 0;
	if (code == 0)
		code = sink_run(op, &self->sink);
	return code < 0 ? code : 0;
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct file_write *self = op->self;
	bool open = self->sink.channel.kind != CHANNEL_CLOSED;
	int code = sink_save(op, &self->sink, state, self->opened);

	(void)version;
	if (code == 0)
		code = state_save_bytes(
			op, state, self->sink.name, strlen(self->sink.name));
	if (code || !open)
		return code;
	code = op->host->fd_send(op, state, self->sink.channel.fd, 0);
	return code == TAU_OK ? 0 : code < 0 ? code : -ENOBUFS;
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct file_write *self = op->self;
	int code = sink_restore(op, &self->sink, state, &self->opened);

	(void)version;
	if (code == 0)
		code = state_restore_same(op, state, "path", self->sink.name,
			strlen(self->sink.name));
	if (code || !self->opened)
		return code;
	return channel_restore(op, &self->sink.channel, state, EPOLLOUT);
}

const struct tau_operator io_file_write = {.size = sizeof io_file_write,
	.name = "file.write",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};
