/* loop: events for the step, and its actions done. See the header. */
#include "core/fleet/loop.h"

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/fleet/control.h"
#include "core/fleet/loop_private.h"

#include <stdlib.h>
#include <string.h>

static int begin(struct loop *loop, struct error *error);
static void make_room(struct loop *loop);
static int turn(struct loop *loop, struct error *error);
static void release(struct loop *loop);
static void serve_processes(struct loop *loop);
static void serve_signals(struct loop *loop);
static void serve_timers(struct loop *loop);
static void serve_timer(
	struct loop *loop, uint32_t index, enum supervisor_timer timer);
static const char *who_is_late(struct loop *loop, uint32_t index,
	enum supervisor_timer timer, char *who, size_t bytes);
static struct loop_timer *timer_of(
	struct loop *loop, uint32_t index, enum supervisor_timer timer);
static void settle(struct loop *loop);
static void carry_out(
	struct loop *loop, const struct supervisor_action *action);
static void tell(struct loop *loop, const struct supervisor_action *action);
static void arm(struct loop *loop, const struct supervisor_action *action);
static void init_timers(struct loop *loop);
static int watch_signals(struct loop *loop, struct error *error);
static void signal_told(struct reactor_watch *watch, uint32_t events);

int loop_run(
	struct os *os, const struct loop_request *request, struct error *error)
{
	struct loop loop = {.os = os,
		.request = request,
		.count = SEATS * request->options->node_count,
		.node_room = request->options->node_count,
		.link_room = request->link_count,
		.signals = {.fd = -1},
		.watch = {.fd = -1}};
	int code = begin(&loop, error);

	if (code == 0)
		loop_happen(&loop,
			&(struct supervisor_event){.kind = SUPERVISOR_START});
	while (code == 0 && !loop.ended)
		code = turn(&loop, error);
	release(&loop);
	return code < 0 ? code : loop.code;
}

static int begin(struct loop *loop, struct error *error)
{
	struct supervisor_options options = *loop->request->options;
	int code;

	make_room(loop);
	options.links = loop->pairs;
	options.link_count = loop->link_room;
	supervisor_init(&loop->supervisor, &options);
	journal_init(&loop->journal);
	init_timers(loop);
	loop_init_exchange(loop);
	code = reactor_create(&loop->reactor, loop->os, error);
	loop_begin_children(loop);
	if (code == 0 && loop->request->control)
		code = control_attach(
			loop->request->control, loop->reactor, error);
	if (code == 0)
		code = links_init(&loop->links, loop->os, loop->pairs,
			loop->link_room, error);
	if (code == 0)
		code = loop_begin_view(loop, error);
	if (code < 0)
		return code;
	(void)loop->os->random(loop->os, &loop->number, sizeof loop->number, 0);
	code = watch_signals(loop, error);
	return code < 0 ? code : loop_begin_files(loop, error);
}

static void init_timers(struct loop *loop)
{
	for (uint32_t i = 0; i < SEATS * loop->node_room; i++) {
		loop->processes[i].loop = loop;
		for (int at = SUPERVISOR_TIMERS; at < SUPERVISOR_TIMERS_ALL;
			at++)
			timer_of(loop, i, (enum supervisor_timer)at)
				->timer.fired = loop_timer_fired;
	}
	for (int i = 0; i < SUPERVISOR_TIMERS; i++)
		loop->due[i].timer.fired = loop_timer_fired;
	loop->look = (struct loop_timer){
		.timer.fired = loop_timer_fired, .elapsed = true};
	loop->look_due.timer.fired = loop_timer_fired;
}

static int watch_signals(struct loop *loop, struct error *error)
{
	int code = signals_init(&loop->signals, loop->os);

	if (code == 0) {
		loop->signal_watch.told = signal_told;
		code = reactor_add(loop->reactor, &loop->signal_watch,
			loop->signals.fd, EPOLLIN);
	}
	return code < 0 ? error_set(error, code, "cannot wait for signals: %s",
				  strerror(-code))
			: 0;
}

/* Where nodes may be added, there is room for them from the start: processes
 * are pointed at. */
static void make_room(struct loop *loop)
{
	if (loop->request->planner) {
		loop->node_room += APPLY_NODES_MAX;
		loop->link_room += APPLY_LINKS_MAX;
	}
	loop->processes =
		calloc(SEATS * loop->node_room, sizeof *loop->processes);
	loop->pairs = calloc(loop->link_room + 1u, sizeof *loop->pairs);
	CHECK(loop->processes != NULL && loop->pairs != NULL);
	for (uint32_t i = 0; i < loop->link_room; i++)
		loop->pairs[i] = i < loop->request->link_count
					 ? loop->request->links[i]
					 : (struct links_pair){.gone = true};
}

