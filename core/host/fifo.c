/* fifo: a stream's end at a FIFO. See the header. */
#include "core/host/fifo.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/owner.h"
#include "core/host/fifo_private.h"

#define STEP_BLOCKS 64 /* or reads, until others have their turn */

enum flow { GOES_ON, WAITS, YIELDS, OVER };

static int prepare(struct fifo *fifo);
static void fd_told(struct reactor_watch *watch, uint32_t events);
static void stream_told(struct stream_listener *listener);
static void step(struct task *task);
static void finished(struct task *task);
static enum flow send_blocks(struct fifo *fifo);
static enum flow send_block(struct fifo *fifo);
static enum flow next_block(struct fifo *fifo);
static enum flow take_blocks(struct fifo *fifo);
static enum flow take_one(struct fifo *fifo);
static enum flow take_bytes(struct fifo *fifo);
static enum flow deliver(struct fifo *fifo);
static enum flow give_up(struct fifo *fifo, int code);
static void close_end(struct fifo *fifo, enum stream_reason reason);
static void explain_end(struct fifo *fifo);
static enum stream_reason reason_of(const struct fifo *fifo);
static void release(struct fifo *fifo);

int fifo_create(struct fifo **fifo, const struct fifo_settings *settings,
	int fd, struct error *error)
{
	struct fifo *made = calloc(1, sizeof *made);
	struct os *os = settings->os;
	int result;

	if (!made) {
		os->close(os, fd);
		return error_set(error, -ENOMEM, "out of memory for a FIFO");
	}
	made->magic = FIFO_MAGIC;
	made->settings = *settings;
	made->fd = fd;
	made->listener.iota = stream_told;
	made->watch.told = fd_told;
	if (!settings->writes) /* it never waits for a whole atomic */
		settings->stream->writer.want = 1;
	result = prepare(made);
	if (result == 0)
		result = reactor_add(settings->reactor, &made->watch, fd,
			(settings->writes ? EPOLLOUT : EPOLLIN) | EPOLLET);
	if (result < 0) {
		os->close(os, fd);
		release(made);
		return error_set(error, result,
			"cannot watch the FIFO of stream %s: %s",
			settings->stream->name, strerror(-result));
	}
	*(settings->writes ? &settings->stream->reader.listener
			   : &settings->stream->writer.listener) =
		&made->listener;
	task_init(&made->task, settings->scheduler);
	made->task.step = step;
	made->task.finished = finished;
	task_start(&made->task);
	*fifo = made;
	return 0;
}

void fifo_destroy(struct fifo **fifo)
{
	struct fifo *old = *fifo;

	if (!old)
		return;
	CHECK_MAGIC(old, FIFO_MAGIC);
	CHECK(old->task.state != TASK_RUNNING);
	old->settings.closed = NULL;
	if (!old->over)
		close_end(old, STREAM_CRASHED);
	task_stop(&old->task);
	*(old->settings.writes ? &old->settings.stream->reader.listener
			       : &old->settings.stream->writer.listener) = NULL;
	release(old);
	*fifo = NULL;
}

static int prepare(struct fifo *fifo)
{
	const struct fifo_settings *settings = &fifo->settings;
	struct os *os = settings->os;
	uint32_t writer = settings->writer;

	if (!settings->writes)
		return shred_joiner_init(&fifo->joiner, 0,
			settings->block_bytes, settings->stream->atomic_bytes);
	if (writer == 0 &&
		os->random(os, &writer, sizeof writer, 0) != sizeof writer)
		return -EIO; /* two writers might be taken for one */
	shred_cutter_init(&fifo->cutter, writer, 0, settings->block_bytes);
	fifo->block = malloc(settings->block_bytes);
	return fifo->block ? 0 : -ENOMEM;
}

static void fd_told(struct reactor_watch *watch, uint32_t events)
{
	struct fifo *fifo = OWNER_OF(watch, struct fifo, watch);

	if (fifo->settings.writes && events & EPOLLERR)
		fifo->lost = true;
	task_tell(&fifo->task, FIFO_READY);
}

static void stream_told(struct stream_listener *listener)
{
	struct fifo *fifo = OWNER_OF(listener, struct fifo, listener);

	task_tell(&fifo->task, FIFO_WORK);
}

