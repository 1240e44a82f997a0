/* probe_stops: an operator that is told to stop or to close at each of its
 * waits, and its state in other hands. See probe.h. */
#include "core/check/probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Unstopped; false when there is nothing to compare with. */
static bool live_unstopped(
	struct probe *probe, struct stage *stage, struct probe_life *life)
{
	bool good;

	*life = (struct probe_life){0};
	if (!probe_begin(probe, stage, life))
		return false;
	probe_case(probe, "unstopped");
	probe_live(probe, stage, life, false);
	good = probe_judge(probe, stage, life->code, "run");
	probe_end(probe, stage, life);
	return good;
}

/* Whether what a stopped life did is what the unstopped one did. */
static void compare_lives(struct probe *probe, const struct stage *unstopped,
	const struct probe_life *wanted, const struct stage *stage,
	const struct probe_life *life)
{
	char text[PAGE_TEXT_BYTES];

	if (!life->stopped || life->code == -ECANCELED)
		return;
	if (!stage->lonely && (life->code < 0) != (wanted->code < 0))
		probe_finding(probe, "stop.output",
			"it returned %d, and %d when it was not stopped: %s",
			life->code, wanted->code, stage->failure);
	else if (!stage->visits &&
		 probe_differs(unstopped, stage, text, sizeof text))
		probe_finding(probe, "stop.output", "%s", text);
}

/* One life that is stopped at its wait `at`; false when it has none. */
static bool stop_once(struct probe *probe, const struct stage *unstopped,
	const struct probe_life *wanted, size_t at, bool moved)
{
	uint32_t before = probe->page->finding_count;
	struct probe_life life = {0};
	struct stage stage;
	bool stopped;

	if (!probe_begin(probe, &stage, &life))
		return false;
	probe_case(probe, "told to stop at wait %zu, then %s", at + 1,
		moved ? "made anew of its state" : "run again");
	stage.stop_at = at;
	probe_live(probe, &stage, &life, moved);
	stopped = life.stopped;
	compare_lives(probe, unstopped, wanted, &stage, &life);
	probe_end(probe, &stage, &life);
	stage_release(&stage);
	if (stopped && probe->page->finding_count == before)
		probe_passed(probe);
	return stopped && probe->page->finding_count == before;
}

/* One life that is stopped at the second wait of each of its runs, and made anew
 * each time. The first is let by, so that it comes on. */
static void stop_often(struct probe *probe, const struct stage *unstopped,
	const struct probe_life *wanted)
{
	uint32_t before = probe->page->finding_count, stops = 0;
	struct probe_life life = {0};
	struct stage stage;

	if (!probe_begin(probe, &stage, &life))
		return;
	probe_case(probe, "told to stop at the second wait of each run, and "
			  "made anew of its state each time");
	stage.stop_each = 2;
	probe_live(probe, &stage, &life, true);
	while (stage.stopping && !stage.closing && life.code == 0) {
		life.stopped = true;
		if (++stops == PROBE_STOPS_MAX)
			stage.stop_each = 0;
		stage.told_calls = 0;
		life.code = probe_move(probe, &stage) ? stage_run(&stage)
						      : -ECANCELED;
	}
	compare_lives(probe, unstopped, wanted, &stage, &life);
	probe_end(probe, &stage, &life);
	stage_release(&stage);
	if (life.stopped && probe->page->finding_count == before)
		probe_passed(probe);
}

static bool has_back(const struct probe *probe)
{
	const struct operator_description *described =
		probe->owner->description;

	return described->in_count > described->in_declared ||
	       described->out_count > described->out_declared;
}

void probe_stop(struct probe *probe)
{
	struct probe_life life;
	struct stage unstopped;
	uint32_t before = probe->page->finding_count;
	size_t at = 0;

	if (!live_unstopped(probe, &unstopped, &life)) {
		probe_left_out(probe, "stops", "it fails unstopped already");
		return;
	}
	for (int moved = 0; moved < 2; moved++)
		for (at = 0; at < PROBE_STOPS_MAX; at++)
			if (!stop_once(probe, &unstopped, &life, at, moved))
				break;
	if (at > 0)
		stop_often(probe, &unstopped, &life);
	if (at == 0 && probe->page->finding_count == before)
		probe_left_out(probe, "stops",
			"it never came to a wait at which it could be told%s",
			has_back(probe) ? "; it may need what its partner says "
					  "in the back stream"
					: "");
	if (at == PROBE_STOPS_MAX)
		probe_left_out(probe, "more stops", "it has more than %u waits",
			PROBE_STOPS_MAX);
	stage_release(&unstopped);
}

void probe_close(struct probe *probe)
{
	for (size_t at = 0; at < PROBE_STOPS_MAX; at++) {
		struct probe_life life = {0};
		struct stage stage;
		bool closing;

		if (!probe_begin(probe, &stage, &life))
			return;
		probe_case(probe, "told to close at call %zu", at + 1);
		stage.close_at = at;
		probe_live(probe, &stage, &life, false);
		closing = stage.closing && stage.waits > at;
		probe_end(probe, &stage, &life);
		stage_release(&stage);
		if (!closing)
			return;
		probe_passed(probe);
	}
	probe_left_out(probe, "more closes", "it makes more than %u calls",
		PROBE_STOPS_MAX);
}

