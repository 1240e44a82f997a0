/*
 * stage_spawn: a stand-in for child processes: whatever is asked for, it writes
 * what it reads, being nothing but a pipe, and ends well when that has ended.
 */
#include "core/check/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <tau/spawn.h>

static struct stage *stage_of(struct tau_op *op)
{
	return (struct stage *)op;
}

static void tell_end(struct stage *stage, struct stage_child *child)
{
	struct tau_child_end end = {0};
	struct iovec part = {&end, sizeof end};
	const struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	if (child->leash_fd < 0)
		return;
	(void)stage->os->sendmsg(stage->os, child->leash_fd, &message,
		MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)stage->os->close(stage->os, child->leash_fd);
	(void)stage->os->close(stage->os, child->read_fd);
	child->leash_fd = child->read_fd = -1;
}

static int start(struct tau_op *op, const struct tau_child *wish, int fds[3])
{
	struct stage *stage = stage_of(op);
	struct os *os = stage->os;
	struct stage_child *child =
		&stage->children[stage->child_count % STAGE_CHILDREN];
	int through[2], leash[2];

	(void)wish;
	stage_enter(stage);
	if (stage_strikes(stage))
		return stage->host.fail(
			op, -EAGAIN, "there are too many children", 27);
	if (stage->child_count++ >= STAGE_CHILDREN)
		tell_end(stage, child);
	if (os->pipe(os, through, O_NONBLOCK) < 0)
		return -EMFILE;
	if (os->socketpair(os, AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0,
		    leash) < 0) {
		(void)os->close(os, through[0]);
		(void)os->close(os, through[1]);
		return -EMFILE;
	}
	child->read_fd = os->duplicate(os, through[0], 0);
	child->leash_fd = leash[1];
	fds[TAU_CHILD_IN] = through[1];
	fds[TAU_CHILD_OUT] = through[0];
	fds[TAU_CHILD_LEASH] = leash[0];
	return 0;
}

static void close_in(struct tau_op *op, int fds[3])
{
	struct stage *stage = stage_of(op);

	stage_enter(stage);
	if (fds[TAU_CHILD_IN] >= 0)
		(void)stage->os->close(stage->os, fds[TAU_CHILD_IN]);
	fds[TAU_CHILD_IN] = -1;
	/* A state that was kept may have a copy, and is no reason to wait. */
	for (uint32_t i = 0; i < STAGE_CHILDREN; i++)
		tell_end(stage, &stage->children[i]);
}

static void end(struct tau_op *op, const int fds[3])
{
	struct stage *stage = stage_of(op);

	(void)fds;
	stage_enter(stage);
	for (uint32_t i = 0; i < STAGE_CHILDREN; i++)
		tell_end(stage, &stage->children[i]);
}

static int64_t unread(struct tau_op *op, const int fds[3])
{
	struct stage *stage = stage_of(op);

	stage_enter(stage);
	return stage->os->unread(stage->os, fds[TAU_CHILD_IN]);
}

const struct tau_spawn stage_spawn_table = {.size = sizeof stage_spawn_table,
	.start = start,
	.close_in = close_in,
	.end = end,
	.unread = unread};

/* One whose input has ended, or whose leash nobody holds, ends. */
void stage_attend_children(struct stage *stage)
{
	for (uint32_t i = 0; i < STAGE_CHILDREN; i++) {
		struct stage_child *child = &stage->children[i];

		if (child->leash_fd < 0)
			continue;
		if ((stage->os->poll(stage->os, child->read_fd, POLLIN) |
			    stage->os->poll(
				    stage->os, child->leash_fd, POLLIN)) &
			POLLHUP)
			tell_end(stage, child);
	}
}

void stage_init_children(struct stage *stage)
{
	for (uint32_t i = 0; i < STAGE_CHILDREN; i++)
		stage->children[i] = (struct stage_child){-1, -1};
}

void stage_release_children(struct stage *stage)
{
	for (uint32_t i = 0; i < STAGE_CHILDREN; i++)
		tell_end(stage, &stage->children[i]);
}
