/* trying: the steps of a case. See the header. */
#include "core/check/trying.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/check/trying_parts.h"

typedef bool step_function(
	struct trying *trying, const struct trial_step *step);

static bool play(struct trying *trying);
static bool do_step(struct trying *trying, const struct trial_step *step);
static bool end_case(struct trying *trying);
static bool check_failures(struct trying *trying, uint32_t at);
static void explain(struct trying *trying, const struct trial_step *step);
static void note_names(struct trying *trying);

bool trying_case(struct trial *trial, uint32_t at,
	const struct trying_settings *settings, struct text *why)
{
	struct trying trying = {.trial = trial,
		.one = &trial->cases[at],
		.settings = settings,
		.deadline_ns = settings->os->clock_ns(settings->os) +
			       settings->limit_ns,
		.why = why};
	bool passed;

	fake_time_init(&trying.time);
	trying.ports = arena_allocate(
		&trying.arena, trial->port_count, sizeof *trying.ports);
	for (uint32_t i = 0; i < trial->port_count; i++) {
		trying.ports[i].trying = &trying;
		trying.ports[i].port = &trial->ports[i];
		trying.ports[i].records = arena_allocate(
			&trying.arena, 1, sizeof *trying.ports[i].records);
	}
	note_names(&trying);
	passed = trial_place(trial, at) && trying_begin(&trying) &&
		 play(&trying);
	passed |= trying.stillborn;
	if (trying.node && trying.node->streams)
		trying_unwatch(&trying);
	node_destroy(&trying.node);
	if (settings->runs)
		settings->runs(settings->context, NULL);
	arena_release(&trying.arena);
	return passed;
}

bool trying_fail(struct trying *trying, uint32_t at, const char *format, ...)
{
	char text[ERROR_TEXT_BYTES];
	va_list list;

	if (trying->why->count > 0)
		return false;
	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	text_format(trying->why, "%s:%u: %s", trying->trial->source.name,
		trial_line(trying->trial, at), text);
	return false;
}

static bool fail_otherwise(
	struct trying *trying, const struct trial_step *step, const char *text)
{
	return trying_fail(trying, step->at,
		"%s has failed with another sentence:\n- %s\n+ %s",
		step->end.name, step->text, text);
}

bool trying_expects(struct trying *trying, const char *name, const char *text)
{
	const struct trial_step *step = trying->one->steps;

	if (!name || trying->one->step_count == 0 ||
		step->verb != TRIAL_EXPECT_FAILURE ||
		strcmp(step->end.name, name) != 0)
		return false;
	if (step->text && !strstr(text, step->text))
		(void)fail_otherwise(trying, step, text);
	else if (trying->one->step_count > 1)
		(void)trying_fail(trying, trying->one->steps[1].at,
			"%s has failed before anything could run, so this is "
			"not tried: %s",
			name, text);
	else
		trying->stillborn = true;
	return true;
}

/* For what comes there and nobody expects. */
static void note_names(struct trying *trying)
{
	for (uint32_t i = 0; i < trying->one->step_count; i++) {
		const struct trial_step *step = &trying->one->steps[i];

		if (step->port == TRIAL_NONE)
			continue;
		trying->ports[step->port].at = step->at;
	}
}

static bool play(struct trying *trying)
{
	for (uint32_t i = 0; i < trying->one->step_count; i++) {
		const struct trial_step *step = &trying->one->steps[i];

		trying->renewals = 0;
		if (!do_step(trying, step)) {
			explain(trying, step);
			return false;
		}
		if (!check_failures(trying, step->at))
			return false;
		if (trying->settings->renews &&
			!trying_renew(trying, step->at, TRIAL_NONE))
			return false;
	}
	return end_case(trying);
}

static bool has_records(struct trying *trying, const struct trial_step *step)
{
	const struct try_port *port = &trying->ports[step->port];
	uint64_t wished = step->counted ? step->count : step->record_count;

	return port->ended || port->count - port->next >= wished;
}

static bool has_ended(struct trying *trying, const struct trial_step *step)
{
	return trying->ports[step->port].ended;
}

static struct try_failure *find_failure(
	struct trying *trying, const struct trial_step *step)
{
	const char *name =
		trying->trial->plan.topology.operators[step->owner].name;

	for (uint32_t i = 0; i < trying->failure_count; i++)
		if (strcmp(trying->failures[i].name, name) == 0)
			return &trying->failures[i];
	return NULL;
}

static bool has_failed(struct trying *trying, const struct trial_step *step)
{
	return find_failure(trying, step) != NULL;
}

static bool do_send(struct trying *trying, const struct trial_step *step)
{
	struct try_port *port = &trying->ports[step->port];

	if (port->ends)
		return trying_fail(trying, step->at,
			"%s has been ended; nothing can be sent there",
			port->port->name);
	for (uint32_t i = 0; i < step->record_count; i++) {
		port->records = arena_grow(&trying->arena, port->records,
			port->count, sizeof *port->records);
		port->records[port->count++] = step->records[i];
	}
	if (!trying_settle(trying, step->at, NULL, step))
		return false;
	if (port->refused)
		return trying_fail(trying, step->at,
			"%s takes no such record: %s", port->port->name,
			strerror(-port->refused));
	return true;
}

static bool do_end(struct trying *trying, const struct trial_step *step)
{
	trying->ports[step->port].ends = true;
	return trying_settle(trying, step->at, NULL, step);
}

static bool do_advance(struct trying *trying, const struct trial_step *step)
{
	return trying_advance(trying, step->at, step->duration_ns);
}