/* Waits for something to happen, and serves it. */
static int turn(struct loop *loop, struct error *error)
{
	int64_t own_ns = timers_next(&loop->timers);
	int64_t due_ns = children_due(&loop->children);
	int64_t next_ns = own_ns < due_ns ? own_ns : due_ns;
	int code = reactor_poll(loop->reactor,
		timers_left(next_ns, loop->os->clock_ns(loop->os)));

	if (code < 0)
		return error_set(error, code, "cannot wait for nodes: %s",
			strerror(-code));
	serve_processes(loop);
	children_serve(&loop->children);
	if (!loop->ended)
		serve_signals(loop);
	if (!loop->ended)
		serve_timers(loop);
	loop_serve_view(loop);
	if (!loop->ended)
		loop_serve_control(loop);
	if (!loop->ended)
		loop_serve_files(loop);
	if (!loop->ended)
		loop_watch(loop);
	return 0;
}

static void release(struct loop *loop)
{
	for (uint32_t i = 0; i < loop->count; i++)
		process_release(&loop->processes[i].process);
	loop_end_children(loop);
	loop_end_view(loop);
	loop_end_control(loop);
	loop_release_looks(loop);
	loop_release_files(loop);
	if (loop->reactor)
		reactor_remove(loop->reactor, &loop->signal_watch);
	links_release(&loop->links);
	signals_release(&loop->signals);
	reactor_destroy(&loop->reactor);
	loop_release_exchange(loop);
	supervisor_release(&loop->supervisor);
	journal_release(&loop->journal);
	free(loop->processes);
	free(loop->pairs);
}

/* The dead come first, and of them standbys: so a dead one is not told to run
 * when who ran is found dead in the same turn, nor a dead one to thaw when its
 * standby refuses; what they had would be lost. */
static void serve_processes(struct loop *loop)
{
	for (int pass = 0; pass < 3; pass++)
		for (uint32_t i = 0; i < loop->count && !loop->ended; i++) {
			bool dead = loop->processes[i].process.exit.told;
			bool stands_by = supervisor_current(&loop->supervisor,
						 seat_node(i)) != i;

			if (pass == 2 || (dead && (pass == 1 || stands_by)))
				loop_serve_process(loop, i);
		}
}

static void serve_signals(struct loop *loop)
{
	int number;

	while (!loop->ended && (number = signals_next(&loop->signals)))
		loop_happen(loop,
			&(struct supervisor_event){
				.kind = SUPERVISOR_SIGNAL, .number = number});
}

static void serve_timers(struct loop *loop)
{
	timers_fire(&loop->timers, loop->os->clock_ns(loop->os));
	for (int i = 0; i < SUPERVISOR_TIMERS; i++)
		serve_timer(loop, 0, (enum supervisor_timer)i);
	for (uint32_t i = 0; i < loop->count; i++)
		for (int at = SUPERVISOR_TIMERS; at < SUPERVISOR_TIMERS_ALL;
			at++)
			serve_timer(loop, i, (enum supervisor_timer)at);
}

static void serve_timer(
	struct loop *loop, uint32_t index, enum supervisor_timer timer)
{
	struct loop_timer *due = timer_of(loop, index, timer);
	char who[2 * NAME_BYTES_MAX + 8];

	if (!due->elapsed || loop->ended)
		return;
	due->elapsed = false;
	loop_happen(loop, &(struct supervisor_event){.kind = SUPERVISOR_TIMEOUT,
				  .process = index,
				  .timer = timer,
				  .text = who_is_late(loop, index, timer, who,
					  sizeof who)});
}

/* Of whom the deadline was: "OPERATOR (PLUGIN)" that has the thread; or NULL.
 */
static const char *who_is_late(struct loop *loop, uint32_t index,
	enum supervisor_timer timer, char *who, size_t bytes)
{
	uint32_t node = seat_node(index);
	bool standby = loop->processes[index].stands_by;

	if (!loop->request->ledger)
		return NULL;
	if (timer == SUPERVISOR_TIMER_UPGRADE + UPGRADE_TIMER_DEADLINE) {
		if (!upgrade_late(&loop->exchange.upgrade, &node, &standby))
			return NULL;
	} else if (timer != SUPERVISOR_TIMER_START) {
		return NULL;
	}
	return ledger_who(loop->request->ledger, node, standby, who, bytes);
}

