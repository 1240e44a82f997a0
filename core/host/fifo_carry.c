/* fifo: standing still, and going on in another process. */
#include "core/host/fifo_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/stream/carried.h"

static int adopt_writing(struct fifo *fifo, struct carry_reader *from);
static int adopt_reading(struct fifo *fifo, struct carry_reader *from);
static void go_over(struct fifo *fifo);

void fifo_begin_anew(struct fifo *fifo)
{
	CHECK_MAGIC(fifo, FIFO_MAGIC);
	if (fifo->settings.writes)
		fifo->block_bytes = shred_cut_anew(&fifo->cutter, fifo->block);
	else
		shred_joiner_follow(&fifo->joiner);
}

void fifo_count_strangers(struct fifo *fifo, uint64_t records)
{
	fifo->strangers += records;
	if (fifo->settings.strangers)
		*fifo->settings.strangers = fifo->strangers;
}

/* A task that is out of the game is still told, and acts on it later. */
void fifo_freeze(struct fifo *fifo)
{
	CHECK_MAGIC(fifo, FIFO_MAGIC);
	if (fifo->over || fifo->frozen)
		return;
	fifo->frozen = true;
	task_stop(&fifo->task);
}

void fifo_thaw(struct fifo *fifo)
{
	CHECK_MAGIC(fifo, FIFO_MAGIC);
	if (!fifo->frozen)
		return;
	fifo->frozen = false;
	task_tell(&fifo->task, FIFO_READY | FIFO_WORK);
	task_start(&fifo->task);
}

void fifo_carry(const struct fifo *fifo, struct carry *to)
{
	const struct fifo_settings *settings = &fifo->settings;
	const struct tau_record *held = &fifo->held;

	carry_text(to, settings->stream->name);
	carry_u32(to, (fifo->over ? FIFO_OVER : 0u) |
			      (fifo->lost ? FIFO_LOST : 0u) |
			      (fifo->ending ? FIFO_ENDING : 0u) |
			      (fifo->holds ? FIFO_HOLDS : 0u) |
			      (fifo->ended ? FIFO_ENDED : 0u) |
			      (settings->writes ? FIFO_WRITES : 0u));
	if (settings->writes) {
		carry_u64(to, fifo->cutter.sequence);
		carry_u32(to, fifo->cutter.writer);
		carry_u32(to, fifo->offset);
		carry_u32(to, settings->stream->view_slots);
		carry_blob(to, fifo->block, fifo->block_bytes);
		return;
	}
	shred_joiner_carry(&fifo->joiner, to);
	carry_u64(to, fifo->strangers);
	carry_u32(to, fifo->held_of);
	carry_u32(to, fifo->holds ? held->type : 0);
	carry_blob(to, fifo->holds ? held->body : "",
		fifo->holds ? held->bytes : 0);
}

int fifo_adopt(
	struct fifo *fifo, struct carry_reader *from, struct error *error)
{
	uint32_t flags = carry_take_u32(from);
	const bool writes = fifo->settings.writes;
	int result = -EBADMSG;

	CHECK(fifo->frozen);
	if (flags <= 63 && !(flags & FIFO_WRITES) == !writes) {
		fifo->lost = flags & FIFO_LOST;
		fifo->ending = flags & FIFO_ENDING;
		fifo->holds = flags & FIFO_HOLDS;
		fifo->ended = flags & FIFO_ENDED;
		result = writes ? adopt_writing(fifo, from)
				: adopt_reading(fifo, from);
	}
	if (result < 0)
		return error_set(error, result,
			result == -ENOMEM
				? "out of memory for the FIFO of stream %s"
				: "what was handed over of the FIFO of stream "
				  "%s is cut short or damaged, or its "
				  "\"atomic\" "
				  "is less than it was",
			fifo->settings.stream->name);
	if (flags & FIFO_OVER)
		go_over(fifo);
	return 0;
}

/* A record that was cut in part stands in the window, where nobody drops it. */
static int adopt_writing(struct fifo *fifo, struct carry_reader *from)
{
	struct stream *stream = fifo->settings.stream;
	uint32_t offset, view, bytes;
	const uint8_t *block;

	fifo->cutter.sequence = carry_take_u64(from);
	fifo->cutter.writer = carry_take_u32(from);
	offset = carry_take_u32(from);
	view = carry_take_u32(from);
	block = carry_take_blob(from, &bytes);
	if (from->cut || bytes > fifo->settings.block_bytes ||
		view > ring_count(&stream->ring) || (offset > 0 && view == 0))
		return -EBADMSG;
	memcpy(fifo->block, block, bytes);
	fifo->block_bytes = bytes;
	stream_look(stream, &fifo->in, view);
	if (offset > 0 && offset >= fifo->in.next->bytes)
		return -EBADMSG;
	fifo->offset = offset;
	return 0;
}

static int adopt_reading(struct fifo *fifo, struct carry_reader *from)
{
	int result = shred_joiner_adopt(&fifo->joiner, from);
	uint32_t type, bytes;
	const uint8_t *body;

	if (result < 0)
		return result;
	fifo_count_strangers(fifo, carry_take_u64(from));
	fifo->held_of = carry_take_u32(from);
	type = carry_take_u32(from);
	body = carry_take_blob(from, &bytes);
	if (from->cut || type > TAU_CYCLE || type == TAU_FD ||
		bytes > fifo->settings.stream->atomic_bytes)
		return -EBADMSG;
	fifo->adopted = malloc(bytes + 1u);
	if (!fifo->adopted)
		return -ENOMEM;
	memcpy(fifo->adopted, body, bytes);
	fifo->held =
		(struct tau_record){fifo->adopted, bytes, (uint16_t)type, 0};
	return 0;
}

/* As it was: what had to be told of that was. */
static void go_over(struct fifo *fifo)
{
	struct os *os = fifo->settings.os;

	fifo->over = true;
	fifo->frozen = false;
	reactor_remove(fifo->settings.reactor, &fifo->watch);
	os->close(os, fifo->fd);
	fifo->fd = -1;
	if (fifo->settings.closed)
		fifo->settings.closed(fifo->settings.context, NULL);
}
