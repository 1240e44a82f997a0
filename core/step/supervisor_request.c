/* supervisor: what tools ask of a running topology. */
#include "core/step/supervisor_private.h"

#include "core/base/check.h"
#include "core/step/sentence.h"

#include <signal.h>
#include <stdlib.h>

static void describe(struct supervisor *supervisor, uint64_t client);
static void stop(struct supervisor *supervisor, uint64_t client, bool now);
static void drain(struct supervisor *supervisor, uint64_t client);
static void restart(
	struct supervisor *supervisor, uint64_t client, uint32_t node);
static const char *why_not(const struct supervisor *supervisor, uint32_t node);
static void await_end(struct supervisor *supervisor, uint64_t client, bool now);
static void await(
	struct supervisor *supervisor, struct supervisor_waiter waiter);

void supervisor_on_request(struct supervisor *supervisor, uint64_t client,
	const struct request *request)
{
	switch (request->kind) {
	case REQUEST_PS:
		describe(supervisor, client);
		break;
	case REQUEST_LOGS:
		action_logs(&supervisor->actions, client, request->node,
			request->follow);
		break;
	case REQUEST_STOP:
		stop(supervisor, client, request->now);
		break;
	case REQUEST_DRAIN:
		drain(supervisor, client);
		break;
	case REQUEST_RESTART:
		restart(supervisor, client, request->node);
		break;
	case REQUEST_RECORD:
		action_record(&supervisor->actions, client);
		action_result(
			&supervisor->actions, client, EXIT_CODE_DONE, NULL);
		break;
	case REQUEST_UPGRADE:
	case REQUEST_ROLLBACK:
	case REQUEST_APPLY:
	case REQUEST_HISTORY:
	case REQUEST_TAP:
	case REQUEST_STATE:
	case REQUEST_TOP:
		CHECK(request->kind < REQUEST_UPGRADE); /* the loop's */
	}
}

void supervisor_on_left(struct supervisor *supervisor, uint64_t client)
{
	size_t kept = 0;

	for (size_t i = 0; i < supervisor->waiter_count; i++)
		if (supervisor->waiters[i].client != client)
			supervisor->waiters[kept++] = supervisor->waiters[i];
	supervisor->waiter_count = kept;
}

/* Who asked that nothing be waited for has got what it wanted. */
void supervisor_tell_end(struct supervisor *supervisor, int code)
{
	for (size_t i = 0; i < supervisor->waiter_count; i++) {
		bool now = supervisor->waiters[i].now;

		action_result(&supervisor->actions,
			supervisor->waiters[i].client,
			now && code == EXIT_CODE_NOT_DRAINED ? EXIT_CODE_DONE
							     : code,
			sentence_ended((enum exit_code)code, now));
	}
	supervisor->waiter_count = 0;
}

static void describe(struct supervisor *supervisor, uint64_t client)
{
	for (uint32_t i = 0; i < supervisor->options.node_count; i++)
		if (!supervisor->nodes[i].absent)
			action_describe(&supervisor->actions, client, i);
	action_result(&supervisor->actions, client, EXIT_CODE_DONE, NULL);
}

/* Two who ask for the same are no second signal. */
static void stop(struct supervisor *supervisor, uint64_t client, bool now)
{
	await_end(supervisor, client, now);
	if (!supervisor->stopping)
		supervisor_on_signal(supervisor, SIGTERM);
	else
		supervisor_hurry(supervisor);
	if (now && !supervisor->closing)
		supervisor_cut_short(supervisor);
}

static void drain(struct supervisor *supervisor, uint64_t client)
{
	await_end(supervisor, client, false);
	if (supervisor->ran)
		supervisor_run_out(supervisor, SUPERVISOR_NO_DEADLINE);
	else if (!supervisor->stopping)
		supervisor_on_signal(supervisor, SIGTERM);
}

static void restart(
	struct supervisor *supervisor, uint64_t client, uint32_t node)
{
	const char *why = node == SUPERVISOR_NO_NODE
				  ? "which node is to be restarted?"
				  : why_not(supervisor, node);
	const char *no_restart =
		node == SUPERVISOR_NO_NODE
			? NULL
			: supervisor_policy(supervisor, seat_process(node, 0))
				  ->no_restart;
	uint32_t process;

	if (why) {
		action_result(&supervisor->actions, client, EXIT_CODE_FAILED,
			why == no_restart
				? sentence_format(
					  "it cannot be restarted: %s", why)
				: sentence_format("%s", why));
		return;
	}
	process = supervisor_current(supervisor, node);
	await(supervisor,
		(struct supervisor_waiter){.client = client, .node = node});
	if (supervisor->nodes[node].waiting) {
		action_arm_process(&supervisor->actions, process,
			SUPERVISOR_TIMER_RESTART, 0);
		supervisor_on_restart(supervisor, process);
	} else if (!supervisor->nodes[node].asked) {
		supervisor->nodes[node].asked = true;
		action_say(&supervisor->actions, node,
			sentence_format("killed and started again, as tau "
					"restart asked"));
		supervisor_kill(supervisor, process);
	}
}

static const char *why_not(const struct supervisor *supervisor, uint32_t node)
{
	uint32_t process = supervisor_current(supervisor, node);
	const struct supervised_node *one = &supervisor->nodes[node];

	if (supervisor_policy(supervisor, process)->no_restart)
		return supervisor_policy(supervisor, process)->no_restart;
	if (!supervisor->ran)
		return "its nodes do not all run yet";
	if (supervisor->stopping)
		return "it is about to end";
	if (one->hooked)
		return "an upgrade of that node is under way, or on probation; "
		       "try again when that is over, or go back with tau "
		       "rollback";
	if (supervisor->processes[process].state == SUPERVISED_ENDED)
		return "that node has ended, and its streams with it";
	if (supervisor->processes[process].state != SUPERVISED_RUNNING &&
		!one->waiting && !one->asked)
		return "that node is being restarted already";
	if (supervisor_is_stranded(supervisor, node))
		return "a program would have to begin anew, and a node that it "
		       "has streams to has ended";
	return NULL;
}

void supervisor_tell_back(
	struct supervisor *supervisor, uint32_t node, bool runs)
{
	size_t kept = 0;

	for (size_t i = 0; i < supervisor->waiter_count; i++) {
		struct supervisor_waiter waiter = supervisor->waiters[i];

		if (waiter.node == node)
			action_result(&supervisor->actions, waiter.client,
				runs ? EXIT_CODE_DONE : EXIT_CODE_FAILED,
				sentence_back(runs));
		else
			supervisor->waiters[kept++] = waiter;
	}
	supervisor->waiter_count = kept;
}

static void await_end(struct supervisor *supervisor, uint64_t client, bool now)
{
	await(supervisor, (struct supervisor_waiter){.client = client,
				  .now = now,
				  .node = SUPERVISOR_NO_NODE});
}

static void await(
	struct supervisor *supervisor, struct supervisor_waiter waiter)
{
	if (supervisor->waiter_count == supervisor->waiter_room) {
		size_t room = supervisor->waiter_room * 2 + 4;

		supervisor->waiters = realloc(supervisor->waiters,
			room * sizeof *supervisor->waiters);
		CHECK(supervisor->waiters != NULL);
		supervisor->waiter_room = room;
	}
	supervisor->waiters[supervisor->waiter_count++] = waiter;
}
