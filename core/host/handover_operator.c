/* handover: one operator: its state, timers and metrics. See the header. */
#include "core/host/handover_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/stream/carried.h"

enum {
	STATE_FROZEN = 0,
	STATE_DONE,
	STATE_FAILED,
};

enum {
	FLAG_DRAINING = 1,
	TIMER_ARMED = 1,
	TIMER_FIRED = 2,
};

static const struct stream_settings grows = {
	0, 64, STREAM_ATOMIC_MAX, STREAM_GROW};

static void save_timers(struct carry *to, const struct instance *instance);
static void save_metrics(struct carry *to, const struct instance *instance);
static int save_state(struct carry *to, struct instance *instance,
	uint32_t version, struct error *error);
static void drop_saved(void *saved);
static int restore_timers(struct instance *instance, struct carry_reader *from);
static int restore_metrics(
	struct instance *instance, struct carry_reader *from);
static int restore_state(struct instance *instance, struct carry_reader *from,
	uint32_t version, struct error *error);
static void finish(
	struct node *node, struct instance *instance, uint32_t state);

int handover_save_operator(struct carry *to, struct node *node, uint32_t at,
	uint32_t version, struct error *error)
{
	struct instance *instance = node->operators[at];
	uint32_t state = STATE_FROZEN;
	size_t section = carry_begin(to, SECTION_OPERATOR);
	int result;

	if (instance->state == INSTANCE_DONE)
		state = STATE_DONE;
	else if (instance->state == INSTANCE_FAILED)
		state = STATE_FAILED;
	else if (instance->state != INSTANCE_FROZEN)
		return error_set(error, -EBUSY, "operator %s was never started",
			instance->name);
	carry_text(to, instance->name);
	carry_text(to, node->plan->operators[at].type);
	carry_u32(to, state);
	carry_u32(to, instance->draining ? FLAG_DRAINING : 0);
	carry_u64(to, instance->task.dispatches);
	carry_u64(to, instance->task.cycles);
	carry_u64(to, instance->task.longest_cycles);
	save_timers(to, instance);
	save_metrics(to, instance);
	result = save_state(to, instance, version, error);
	carry_end(to, section);
	return result;
}

int handover_restore_operator(struct node *node, uint32_t at,
	struct carry_reader *from, struct error *error)
{
	struct instance *instance = node->operators[at];
	const struct node_plan_operator *plan = &node->plan->operators[at];
	bool same = carry_take_is(from, plan->type);
	uint32_t state = carry_take_u32(from), flags = carry_take_u32(from);
	uint32_t has_state, version;
	int result;

	if (from->cut || state > STATE_FAILED || flags > FLAG_DRAINING)
		return handover_refuse(error, instance->name);
	if (!same)
		return error_set(error, -ENOTSUP,
			"operator %s was of another type than %s, which cannot "
			"go on in its place",
			instance->name, plan->type);
	instance->draining = flags & FLAG_DRAINING;
	instance->task.dispatches = carry_take_u64(from);
	instance->task.cycles = carry_take_u64(from);
	instance->task.longest_cycles = carry_take_u64(from);
	result = restore_timers(instance, from);
	if (result == 0)
		result = restore_metrics(instance, from);
	has_state = carry_take_u32(from);
	version = carry_take_u32(from);
	if (result == -ENOMEM)
		return error_set(error, result, "out of memory for operator %s",
			instance->name);
	if (result < 0 || from->cut || has_state > 1)
		return handover_refuse(error, instance->name);
	if (has_state)
		result = restore_state(instance, from, version, error);
	if (result == 0 && !carry_is_done(from))
		return handover_refuse(error, instance->name);
	if (result == 0)
		finish(node, instance, state);
	return result;
}

static void save_timers(struct carry *to, const struct instance *instance)
{
	const uint64_t ready = instance->task.ready;
	uint32_t count = 0;

	for (uint32_t i = 0; instance->slots && i < SLOTS_MAX; i++)
		count += instance->slots[i].timer.armed ||
			 (ready & TAU_SLOT(i)) != 0;
	carry_u32(to, count);
	for (uint32_t i = 0; instance->slots && i < SLOTS_MAX; i++) {
		const struct slot *slot = &instance->slots[i];
		const bool fired = ready & TAU_SLOT(i);

		if (!slot->timer.armed && !fired)
			continue;
		carry_u32(to, i);
		carry_u32(to, (slot->timer.armed ? TIMER_ARMED : 0u) |
				      (fired ? TIMER_FIRED : 0u));
		carry_u64(to,
			slot->timer.armed ? (uint64_t)slot->timer.due_ns : 0);
		carry_u64(to, (uint64_t)slot->period_ns);
	}
}

