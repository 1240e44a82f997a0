/* supervisor: what tools ask of a running topology. */
#include "core/fleet/supervisor_private.h"

#include "core/base/check.h"
#include "core/fleet/sentence.h"

#include <signal.h>
#include <stdlib.h>

static void describe(struct supervisor *supervisor, uint64_t client);
static void stop(struct supervisor *supervisor, uint64_t client, bool now);
static void drain(struct supervisor *supervisor, uint64_t client);
static void await_end(struct supervisor *supervisor, uint64_t client, bool now);

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
	case REQUEST_RECORD:
		action_record(&supervisor->actions, client);
		action_result(
			&supervisor->actions, client, EXIT_CODE_DONE, NULL);
		break;
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

static void await_end(struct supervisor *supervisor, uint64_t client, bool now)
{
	if (supervisor->waiter_count == supervisor->waiter_room) {
		size_t room = supervisor->waiter_room * 2 + 4;

		supervisor->waiters = realloc(supervisor->waiters,
			room * sizeof *supervisor->waiters);
		CHECK(supervisor->waiters != NULL);
		supervisor->waiter_room = room;
	}
	supervisor->waiters[supervisor->waiter_count++] =
		(struct supervisor_waiter){client, now};
}
