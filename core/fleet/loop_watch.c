/* loop: operators that do not come back, and nodes that take too much. */
#include <stdlib.h>
#include <string.h>

#include "core/fleet/loop_private.h"
#include "core/fleet/peek.h"
#include "core/step/sentence.h"

#define CALL_BYTES 64

static void rearm(struct loop *loop, bool busy);
static bool all_sleep(struct loop *loop);
static void choose_rests(struct loop *loop);
static bool look(struct loop *loop, uint32_t index);
static void look_closer(struct loop *loop, uint32_t index, uint32_t running,
	uint64_t turn, const struct peek *peek);
static void act(
	struct loop *loop, uint32_t index, enum watchdog_verdict verdict);
static enum watchdog_state state_of(char letter);
static void say_line(struct loop *loop, uint32_t index, const char *text);

/* Seldom when nothing runs: one look then costs some 20 microseconds. */
void loop_watch(struct loop *loop)
{
	bool busy = false;

	if (!loop->request->watchdogs || !loop->request->ledger ||
		!loop->look.elapsed)
		return;
	loop->look.elapsed = false;
	for (uint32_t i = 0; i < loop->count && !loop->ended; i++)
		busy |= look(loop, i);
	if (!loop->ended)
		rearm(loop, busy);
}

void loop_watch_again(struct loop *loop)
{
	if (!loop->unwatched)
		return;
	loop->unwatched = false;
	loop->rest_ns = 0;
	loop->look.elapsed = true;
}

static void rearm(struct loop *loop, bool busy)
{
	if (loop->look_ns == 0)
		choose_rests(loop);
	if (loop->idle_ns == INT64_MAX)
		return;
	loop->rest_ns = watchdog_rest_ns(
		loop->look_ns, loop->idle_ns, loop->rest_ns, busy);
	loop->unwatched = loop->rest_ns >= WATCHDOG_CALM_NS && all_sleep(loop);
	if (loop->unwatched)
		return;
	timers_arm(&loop->timers, &loop->look.timer,
		loop->os->clock_ns(loop->os) + loop->rest_ns);
}

/* Then nothing can fail to come back. A standby may begin at any time. */
static bool all_sleep(struct loop *loop)
{
	for (uint32_t i = 0; i < loop->count; i++) {
		const struct loop_process *one = &loop->processes[i];

		if (one->process.pid == 0)
			continue;
		if (one->stands_by)
			return false;
		if (ledger_fd(loop->request->ledger, seat_node(i)) >= 0 &&
			!ledger_unwatch(loop->request->ledger, seat_node(i)))
			return false;
	}
	return true;
}

/* The node with the shortest deadlines decides for all. */
static void choose_rests(struct loop *loop)
{
	loop->look_ns = WATCHDOG_LOOK_NS;
	loop->idle_ns = INT64_MAX;
	for (uint32_t i = 0; i < loop->count; i += SEATS) {
		const struct watchdog_settings *settings =
			&loop->request->watchdogs[seat_node(i)];
		int64_t look_ns = watchdog_look_ns(settings);
		int64_t idle_ns = watchdog_idle_ns(settings);

		if (look_ns < loop->look_ns)
			loop->look_ns = look_ns;
		if (idle_ns < loop->idle_ns)
			loop->idle_ns = idle_ns;
	}
}

/* Whether an operator of it was running just now. */
static bool look(struct loop *loop, uint32_t index)
{
	struct loop_process *one = &loop->processes[index];
	const struct watchdog_settings *settings =
		&loop->request->watchdogs[seat_node(index)];
	uint64_t turn = 0;
	uint32_t running;
	struct peek peek;
	bool suspect;

	if (one->watched != one->process.pid)
		one->watchdog = (struct watchdog){0};
	one->watched = one->process.pid;
	if (one->process.pid == 0)
		return false;
	running = one->stands_by ? UINT32_MAX
				 : ledger_running(loop->request->ledger,
					   seat_node(index), &turn);
	suspect = watchdog_suspects(
		&one->watchdog, loop->os->clock_ns(loop->os), running, turn);
	if ((suspect || settings->memory_bytes) &&
		peek_process(loop->os, one->process.pid, &peek) == 0) {
		if (settings->memory_bytes &&
			peek.memory_bytes > settings->memory_bytes) {
			char *text = sentence_memory(
				peek.memory_bytes, settings->memory_bytes);

			loop_hang_up(loop, index, text);
			free(text);
		} else if (suspect)
			look_closer(loop, index, running, turn, &peek);
	}
	return running != WATCHDOG_NOBODY;
}

static void look_closer(struct loop *loop, uint32_t index, uint32_t running,
	uint64_t turn, const struct peek *peek)
{
	struct loop_process *one = &loop->processes[index];
	struct watchdog_look seen = {
		.now_ns = loop->os->clock_ns(loop->os),
		.running = running,
		.turn = turn,
		.state = state_of(peek->state),
		.cpu_ns = peek->cpu_ns,
	};
	enum watchdog_verdict verdict = watchdog_take(&one->watchdog,
		&loop->request->watchdogs[seat_node(index)], &seen);

	if (verdict == WATCHDOG_FINE)
		return;
	if (peek_traced(loop->os, one->process.pid))
		one->watchdog = (struct watchdog){0};
	else
		act(loop, index, verdict);
}

static void act(
	struct loop *loop, uint32_t index, enum watchdog_verdict verdict)
{
	struct loop_process *one = &loop->processes[index];
	const struct watchdog *watchdog = &one->watchdog;
	int64_t held_ns = watchdog_held_ns(watchdog);
	char who[2 * NAME_BYTES_MAX + 8], call[CALL_BYTES];
	char *text;

	ledger_name(loop->request->ledger, seat_node(index),
		watchdog->last.running, who, sizeof who);
	peek_call(loop->os, one->process.pid, call, sizeof call);
	if (verdict == WATCHDOG_HALTED)
		text = sentence_halted(who);
	else
		text = sentence_held(who,
			watchdog_computes(watchdog) ? NULL : call, held_ns,
			verdict == WATCHDOG_KILL);
	if (verdict == WATCHDOG_KILL)
		loop_hang_up(loop, index, text);
	else
		say_line(loop, index, text);
	if (verdict == WATCHDOG_REPORT) {
		process_ask(&one->process);
		loop_happen(loop,
			&(struct supervisor_event){.kind = SUPERVISOR_SICK,
				.process = index,
				.text = text});
	}
	free(text);
}

static enum watchdog_state state_of(char letter)
{
	switch (letter) {
	case 'S':
	case 'D':
		return WATCHDOG_ASLEEP;
	case 'T':
	case 't':
		return WATCHDOG_STOPPED;
	default:
		return WATCHDOG_READY;
	}
}

static void say_line(struct loop *loop, uint32_t index, const char *text)
{
	const struct loop_view *view = &loop->request->view;

	view->line(view->context, loop->names[seat_node(index)], text,
		strlen(text));
}