/* --- state --- */

static bool same_record(
	const struct stage_record *one, const struct stage_record *other)
{
	if (one->type != other->type)
		return false;
	if (one->type == TAU_FD)
		return true;
	return one->bytes == other->bytes &&
	       memcmp(one->body, other->body, one->bytes) == 0;
}

static bool same_records(const struct stage_record *one, size_t count,
	const struct stage_record *other, size_t other_count)
{
	if (count != other_count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!same_record(&one[i], &other[i]))
			return false;
	return true;
}

static bool same_state(const struct stage_record *one, size_t count,
	const struct stage_out *other)
{
	return same_records(one, count, other->records, other->count);
}

/* What an instance saves that never ran. */
struct fresh {
	struct stage_record *state;
	size_t count;
	bool saved;
};

/* Takes over what was saved last. */
static struct stage_record *take_state(struct stage *stage, size_t *count)
{
	struct stage_record *taken = stage->state_out.records;

	*count = stage->state_out.count;
	stage->state_out.records = NULL;
	stage->state_out.count = stage->state_out.room = 0;
	return taken;
}

static void drop_state(
	struct probe *probe, struct stage_record *state, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (state[i].type == TAU_FD)
			probe->os->close(probe->os, state[i].fd);
		free((void *)(uintptr_t)state[i].body);
	}
	free(state);
}

/* A new instance is given the first `count` records, and refuses them. */
static void refuse(struct probe *probe, struct stage *stage,
	const struct stage_record *state, size_t count)
{
	bool left;
	int code;

	stage->failure[0] = '\0';
	code = stage_create(stage);
	if (code == 0)
		code = stage_restore(stage, state, count, &left);
	if (code == 0)
		probe_finding(probe, "restore.truncated",
			"it takes a state of which %zu records are there and "
			"the rest is missing",
			count);
	else if (probe_judge(probe, stage, code, "restore"))
		probe_passed(probe);
	stage_destroy(stage);
}

/* All of a short state, and the beginning and the end of a long one. */
static bool is_tried(size_t at, size_t count)
{
	return at < PROBE_CUTS_MAX / 2 || at + PROBE_CUTS_MAX / 2 >= count;
}

static void try_state(
	struct probe *probe, struct stage *stage, const struct fresh *fresh)
{
	size_t count = 0;
	struct stage_record *state = NULL;
	int code = stage_save(stage);

	if (code == 0) {
		state = take_state(stage, &count);
		code = stage_save(stage);
	}
	if (code != 0) {
		probe_finding(probe, "save.failed",
			"its save returned %d in a frozen instance: %s", code,
			stage->failure);
	} else if (!same_state(state, count, &stage->state_out)) {
		probe_finding(probe, "save.changes",
			"its save, called twice, writes two different states");
	} else if (probe_move(probe, stage) && stage_save(stage) == 0) {
		if (same_state(state, count, &stage->state_out))
			probe_passed(probe);
		else
			probe_finding(probe, "save.identical",
				"what it saves after it was restored is not "
				"what it was restored from");
		/* What one that never ran has saved is a whole state. */
		for (size_t i = 0; i < count; i++) {
			if (!is_tried(i, count) ||
				(fresh->saved &&
					same_records(state, i, fresh->state,
						fresh->count)))
				continue;
			stage_destroy(stage);
			refuse(probe, stage, state, i);
		}
	}
	drop_state(probe, state, count);
}

/* An upgrade may come before it has run. */
static void save_fresh(struct probe *probe, struct fresh *fresh)
{
	struct probe_life life = {0};
	struct stage stage;
	int code;

	if (!probe_begin(probe, &stage, &life))
		return;
	probe_case(probe, "saved before it ran");
	if (stage_create(&stage) == 0) {
		code = stage_save(&stage);
		fresh->saved = code == 0;
		if (code == 0)
			probe_passed(probe);
		else
			probe_finding(probe, "save.failed",
				"its save returned %d in an instance that has "
				"not run yet: %s",
				code, stage.failure);
		fresh->state = take_state(&stage, &fresh->count);
	}
	probe_end(probe, &stage, &life);
	stage_release(&stage);
}

static void save_at_waits(struct probe *probe, const struct fresh *fresh)
{
	for (size_t at = 0; at < PROBE_SAVES_MAX; at++) {
		uint32_t before = probe->page->finding_count;
		struct probe_life life = {0};
		struct stage stage;
		bool frozen;

		if (!probe_begin(probe, &stage, &life))
			return;
		probe_case(probe, "saved at wait %zu", at + 1);
		stage.stop_at = at;
		life.created = stage_create(&stage);
		frozen = life.created == 0 && stage_run(&stage) == 0 &&
			 stage.stopping;
		if (frozen)
			try_state(probe, &stage, fresh);
		probe_end(probe, &stage, &life);
		stage_release(&stage);
		if (!frozen || probe->page->finding_count > before)
			return;
	}
	probe_left_out(probe, "more states", "it has more than %u waits",
		PROBE_SAVES_MAX);
}

void probe_save(struct probe *probe)
{
	struct fresh fresh = {0};

	if (!probe->owner->table.save)
		return;
	save_fresh(probe, &fresh);
	save_at_waits(probe, &fresh);
	drop_state(probe, fresh.state, fresh.count);
	probe_versions(probe);
}