/* More than was expected is for the next step, unless that was nothing. */
static bool do_expect(struct trying *trying, const struct trial_step *step)
{
	struct try_port *port = &trying->ports[step->port];
	const struct trial_record *seen;
	uint64_t wished = step->counted ? step->count : step->record_count;
	uint32_t count;

	if (!trying_settle(trying, step->at, has_records, step))
		return false;
	seen = port->records + port->next;
	count = port->count - port->next;
	if (step->counted && count < wished) {
		(void)trying_fail(trying, step->at,
			"%s gives %u record%s%s, not the %" PRIu64 " expected",
			port->port->name, count, count == 1 ? "" : "s",
			count ? " (+)" : "", wished);
		trying_list(trying->why, '+', seen, count);
		return false;
	}
	if (wished > 0 && count > wished)
		count = (uint32_t)wished;
	if (wished == 0 || !step->counted)
		if (!trying_compare(trying, step, seen, count))
			return false;
	port->next += count;
	return true;
}

static bool do_expect_end(struct trying *trying, const struct trial_step *step)
{
	struct try_port *port = &trying->ports[step->port];

	if (!trying_settle(trying, step->at, has_ended, step))
		return false;
	if (port->next < port->count) {
		(void)trying_fail(trying, step->at,
			"%s gives %u record%s (+) before its end that the test "
			"does not expect",
			port->port->name, port->count - port->next,
			port->count - port->next == 1 ? "" : "s");
		trying_list(trying->why, '+', port->records + port->next,
			port->count - port->next);
		return false;
	}
	if (!port->ended)
		return trying_fail(
			trying, step->at, "%s has not ended", port->port->name);
	return true;
}

static bool do_expect_failure(
	struct trying *trying, const struct trial_step *step)
{
	struct try_failure *failure;

	if (!trying_settle(trying, step->at, has_failed, step))
		return false;
	failure = find_failure(trying, step);
	if (!failure)
		return trying_fail(
			trying, step->at, "%s has not failed", step->end.name);
	failure->expected = true;
	if (!step->text || strstr(failure->text, step->text))
		return true;
	return fail_otherwise(trying, step, failure->text);
}

static bool do_renew(struct trying *trying, const struct trial_step *step)
{
	return trying_renew(trying, step->at,
		       step->owner == TRIAL_NONE
			       ? TRIAL_NONE
			       : trying->trial->index_of[step->owner]) &&
	       trying_settle(trying, step->at, NULL, step);
}

static bool do_stall(struct trying *trying, const struct trial_step *step)
{
	trying->ports[step->port].stalled = step->verb == TRIAL_STALL;
	return trying_settle(trying, step->at, NULL, step);
}

static bool do_step(struct trying *trying, const struct trial_step *step)
{
	static step_function *const functions[TRIAL_VERBS] = {
		[TRIAL_SEND] = do_send,
		[TRIAL_END] = do_end,
		[TRIAL_ADVANCE] = do_advance,
		[TRIAL_EXPECT] = do_expect,
		[TRIAL_EXPECT_END] = do_expect_end,
		[TRIAL_EXPECT_FAILURE] = do_expect_failure,
		[TRIAL_RENEW] = do_renew,
		[TRIAL_STALL] = do_stall,
		[TRIAL_RESUME] = do_stall,
	};

	return functions[step->verb](trying, step);
}

/* One that the case expects later is not news. */
static const struct try_failure *find_unexpected(const struct trying *trying)
{
	for (uint32_t i = 0; i < trying->failure_count; i++) {
		const struct try_failure *failure = &trying->failures[i];
		bool expected = failure->expected;

		for (uint32_t j = 0; j < trying->one->step_count; j++) {
			const struct trial_step *step = &trying->one->steps[j];

			expected |= step->verb == TRIAL_EXPECT_FAILURE &&
				    strcmp(step->end.name, failure->name) == 0;
		}
		if (!expected)
			return failure;
	}
	return NULL;
}

static bool check_failures(struct trying *trying, uint32_t at)
{
	const struct try_failure *failure = find_unexpected(trying);

	return !failure || trying_fail(trying, at, "%s has failed: %s",
				   failure->name, failure->text);
}

/* What did not come may not have come because somebody failed, or refused. */
static void explain(struct trying *trying, const struct trial_step *step)
{
	const struct try_failure *failure = find_unexpected(trying);

	if (failure)
		text_format(trying->why, "\n%s has failed: %s", failure->name,
			failure->text);
	if (step->verb == TRIAL_EXPECT || step->verb == TRIAL_EXPECT_END)
		trying_tell_left(trying, step);
}

static bool end_case(struct trying *trying)
{
	uint32_t last =
		trying->one->step_count == 0
			? trying->one->at
			: trying->one->steps[trying->one->step_count - 1].at;

	if (!trying_settle(trying, last, NULL, NULL) ||
		!check_failures(trying, last))
		return false;
	for (uint32_t i = 0; i < trying->trial->port_count; i++) {
		struct try_port *port = &trying->ports[i];
		uint32_t left = port->count - port->next;

		if (!port->port->named || left == 0)
			continue;
		(void)trying_fail(trying, port->at,
			port->port->out ? "%s gives %u record%s (+) more than "
					  "the test expects"
					: "%s has not taken the last %u "
					  "record%s (-)",
			port->port->name, left, left == 1 ? "" : "s");
		trying_list(trying->why, port->port->out ? '+' : '-',
			port->records + port->next, left);
		return false;
	}
	return true;
}