static void step(struct task *task)
{
	struct fifo *fifo = OWNER_OF(task, struct fifo, task);
	const struct tau_want want = {.any = FIFO_READY | FIFO_WORK};
	enum flow flow;

	if (fifo->over)
		return;
	task_untell(task, FIFO_READY | FIFO_WORK);
	flow = fifo->settings.writes ? send_blocks(fifo) : take_blocks(fifo);
	if (flow == YIELDS)
		task_yield(task);
	else if (flow == WAITS)
		task_wait(task, &want);
}

static void finished(struct task *task)
{
	(void)task;
}

static enum flow send_blocks(struct fifo *fifo)
{
	enum flow flow = GOES_ON;

	if (fifo->lost) {
		close_end(fifo, STREAM_CRASHED);
		return OVER;
	}
	for (int i = 0; i < STEP_BLOCKS && flow == GOES_ON; i++) {
		if (fifo->block_bytes == 0)
			flow = next_block(fifo);
		if (flow == GOES_ON)
			flow = send_block(fifo);
	}
	return flow == GOES_ON ? YIELDS : flow;
}

static enum flow send_block(struct fifo *fifo)
{
	struct os *os = fifo->settings.os;
	ssize_t sent;

	do
		sent = os->write(os, fifo->fd, fifo->block, fifo->block_bytes);
	while (sent == -EINTR);
	if (sent == -EAGAIN) {
		if (fifo->offset == 0) /* it may drop what it holds */
			stream_unread(fifo->settings.stream, &fifo->in);
		return WAITS;
	}
	if (sent != (ssize_t)fifo->block_bytes)
		return give_up(fifo, sent < 0 ? (int)sent : -EIO);
	fifo->block_bytes = 0;
	if (!fifo->ending)
		return GOES_ON;
	close_end(fifo, STREAM_DONE);
	return OVER;
}

/* A record is consumed when its last block is cut. */
static enum flow next_block(struct fifo *fifo)
{
	struct stream *stream = fifo->settings.stream;
	int flow = stream_read(stream, &fifo->in);

	if (flow == TAU_WAIT)
		return WAITS;
	fifo->ending = flow == TAU_END;
	if (fifo->ending) {
		fifo->block_bytes = shred_cut_end(
			&fifo->cutter, stream->reason, fifo->block);
		return GOES_ON;
	}
	fifo->block_bytes = shred_cut(
		&fifo->cutter, fifo->in.next, &fifo->offset, fifo->block);
	if (fifo->offset < fifo->in.next->bytes)
		return GOES_ON;
	fifo->offset = 0;
	fifo->in.next++;
	stream_retire(stream, &fifo->in);
	return GOES_ON;
}

static enum flow take_blocks(struct fifo *fifo)
{
	enum flow flow = GOES_ON;

	for (int i = 0; i < STEP_BLOCKS && flow == GOES_ON; i++)
		flow = take_one(fifo);
	if (flow == OVER)
		return flow;
	if (stream_close(fifo->settings.stream, &fifo->out) < 0) {
		close_end(fifo, STREAM_CRASHED);
		return OVER;
	}
	return flow == GOES_ON ? YIELDS : flow;
}

/* All records that came, then more bytes. A record that found no room is held
 * and nothing more is read. */
static enum flow take_one(struct fifo *fifo)
{
	struct shred_piece piece;
	enum flow flow = GOES_ON;

	if (fifo->settings.stream->reader.gone) {
		close_end(fifo, STREAM_CRASHED);
		return OVER;
	}
	while (flow == GOES_ON) {
		int came;

		if (fifo->holds)
			flow = deliver(fifo);
		if (flow != GOES_ON)
			return flow;
		came = shred_join(&fifo->joiner, &piece);
		if (came == SHRED_MORE)
			return take_bytes(fifo);
		fifo->holds = came == SHRED_RECORD;
		fifo->held = piece.record;
		fifo->held_of = piece.writer;
		if (came < 0)
			return give_up(fifo, came);
	}
	return flow;
}

static enum flow take_bytes(struct fifo *fifo)
{
	struct os *os = fifo->settings.os;
	size_t room;
	uint8_t *to;
	ssize_t got;

