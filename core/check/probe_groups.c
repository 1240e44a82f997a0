/* probe_groups: what is tried with an operator but stops. See probe.h. */
#include "core/check/probe.h"

#include <stdio.h>
#include <string.h>

static const char *const feeds[] = {
	[FEED_USUAL] = "some records of each kind",
	[FEED_EMPTY] = "no records",
	[FEED_LARGE] = "a record as large as the stream takes",
};

static bool live_once(
	struct probe *probe, struct stage *stage, struct probe_life *life)
{
	uint32_t before = probe->page->finding_count;
	bool good;

	probe_live(probe, stage, life, false);
	good = probe_judge(
		probe, stage, life->code, life->created < 0 ? "create" : "run");
	probe_end(probe, stage, life);
	good = good && probe->page->finding_count == before;
	if (good)
		probe_passed(probe);
	return good;
}

/* What no life has ever consumed, and one has read again and again. */
static void judge_again(struct probe *probe, bool stuck, bool moved)
{
	if (stuck && !moved)
		probe_finding(probe, "read.again", "%s", STAGE_AGAIN);
}

void probe_run(struct probe *probe)
{
	bool stuck = false, moved = false;
	char opened[STAGE_PATH_BYTES] = "";
	struct probe_life life = {0};
	struct stage stage;

	for (int feed = 0; feed < FEEDS; feed++) {
		life = (struct probe_life){.feed = (enum draw_feed)feed};
		if (!probe_begin(probe, &stage, &life))
			return;
		probe_case(probe, "%s, %s", feeds[feed], life.drawn);
		(void)live_once(probe, &stage, &life);
		if (feed == FEED_USUAL && life.code < 0)
			probe_left_out(probe, "results",
				"it fails with what it was given%s%s",
				stage.failure[0] ? ": " : "", stage.failure);
		memcpy(opened, stage.opened_path, sizeof opened);
		stuck = stuck || stage.stuck;
		moved = moved || stage.moved;
		stage_release(&stage);
	}
	judge_again(probe, stuck, moved);
	probe_fifo(probe, opened);
	life = (struct probe_life){0};
	if (!probe_begin(probe, &stage, &life))
		return;
	probe_case(probe, "streams that take 64 bytes, %s", life.drawn);
	stage.atomic = 64;
	for (uint32_t i = 0; i < stage.out_total; i++)
		stage.outs[i].head.atomic = 64;
	(void)live_once(probe, &stage, &life);
	stage_release(&stage);
}

void probe_stall(struct probe *probe)
{
	struct probe_life life = {0};
	struct stage stage;

	if (!probe_begin(probe, &stage, &life))
		return;
	probe_case(probe, "out ports that are full every other time");
	stage.stalls = true;
	(void)live_once(probe, &stage, &life);
	stage_release(&stage);
	for (size_t gone = 0; gone < 4; gone++) {
		life = (struct probe_life){0};
		if (!probe_begin(probe, &stage, &life))
			return;
		probe_case(
			probe, "readers that are gone after %zu records", gone);
		stage.gone_after = gone;
		(void)live_once(probe, &stage, &life);
		stage_release(&stage);
	}
}

void probe_params(struct probe *probe)
{
	struct stage stage;

	for (size_t variant = 0;; variant++) {
		struct probe_life life = {.variant = variant};

		if (!probe_begin(probe, &stage, &life))
			return;
		probe_case(probe, "%s", life.drawn);
		(void)live_once(probe, &stage, &life);
		stage_release(&stage);
	}
}

void probe_lives(struct probe *probe)
{
	struct probe_life life = {0};
	struct stage stage;
	int code;

	if (!probe_begin(probe, &stage, &life))
		return;
	probe_case(probe, "created and destroyed twice, never run");
	code = stage_create(&stage);
	if (code == 0 && stage.type->selftest)
		code = stage.type->selftest(&stage.op);
	stage_destroy(&stage);
	if (code == 0)
		(void)stage_create(&stage);
	(void)probe_judge(probe, &stage, code, "create or selftest");
	probe_end(probe, &stage, &life);
	if (code == 0)
		probe_passed(probe);
	stage_release(&stage);
	for (int i = 0; i < 2; i++) {
		life = (struct probe_life){0};
		if (!probe_begin(probe, &stage, &life))
			return;
		probe_case(probe, "a whole life, the %s time",
			i ? "second" : "first");
		(void)live_once(probe, &stage, &life);
		stage_release(&stage);
	}
	probe_memory(probe);
}

/* One life in which a call of the host's fails, or an allocation; false when it
 * makes so many not. */
static bool fail_once(struct probe *probe, size_t at, bool memory)
{
	struct probe_life life = {0};
	struct stage stage;
	bool failed;

	if (!probe_begin(probe, &stage, &life))
		return false;
	if (memory)
		probe_case(probe, "its allocation %zu fails", at + 1);
	else
		probe_case(probe,
			"the %zu. call of the host's that can fail fails",
			at + 1);
	if (memory)
		scarce_arm(&probe->scarce, at);
	else
		stage.fail_at = at;
	(void)live_once(probe, &stage, &life);
	failed = memory ? probe->scarce.failed : stage.failed_one;
	scarce_arm(&probe->scarce, SCARCE_NEVER);
	stage_release(&stage);
	return failed;
}

static void fail_memory(struct probe *probe)
{
	size_t at = 0;

	if (scarce_init(&probe->scarce, probe->os, probe->code.start) < 0) {
		probe_left_out(probe, "memory",
			"its allocations cannot be made to fail here");
		return;
	}
	while (probe->scarce.bent && at < PROBE_FAILS_MAX &&
		fail_once(probe, at, true))
		at++;
	if (at == PROBE_FAILS_MAX)
		probe_left_out(probe, "more memory",
			"it allocates more than %u times", PROBE_FAILS_MAX);
	if (probe->scarce.news)
		probe_left_out(probe, "operator new",
			"allocations of C++ are not made to fail");
}

void probe_fail(struct probe *probe)
{
	size_t at = 0;

	while (at < PROBE_FAILS_MAX && fail_once(probe, at, false))
		at++;
	if (at == PROBE_FAILS_MAX)
		probe_left_out(probe, "more faults",
			"it makes more than %u calls that can fail",
			PROBE_FAILS_MAX);
	fail_memory(probe);
}