/* The last first: a restored list is as it was. */
static void save_metrics(struct carry *to, const struct instance *instance)
{
	const struct instance_metric *metrics[METRICS_MAX], *at;
	uint32_t count = 0;

	SLIST_FOREACH(at, &instance->metrics, link)
	if (count < METRICS_MAX)
		metrics[count++] = at;
	carry_u32(to, count);
	while (count-- > 0) {
		carry_text(to, metrics[count]->name);
		carry_u32(to, metrics[count]->kind);
		carry_u64(to, metrics[count]->value);
	}
}

static int save_state(struct carry *to, struct instance *instance,
	uint32_t version, struct error *error)
{
	const bool saves =
		instance->state == INSTANCE_FROZEN && instance->functions->save;
	struct stream *saved;
	size_t lent;
	int result;

	carry_u32(to, saves);
	carry_u32(to, saves ? version : 0);
	if (!saves)
		return 0;
	saved = malloc(sizeof *saved);
	if (!saved)
		return error_set(error, -ENOMEM,
			"out of memory for operator %s", instance->name);
	stream_init(saved, &instance->fabric->streams, &grows, instance->name);
	result = instance_save(instance, saved, version, error);
	lent = to->lent;
	if (result == 0)
		stream_lend(saved, to);
	if (to->lent > lent)
		carry_keep(to, drop_saved, saved);
	else
		drop_saved(saved);
	return result;
}

static void drop_saved(void *saved)
{
	stream_release(saved);
	free(saved);
}

static int restore_timers(struct instance *instance, struct carry_reader *from)
{
	uint32_t count = carry_take_u32(from);

	if (count > SLOTS_MAX)
		return -EBADMSG;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t slot = carry_take_u32(from);
		uint32_t flags = carry_take_u32(from);
		int64_t due_ns = (int64_t)carry_take_u64(from);
		int64_t period_ns = (int64_t)carry_take_u64(from);
		int result;

		if (from->cut || flags > (TIMER_ARMED | TIMER_FIRED) ||
			due_ns < 0 || period_ns < 0 ||
			(flags & TIMER_ARMED) != (due_ns > 0 ? TIMER_ARMED : 0))
			return -EBADMSG;
		result = slot_timer(instance, slot, due_ns, period_ns);
		if (result < 0)
			return result == -ENOMEM ? result : -EBADMSG;
		if (flags & TIMER_FIRED)
			instance->task.ready |= TAU_SLOT(slot);
	}
	return 0;
}

static int restore_metrics(struct instance *instance, struct carry_reader *from)
{
	uint32_t count = carry_take_u32(from);

	if (count > METRICS_MAX)
		return -EBADMSG;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t bytes;
		const uint8_t *name = carry_take_blob(from, &bytes);
		uint32_t kind = carry_take_u32(from);
		uint64_t value = carry_take_u64(from), *cell;
		char *text;

		if (from->cut || memchr(name, 0, bytes))
			return -EBADMSG;
		text = strndup((const char *)name, bytes);
		cell = text ? instance_metric(instance, text, kind) : NULL;
		free(text);
		if (!cell)
			return -ENOMEM;
		*cell = value;
	}
	return 0;
}

static int restore_state(struct instance *instance, struct carry_reader *from,
	uint32_t version, struct error *error)
{
	struct stream state;
	int result;

	stream_init(&state, &instance->fabric->streams, &grows, instance->name);
	result = stream_borrow(&state, from, error);
	if (result == 0 && (state.reason != STREAM_DONE || state.reader.gone ||
				   state.received > 0))
		result = handover_refuse(error, instance->name);
	if (result == 0)
		result = instance_restore(instance, &state, version, error);
	stream_release(&state);
	return result;
}

/* Whoever has ended stays so, and its ends of what the old plan did not have
 * have ended as well; the others stand still until the thaw. */
static void finish(struct node *node, struct instance *instance, uint32_t state)
{
	if (state == STATE_FROZEN) {
		instance->state = INSTANCE_FROZEN;
		node->frozen++;
		return;
	}
	instance->state = state == STATE_DONE ? INSTANCE_DONE : INSTANCE_FAILED;
	node->failed += state == STATE_FAILED;
	ports_finish(
		instance, state == STATE_DONE ? STREAM_DONE : STREAM_FAILED);
}