static struct loop_timer *timer_of(
	struct loop *loop, uint32_t index, enum supervisor_timer timer)
{
	return timer < SUPERVISOR_TIMERS
		       ? &loop->due[timer]
		       : &loop->processes[index].due[timer - SUPERVISOR_TIMERS];
}

/* One event, its actions, and the events that these are in turn. */
void loop_happen(struct loop *loop, const struct supervisor_event *event)
{
	size_t count;
	struct supervisor_event timed = *event;
	const struct supervisor_action *actions;

	timed.now_ns = loop->os->clock_ns(loop->os);
	(void)loop->os->random(loop->os, &timed.chance, sizeof timed.chance, 0);
	actions = supervisor_step(&loop->supervisor, &timed, &count);
	for (size_t i = 0; i < count; i++)
		carry_out(loop, &actions[i]);
	settle(loop);
}

static void settle(struct loop *loop)
{
	for (uint32_t i = 0; i < loop->count && !loop->ended; i++) {
		struct loop_process *one = &loop->processes[i];
		enum outcome outcome = one->outcome;
		bool broken = one->broken;

		one->outcome = OUTCOME_NONE;
		one->broken = false;
		if (outcome != OUTCOME_NONE)
			loop_happen(loop,
				&(struct supervisor_event){
					.kind = outcome == OUTCOME_SPAWNED
							? SUPERVISOR_SPAWNED
							: SUPERVISOR_SPAWN_FAILED,
					.process = i,
					.text = one->error.text});
		else if (broken)
			loop_hang_up(loop, i, one->error.text);
	}
}

static void carry_out(struct loop *loop, const struct supervisor_action *action)
{
	switch (action->kind) {
	case SUPERVISOR_SPAWN:
		loop_spawn(loop, action->process);
		break;
	case SUPERVISOR_SEND:
		loop_send_command(loop, action);
		break;
	case SUPERVISOR_ABORT:
		process_abort(&loop->processes[action->process].process);
		break;
	case SUPERVISOR_KILL:
		process_kill(&loop->processes[action->process].process);
		break;
	case SUPERVISOR_DROP:
		loop_drop(loop, action->node, action->text);
		break;
	case SUPERVISOR_ARM:
		arm(loop, action);
		break;
	case SUPERVISOR_EXCHANGE:
		loop_exchange(loop, action);
		break;
	case SUPERVISOR_EXIT:
		if (loop->request->ledger)
			ledger_tell(
				loop->request->ledger, loop_take_lost, loop);
		loop->ended = true;
		loop->code = action->code;
		break;
	default:
		tell(loop, action);
	}
}

/* What is for people, and for tools that asked. */
static void tell(struct loop *loop, const struct supervisor_action *action)
{
	switch ((int)action->kind) {
	case SUPERVISOR_SAY:
		loop_say(loop,
			action->node == SUPERVISOR_NO_NODE
				? NULL
				: loop->names[action->node],
			action->text, strlen(action->text));
		break;
	case SUPERVISOR_SHOW:
	case SUPERVISOR_STARTED:
	case SUPERVISOR_STOPPING:
		loop_show(loop, action);
		break;
	case SUPERVISOR_RECORD:
		loop_tell_record(loop, action->client);
		break;
	case SUPERVISOR_DESCRIBE:
		loop_describe(loop, action);
		break;
	case SUPERVISOR_LOGS:
		loop_show_log(loop, action);
		break;
	case SUPERVISOR_RESULT:
		loop_answer(loop, action);
		break;
	}
}

static void arm(struct loop *loop, const struct supervisor_action *action)
{
	struct loop_timer *due = timer_of(loop, action->process, action->timer);

	due->elapsed = false;
	if (action->timeout_ns)
		timers_arm(&loop->timers, &due->timer,
			timers_after(loop->os->clock_ns(loop->os),
				action->timeout_ns));
	else
		timers_disarm(&loop->timers, &due->timer);
}

void loop_take_lost(void *context, const char *sentence)
{
	loop_say(context, NULL, sentence, strlen(sentence));
}

void loop_timer_fired(struct timer *timer)
{
	((struct loop_timer *)timer)->elapsed = true;
}

/* serve_signals asks the fd itself, in each turn. */
static void signal_told(struct reactor_watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
}
