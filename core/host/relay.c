/* relay: one stream's records into another. See the header. */
#include "core/host/relay.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/owner.h"

#define RELAY_MAGIC 0x72656c61u
#define STEP_WINDOWS 16 /* until others have their turn */

#define RELAY_CAME TAU_SLOT(0) /* `from` has something */
#define RELAY_ROOM TAU_SLOT(1) /* `to` has room */

struct relay {
	uint32_t magic;
	struct relay_settings settings;
	struct stream_listener came, room;
	struct task task;
	struct tau_in in;
	struct tau_out out;
	bool over, frozen;
};

enum flow {
	GOES_ON,
	WAITS,
	OVER,
};

static void came_told(struct stream_listener *listener);
static void room_told(struct stream_listener *listener);
static void step(struct task *task);
static void finished(struct task *task);
static enum flow pass_window(struct relay *relay);
static int pass_record(struct relay *relay);
static bool is_deaf(const struct relay *relay);
static enum flow give_up(struct relay *relay, int code);
static void close_both(struct relay *relay, enum stream_reason reason,
	const struct error *error);

int relay_create(struct relay **relay, const struct relay_settings *settings,
	struct error *error)
{
	struct relay *made = calloc(1, sizeof *made);

	if (!made)
		return error_set(error, -ENOMEM,
			"out of memory for what passes stream %s on",
			settings->from->name);
	made->magic = RELAY_MAGIC;
	made->settings = *settings;
	made->came.iota = came_told;
	made->room.iota = room_told;
	settings->from->reader.listener = &made->came;
	settings->to->writer.listener = &made->room;
	settings->to->writer.want = 1; /* never a whole atomic */
	task_init(&made->task, settings->scheduler);
	made->task.step = step;
	made->task.finished = finished;
	task_start(&made->task);
	*relay = made;
	return 0;
}

bool relay_streams(const struct relay *relay, const struct stream **from,
	const struct stream **to)
{
	*from = relay->settings.from;
	*to = relay->settings.to;
	return !relay->over;
}

void relay_destroy(struct relay **relay)
{
	struct relay *old = *relay;

	if (!old)
		return;
	CHECK_MAGIC(old, RELAY_MAGIC);
	CHECK(old->task.state != TASK_RUNNING);
	old->settings.closed = NULL;
	if (!old->over)
		close_both(old, STREAM_CLOSED, NULL);
	task_stop(&old->task);
	old->settings.from->reader.listener = NULL;
	old->settings.to->writer.listener = NULL;
	old->magic = 0;
	free(old);
	*relay = NULL;
}

void relay_freeze(struct relay *relay)
{
	CHECK_MAGIC(relay, RELAY_MAGIC);
	if (relay->over || relay->frozen)
		return;
	relay->frozen = true;
	task_stop(&relay->task);
}

void relay_thaw(struct relay *relay)
{
	CHECK_MAGIC(relay, RELAY_MAGIC);
	if (!relay->frozen)
		return;
	relay->frozen = false;
	task_start(&relay->task);
}

void relay_adopt(struct relay *relay)
{
	const struct stream *from = relay->settings.from;

	if (from->reader.gone && relay->settings.to->reason != STREAM_OPEN)
		close_both(relay, STREAM_CLOSED, NULL);
}

static void came_told(struct stream_listener *listener)
{
	struct relay *relay = OWNER_OF(listener, struct relay, came);

	task_tell(&relay->task, RELAY_CAME);
}

static void room_told(struct stream_listener *listener)
{
	struct relay *relay = OWNER_OF(listener, struct relay, room);

	task_tell(&relay->task, RELAY_ROOM);
}

static void step(struct task *task)
{
	struct relay *relay = OWNER_OF(task, struct relay, task);
	const struct tau_want want = {.any = RELAY_CAME | RELAY_ROOM};
	enum flow flow = GOES_ON;

	if (relay->over)
		return;
	task_untell(task, RELAY_CAME | RELAY_ROOM);
	for (int i = 0; i < STEP_WINDOWS && flow == GOES_ON; i++)
		flow = pass_window(relay);
	if (flow == GOES_ON)
		task_yield(task);
	else if (flow == WAITS)
		task_wait(task, &want);
}

static void finished(struct task *task)
{
	(void)task;
}

/* One window of records, as far as there is room. Windows are closed after it:
 * others run. Publishing precedes retiring, so that bodies stay held. */
static enum flow pass_window(struct relay *relay)
{
	struct stream *from = relay->settings.from;
	struct tau_in *in = &relay->in;
	int flow = stream_read(from, in);
	int closed;

	if (flow == TAU_WAIT)
		return WAITS;
	if (flow == TAU_END) {
		close_both(relay, from->reason, NULL);
		return OVER;
	}
	while (flow == TAU_OK && in->next < in->limit)
		flow = pass_record(relay);
	closed = stream_close(relay->settings.to, &relay->out);
	stream_unread(from, in);
	if (closed < 0)
		flow = closed;
	if (flow < 0)
		return give_up(relay, flow);
	return flow == TAU_WAIT ? WAITS : GOES_ON;
}

/* Flow; the head record is consumed where it is TAU_OK. */
static int pass_record(struct relay *relay)
{
	const struct tau_record *record = relay->in.next;
	struct tau_out *out = &relay->out;
	int flow = TAU_OK;

	if (is_deaf(relay)) {
		relay->in.next++;
		return TAU_OK;
	}
	if (out->next >= out->limit || record->bytes > out->credit ||
		record->bytes > out->atomic)
		flow = stream_room(
			relay->settings.to, out, record->bytes, true);
	if (flow == TAU_END)
		return TAU_OK; /* it is dropped in the next turn */
	if (flow != TAU_OK)
		return flow;
	*out->next++ = *record;
	out->credit -= record->bytes;
	relay->in.next++;
	return TAU_OK;
}

static bool is_deaf(const struct relay *relay)
{
	const struct stream *to = relay->settings.to;

	return to->reader.gone || to->reason != STREAM_OPEN;
}

/* What `to` does not allow. */
static enum flow give_up(struct relay *relay, int code)
{
	struct error error = ERROR_NONE;

	(void)error_set(&error, code,
		"stream %s could not be passed on to stream %s, which takes "
		"records of %" PRIu32 " bytes: %s",
		relay->settings.from->name, relay->settings.to->name,
		relay->settings.to->atomic_bytes, strerror(-code));
	close_both(relay, STREAM_FAILED, &error);
	return OVER;
}

static void close_both(struct relay *relay, enum stream_reason reason,
	const struct error *error)
{
	relay->over = true;
	stream_end(relay->settings.to, &relay->out, reason);
	stream_leave(relay->settings.from, &relay->in);
	if (relay->settings.closed)
		relay->settings.closed(relay->settings.context, error);
}
