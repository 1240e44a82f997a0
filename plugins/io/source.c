/* source: see source.h. */
#include "source.h"

#include <errno.h>

enum {
	OUT = 0,
	/* Pipes and terminals come in bits: what is left of a window is used
	 * until it is smaller than this. */
	LEAST_BYTES = 16 * 1024,
};

static ssize_t read_at(
	struct channel *channel, void *to, size_t bytes, int64_t offset)
{
	ssize_t done;

	do {
		done = channel->os->pread(
			channel->os, channel->fd, to, bytes, offset);
	} while (done == -EINTR);
	return done;
}

int source_read(struct tau_op *op, struct channel *channel, int64_t *offset,
	size_t *count)
{
	struct tau_out *out = op->out[OUT];
	uint32_t least = out->atomic;
	ssize_t done;
	void *space;

	if (channel->kind != CHANNEL_FILE && least > LEAST_BYTES)
		least = LEAST_BYTES;
	space = tau_reserve_at(op, out, least);
	if (!space)
		return TAU_STOPPED;
	size_t room = (size_t)(out->body_limit - out->body);
	done = offset ? read_at(channel, space, room, *offset)
		      : channel_read(channel, space, room);
	if (done == -EAGAIN)
		return TAU_WAIT;
	if (done <= 0)
		return done ? (int)done : TAU_END;
	tau_commit_at(op, out, (uint32_t)done, TAU_BYTES);
	*count = (size_t)done;
	if (offset)
		*offset += done;
	return TAU_OK;
}

int source_wait(struct tau_op *op, struct channel *channel)
{
	struct tau_want want = {.all = TAU_OUT(OUT)};

	if (channel->watched)
		want.all |= TAU_SLOT(CHANNEL_SLOT);
	channel_drained(op, channel);
	return tau_wait(op, &want, NULL);
}