	if (fifo->ended) {
		explain_end(fifo);
		close_end(fifo, reason_of(fifo));
		return OVER;
	}
	to = shred_joiner_space(&fifo->joiner, &room);
	do
		got = os->read(os, fifo->fd, to, room);
	while (got == -EINTR);
	if (got == -EAGAIN)
		return WAITS;
	if (got < 0)
		return give_up(fifo, (int)got);
	if (got > 0) {
		shred_joiner_came(&fifo->joiner, (size_t)got);
	} else {
		fifo->ended = true;
		shred_joiner_finish(&fifo->joiner);
	}
	return GOES_ON;
}

static enum flow deliver(struct fifo *fifo)
{
	struct stream *stream = fifo->settings.stream;
	struct tau_out *out = &fifo->out;
	uint32_t bytes = fifo->held.bytes;
	int flow = stream_room(stream, out, bytes, false);

	if (flow == TAU_WAIT)
		return WAITS;
	if (flow != TAU_OK) {
		if (flow < 0)
			snprintf(fifo->why, sizeof fifo->why,
				"stream %s cannot take a record of %" PRIu32
				" bytes: %s",
				stream->name, bytes, strerror(-flow));
		close_end(fifo, STREAM_CRASHED);
		return OVER;
	}
	if (bytes > 0)
		memcpy(out->body, fifo->held.body, bytes);
	*out->next++ = (struct tau_record){
		out->body, bytes, fifo->held.type, fifo->held.flags};
	out->body += bytes;
	out->credit -= bytes;
	fifo->holds = false;
	if (fifo->settings.writer && fifo->held_of != fifo->settings.writer)
		fifo_count_strangers(fifo, 1);
	return GOES_ON;
}

/* What the FIFO or the memory does not allow; a reader that left is no news. */
static enum flow give_up(struct fifo *fifo, int code)
{
	if (code != -EPIPE)
		snprintf(fifo->why, sizeof fifo->why,
			"the FIFO of stream %s: %s",
			fifo->settings.stream->name, strerror(-code));
	close_end(fifo, STREAM_CRASHED);
	return OVER;
}

/* Nothing goes any more, with that reason for who reads the stream. */
static void close_end(struct fifo *fifo, enum stream_reason reason)
{
	struct os *os = fifo->settings.os;

	fifo->over = true;
	reactor_remove(fifo->settings.reactor, &fifo->watch);
	os->close(os, fifo->fd);
	fifo->fd = -1;
	if (fifo->settings.writes)
		stream_leave(fifo->settings.stream, &fifo->in);
	else
		stream_end(fifo->settings.stream, &fifo->out, reason);
	if (fifo->settings.closed)
		fifo->settings.closed(fifo->settings.context,
			fifo->why[0] ? fifo->why : NULL);
}

/* What was refused is said; what is missing breaks the stream. */
static void explain_end(struct fifo *fifo)
{
	const char *name = fifo->settings.stream->name;
	const char *how = shred_joiner_verdict(&fifo->joiner);
	uint64_t broken = fifo->joiner.counts.broken;
	char text[FIFO_TEXT_BYTES];

	if (broken > 0)
		log_say(fifo->settings.log, LOG_WARNING,
			"the FIFO of stream %s: %" PRIu64 " record%s begun "
			"when a process died, and not ended",
			name, broken, broken == 1 ? " was" : "s were");
	if (shred_explain(&fifo->joiner.counts, text, sizeof text))
		log_say(fifo->settings.log, LOG_WARNING,
			"the FIFO of stream %s brought what was refused: %s",
			name, text);
	if (how)
		snprintf(fifo->why, sizeof fifo->why,
			"a writer of stream %s %s", name, how);
}

/* What another process that died had heard of ends, nobody tells again. */
static enum stream_reason reason_of(const struct fifo *fifo)
{
	enum stream_reason reason = shred_joiner_reason(&fifo->joiner);

	if (reason != STREAM_OPEN)
		return reason;
	return fifo->joiner.midway ? STREAM_DONE : STREAM_CRASHED;
}

static void release(struct fifo *fifo)
{
	free(fifo->block);
	free(fifo->adopted);
	shred_joiner_release(&fifo->joiner);
	fifo->magic = 0;
	free(fifo);
}
