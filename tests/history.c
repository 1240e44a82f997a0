/* history: events in, actions out as text. */
#include "tests/history.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SECOND 1000000000LL /* in ns */

static void note(struct history *, const struct supervisor_action *);
static void note_process(struct history *, const struct supervisor_action *);
static const char *process_word(const struct supervisor_action *);
static void note_timer(struct history *, const struct supervisor_action *);
static const char *command_word(enum command_kind kind);
static const char *timer_word(enum supervisor_timer timer);

void history_start(struct history *history, const struct history_style *style,
	const struct supervisor_options *options)
{
	history->style = style;
	history->said[0] = 0;
	supervisor_init(&history->supervisor, options);
	history_happens(
		history, (struct supervisor_event){.kind = SUPERVISOR_START});
}

void history_begin(struct history *history, const struct history_style *style,
	const struct supervisor_options *options)
{
	history_start(history, style, options);
	for (uint32_t i = 0; i < options->node_count; i++)
		history_spawned(history, seat_process(i, 0));
}

void history_run(struct history *history)
{
	uint32_t count = history->supervisor.options.node_count;

	for (uint32_t i = 0; i < count; i++)
		history_tells_kind(history, seat_process(i, 0), COMMAND_READY);
	history_forget(history);
}

void history_happens(struct history *history, struct supervisor_event event)
{
	size_t count;

	(void)supervisor_step(&history->supervisor, &event, &count);
	history_note(history);
}

void history_spawned(struct history *history, uint32_t process)
{
	history_happens(
		history, (struct supervisor_event){.kind = SUPERVISOR_SPAWNED,
				 .process = process});
}

void history_tells(
	struct history *history, uint32_t process, struct command command)
{
	history_happens(
		history, (struct supervisor_event){.kind = SUPERVISOR_COMMAND,
				 .process = process,
				 .command = &command});
}

void history_tells_kind(
	struct history *history, uint32_t process, enum command_kind kind)
{
	history_tells(history, process, (struct command){.kind = kind});
}

void history_fails(struct history *history, uint32_t process)
{
	history_tells(history, process,
		(struct command){
			.kind = COMMAND_FAILED, .text = command_text("no")});
}

void history_exits(struct history *history, uint32_t process, int status)
{
	history_happens(
		history, (struct supervisor_event){.kind = SUPERVISOR_EXITED,
				 .process = process,
				 .status = status});
}

void history_ends(struct history *history, uint32_t process)
{
	history_tells_kind(history, process, COMMAND_DONE);
	history_exits(history, process, 0);
}

void history_signalled(struct history *history, int number)
{
	history_happens(
		history, (struct supervisor_event){
				 .kind = SUPERVISOR_SIGNAL, .number = number});
}

void history_elapses(struct history *history, enum supervisor_timer timer)
{
	history_happens(
		history, (struct supervisor_event){
				 .kind = SUPERVISOR_TIMEOUT, .timer = timer});
}

void history_note(struct history *history)
{
	struct action_list *actions = &history->supervisor.actions;

	for (size_t i = 0; i < actions->count; i++)
		note(history, &actions->items[i]);
	action_list_clear(actions);
}

void history_write(struct history *history, const char *format, ...)
{
	char *to = strchr(history->said, '\0');
	size_t room = (size_t)(history->said + sizeof history->said - to);
	va_list values;

	va_start(values, format);
	vsnprintf(to, room, format, values);
	va_end(values);
}

void history_expect(struct history *history, const char *actions)
{
	ck_assert_str_eq(history->said, actions);
	history_forget(history);
}

void history_forget(struct history *history)
{
	history->said[0] = 0;
}

static void note(
	struct history *history, const struct supervisor_action *action)
{
	const struct history_style *style = history->style;

	if (!(style->notes & HISTORY_NOTES(action->kind)))
		return;
	if (style->write && style->write(history, action))
		return;
	switch ((int)action->kind) {
	case SUPERVISOR_SPAWN:
	case SUPERVISOR_SEND:
	case SUPERVISOR_ABORT:
	case SUPERVISOR_KILL:
		note_process(history, action);
		break;
	case SUPERVISOR_DROP:
		history_write(history, "drop %u; ", action->node);
		break;
	case SUPERVISOR_ARM:
		note_timer(history, action);
		break;
	case SUPERVISOR_SAY:
		if (style->says_node)
			history_write(history, "%d ", (int)action->node);
		history_write(history, "\"%s\"; ", action->text);
		break;
	case SUPERVISOR_SHOW:
		history_write(history, "show %llu %llu; ",
			(unsigned long long)action->records,
			(unsigned long long)action->bytes);
		break;
	case SUPERVISOR_EXIT:
		history_write(history, "exit %d; ", action->code);
		break;
	default:
		ck_abort_msg(
			"no words for an action of kind %d", (int)action->kind);
	}
}

static void note_process(
	struct history *history, const struct supervisor_action *action)
{
	enum history_subject subject = history->style->subject;

	if (subject == HISTORY_PROCESS)
		history_write(history, "%u ", action->process);
	else if (subject == HISTORY_NODE)
		history_write(history, "%u ", seat_node(action->process));
	history_write(history, "%s; ", process_word(action));
}

static const char *process_word(const struct supervisor_action *action)
{
	switch ((int)action->kind) {
	case SUPERVISOR_SPAWN:
		return "spawn";
	case SUPERVISOR_ABORT:
		return "abort";
	case SUPERVISOR_KILL:
		return "kill";
	default:
		return command_word(action->command);
	}
}

static void note_timer(
	struct history *history, const struct supervisor_action *action)
{
	const char *word = timer_word(action->timer);
	long long timeout_ns = action->timeout_ns;

	if (history->style->in_seconds)
		history_write(
			history, "%s in %lld s; ", word, timeout_ns / SECOND);
	else
		history_write(history, "%s in %lld; ", word, timeout_ns);
}

static const char *command_word(enum command_kind kind)
{
	static const char *const words[] = {[COMMAND_PLAN] = "plan",
		[COMMAND_RUN] = "run",
		[COMMAND_DRAIN] = "drain",
		[COMMAND_PROCEED] = "proceed",
		[COMMAND_CLOSE] = "close",
		[COMMAND_ASK] = "ask",
		[COMMAND_EXPLAIN] = "explain"};

	ck_assert_uint_lt(kind, sizeof words / sizeof words[0]);
	return words[kind];
}

static const char *timer_word(enum supervisor_timer timer)
{
	static const char *const words[] = {
		"for", "patience", "drain", "close", "progress"};

	ck_assert_uint_lt(timer, sizeof words / sizeof words[0]);
	return words[timer];
}
