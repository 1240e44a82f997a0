/* probe_versions: the versions of its state but the one that it prefers. What
 * it saved in an older one may know less, so what it writes from there on is
 * its own affair; that it can read what it can write is not. See probe.h. */
#include "core/check/probe.h"

#include <stdio.h>

#define WAITS_MAX 4u /* at which it is saved */

static bool has(const uint32_t *versions, size_t count, uint32_t version)
{
	for (size_t i = 0; i < count; i++)
		if (versions[i] == version)
			return true;
	return false;
}

/* Out of a frozen instance, and into a new one when it reads that version. */
static void carry(struct probe *probe, struct stage *stage, bool reads)
{
	uint32_t version = stage->version;
	bool left = false;
	int code = stage_save(stage);

	if (code != 0) {
		probe_finding(probe, "save.failed",
			"its save returned %d when it was asked for version %u "
			"of its state: %s",
			code, version, stage->failure);
		return;
	}
	if (reads) {
		stage_destroy(stage);
		code = stage_create(stage);
		if (code == 0)
			code = stage_restore(stage, stage->state_out.records,
				stage->state_out.count, &left);
	}
	if (code != 0)
		probe_finding(probe, "restore.failed",
			"its restore returned %d for what its save wrote as "
			"version %u: %s",
			code, version, stage->failure);
	else if (left)
		probe_finding(probe, "restore.rest",
			"its restore left some of what its save wrote as "
			"version %u unread",
			version);
	else
		probe_passed(probe);
}

static bool carry_at(
	struct probe *probe, uint32_t version, bool reads, size_t at)
{
	uint32_t before = probe->page->finding_count;
	struct probe_life life = {0};
	struct stage stage;
	bool frozen;

	if (!probe_begin(probe, &stage, &life))
		return false;
	probe_case(probe, "saved as version %u at wait %zu", version, at + 1);
	stage.stop_at = at;
	stage.version = version;
	life.created = stage_create(&stage);
	frozen = life.created == 0 && stage_run(&stage) == 0 && stage.stopping;
	if (frozen)
		carry(probe, &stage, reads);
	probe_end(probe, &stage, &life);
	stage_release(&stage);
	return frozen && probe->page->finding_count == before;
}

void probe_versions(struct probe *probe)
{
	const struct state_description *state =
		&probe->owner->description->state;
	char what[PAGE_CODE_BYTES];

	for (size_t i = 0; i < state->write_count; i++) {
		uint32_t version = state->writes[i];

		if (version == state->version)
			continue;
		for (size_t at = 0; at < WAITS_MAX; at++)
			if (!carry_at(probe, version,
				    has(state->reads, state->read_count,
					    version),
				    at))
				break;
	}
	for (size_t i = 0; i < state->read_count; i++) {
		uint32_t version = state->reads[i];

		(void)snprintf(what, sizeof what, "state version %u", version);
		if (!has(state->writes, state->write_count, version))
			probe_left_out(probe, what,
				"it reads this version and cannot write it, so "
				"there is none here to restore");
	}
}
