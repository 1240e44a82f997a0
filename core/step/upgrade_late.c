/* upgrade: deadlines that pass. */
#include "core/step/sentence.h"
#include "core/step/upgrade_private.h"

#include "core/base/check.h"

static void on_deadline(struct upgrade *upgrade, struct command_text who);
static void on_restless(struct upgrade *upgrade, struct command_text who);
static char *late(const struct upgrade *upgrade, const char *what,
	int64_t timeout_ns, struct command_text who);

void upgrade_on_timeout(
	struct upgrade *upgrade, const struct upgrade_event *event)
{
	switch (event->timer) {
	case UPGRADE_TIMER_DEADLINE:
		on_deadline(upgrade, event->text);
		break;
	case UPGRADE_TIMER_REVIVAL:
		upgrade_on_revival_late(upgrade);
		break;
	case UPGRADE_TIMER_PROBATION:
		upgrade_on_probation_over(upgrade);
		break;
	case UPGRADE_TIMERS:
		CHECK(event->timer < UPGRADE_TIMERS);
	}
}

static void on_deadline(struct upgrade *upgrade, struct command_text who)
{
	const struct upgrade_request *request = &upgrade->request;

	switch (upgrade->phase) {
	case UPGRADE_PREPARING:
		upgrade_abort(
			upgrade, late(upgrade, "the new version is not ready",
					 request->prepare_ns, who));
		break;
	case UPGRADE_FREEZING:
		on_restless(upgrade, who);
		break;
	case UPGRADE_RESTORING:
		upgrade_abort(upgrade,
			late(upgrade,
				"the new version did not restore its state",
				request->restore_ns, who));
		break;
	case UPGRADE_FENCING:
		for (uint32_t i = 0; i < upgrade->node_count; i++)
			upgrade_on_runs(upgrade, i);
		upgrade_arm(
			upgrade, UPGRADE_TIMER_DEADLINE, request->prepare_ns);
		break;
	case UPGRADE_IDLE:
	case UPGRADE_ABORTING:
		break;
	}
}

bool upgrade_late(const struct upgrade *upgrade, uint32_t *node, bool *standby)
{
	static const enum upgrade_stage stages[] = {
		[UPGRADE_PREPARING] = STAGE_PREPARING,
		[UPGRADE_FREEZING] = STAGE_FREEZING,
		[UPGRADE_RESTORING] = STAGE_RESTORING};
	enum upgrade_stage wanted = upgrade->phase <= UPGRADE_RESTORING
					    ? stages[upgrade->phase]
					    : STAGE_OUT;

	*standby = wanted != STAGE_FREEZING;
	for (*node = 0; *node < upgrade->node_count; ++*node) {
		enum upgrade_stage stage = upgrade->nodes[*node].stage;

		if (stage == STAGE_HALTING)
			stage = STAGE_FREEZING;
		if (wanted != STAGE_OUT && stage == wanted)
			return true;
	}
	*node = 0;
	return false;
}

/* Who does not even stand still to hand back can only be killed. */
static void on_restless(struct upgrade *upgrade, struct command_text who)
{
	bool back = upgrade->plan == UPGRADE_PLAN_KEPT, standby;
	uint32_t node = 0;

	(void)upgrade_late(upgrade, &node, &standby);
	upgrade_abort(upgrade,
		late(upgrade, "the running version did not stand still",
			upgrade->request.freeze_ns, who));
	if (back && upgrade_on_trial(&upgrade->nodes[node]))
		upgrade_do(upgrade, UPGRADE_DO_KILL, node);
}

/* "a: what within 1 s, and is in b (c)", of the first that is late. */
static char *late(const struct upgrade *upgrade, const char *what,
	int64_t timeout_ns, struct command_text who)
{
	uint32_t node = 0;
	bool standby;

	(void)upgrade_late(upgrade, &node, &standby);
	return sentence_format("%s: %s within %s%s%.*s", upgrade->names[node],
		what, sentence_time(timeout_ns).text,
		who.bytes ? ", and is in " : "", (int)who.bytes, who.text);
}
