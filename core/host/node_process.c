/* node_process: a node as a process of its own. See the header. */
#include "core/host/node_process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/owner.h"
#include "core/base/warm.h"
#include "core/fiber/overflow.h"
#include "core/host/gate.h"
#include "core/host/inherited.h"
#include "core/host/keeper.h"
#include "core/host/last_words.h"
#include "core/host/node.h"
#include "core/host/node_counters.h"
#include "core/host/node_given.h"
#include "core/host/node_look.h"
#include "core/host/node_quiet.h"
#include "core/host/node_report.h"
#include "core/host/node_spawn.h"
#include "core/host/node_state.h"
#include "core/host/node_tap.h"
#include "core/host/node_upgrade.h"
#include "core/wire/command_connection.h"

/* All that the process has. */
struct node_process {
	struct node_listener listener; /* first */
	struct os *os;
	struct log log;
	struct command_connection *connection;
	struct reactor_watch watch;
	struct node_given given;
	struct node *node;
	struct overflow *overflow;
	struct last_words last_words;
	bool heard; /* the connection has something */
	bool left;  /* the supervisor has gone */
	bool closed;
	struct node_upgrade upgrade;
	struct node_taps taps;
	struct node_state_show state;
	bool stuck; /* has explained itself: only CLOSE is awaited */
	struct node_quiet quiet;
	uint64_t obeyed; /* DRAIN and CLOSE */
	struct node_spawn spawn;
};

static int listen_for_plan(struct node_process *process);
static int play(struct node_process *process, const char *store,
	char *const *environment);
static int prepare(struct node_process *process, const char *store);
static int watch_commands(struct node_process *process);
static int work(struct node_process *process);
static int flush(struct node_process *process);
static enum node_state turn(struct node_process *process);
static void flush_queue(struct node_process *process);
static void obey(struct node_process *process);
static void obey_upgrade(
	struct node_process *process, const struct command *message);
static void told(struct reactor_watch *watch, uint32_t events);
static void link_broken(
	struct node_listener *listener, const char *peer, const char *why);
static void link_begun(struct node_listener *listener, const char *text);
static void fifo_shut(struct node_listener *listener, uint32_t link);
static void woken(struct node_listener *listener);
static void operator_failed(
	struct node_listener *listener, const struct instance *instance);
static void say_failure(
	struct node_process *process, const struct node_failure *failure);

int node_process(struct os *os, const char *store, char *const *environment)
{
	struct node_process process = {.os = os,
		.listener = {operator_failed, woken, link_broken, link_begun,
			fifo_shut}};
	int status = 1;

	log_init(&process.log, os, 2, NULL, LOG_NOTICE);
	process.watch.told = told;
	process.connection = command_connection_create(os, COMMAND_FD);
	if (process.connection && listen_for_plan(&process) == 0)
		status = play(&process, store, environment);
	node_quiet_close(&process.quiet);
	if (process.node)
		reactor_remove(process.node->fabric.reactor, &process.watch);
	node_taps_release(&process.taps);
	node_destroy(&process.node); /* of which a crash is still told */
	command_connection_destroy(&process.connection);
	node_upgrade_release(&process.upgrade);
	overflow_remove(&process.overflow);
	node_plan_release(&process.given.plan);
	return status;
}

static int listen_for_plan(struct node_process *process)
{
	struct node_failure failure = {0};

	if (node_given_receive(&process->given, process->os,
		    process->connection, &failure.error) < 0)
		say_failure(process, &failure);
	else
		log_init(&process->log, process->os, 2,
			process->given.plan.node, LOG_NOTICE);
	return failure.error.code;
}

/* What kind of node this is. */
static int play(struct node_process *process, const char *store,
	char *const *environment)
{
	const struct node_plan *plan = &process->given.plan;

	if (plan->command_count > 0)
		return keeper_run(process->os, &process->log,
			process->connection, plan, environment);
	if (plan->remote[0])
		return gate_run(process->os, &process->log, process->connection,
			plan, process->given.follows);
	return prepare(process, store) < 0 ? 1 : work(process);
}

static int prepare(struct node_process *process, const char *store)
{
	struct node_failure failure = {0};
	struct warm warm = {0};
	int result = node_create(
		&process->node, process->os, &process->log, 0, &failure.error);

	process->last_words =
		(struct last_words){process->os, process->node, COMMAND_FD};
	if (result == 0)
		result = overflow_install(&process->overflow, process->os,
			process->node->fabric.stacks, 2,
			process->given.plan.node, last_words_who,
			last_words_tell, &process->last_words, &failure.error);
	if (result == 0) {
		process->node->follows = process->given.follows;
		process->node->topology = process->given.topology;
		node_counters_open(process->node, &process->given.plan,
			inherited_fd(process->os, COMMAND_FD_COUNTERS));
		if (process->given.stands_by)
			warm_note(&warm, process->os);
		result = node_build(process->node, &process->given.plan, store,
			inherited_fd(process->os, COMMAND_FD_STDIN),
			inherited_fd(process->os, COMMAND_FD_STDOUT), &failure);
	}
	if (result < 0) {
		warm_release(&warm);
		say_failure(process, &failure);
		return result;
	}
	process->node->listener = &process->listener;
	process->upgrade.node = process->taps.node = process->node;
	process->upgrade.connection = process->taps.connection =
		process->state.connection = process->connection;
	process->state.upgrade = &process->upgrade;
	node_spawn_open(&process->spawn, process->node, process->connection);
	node_freeze(process->node); /* what comes may be another process's */
	node_quiet_open(&process->quiet, process->node);
	result = watch_commands(process);
	if (result == 0)
		node_report_ready(process->node, process->connection);
	warm_since(&warm, process->os, STANDBY_WARM_BYTES_MAX);
	warm_release(&warm);
	return result;
}

static int watch_commands(struct node_process *process)
{
	int result = reactor_add(process->node->fabric.reactor, &process->watch,
		command_connection_fd(process->connection), EPOLLIN);

	if (result < 0)
		log_say(&process->log, LOG_ERROR,
			"cannot watch the supervisor: %s", strerror(-result));
	return result;
}

static int work(struct node_process *process)
{
	struct reactor *reactor = process->node->fabric.reactor;
	enum node_state state = NODE_RUNNING;

	while (!process->left && state != NODE_ENDED) {
		if (process->stuck) {
			(void)node_report_wait(
				process->os, process->connection, EPOLLIN);
			process->heard = true;
		} else if (node_upgrade_turns(&process->upgrade))
			state = turn(process);
		else if (reactor_poll(reactor, -1) < 0)
			process->left = flush(process) < 0;
		if (state == NODE_DEADLOCKED) {
			node_report_waits(process->node, process->connection);
			flush_queue(process);
			node_close(process->node);
			state = NODE_ENDED;
		}
		if (process->heard)
			obey(process);
		if (node_taps_send(&process->taps))
			flush_queue(process);
		if (process->closed)
			state = NODE_ENDED;
	}
	if (process->left)
		return 1;
	node_taps_end(&process->taps);
	node_report_counts(process->node, process->connection);
	node_report_send(
		process->connection, &(struct command){.kind = COMMAND_DONE});
	return flush(process) == 0 ? 0 : 1;
}

/* Waits until all that was said has gone. */
static int flush(struct node_process *process)
{
	struct reactor *reactor = process->node->fabric.reactor;
	struct error error = ERROR_NONE;
	int flow = reactor_change(reactor, &process->watch, EPOLLOUT);

	if (flow == 0)
		while ((flow = command_flush(process->connection, &error)) ==
				COMMAND_WAIT &&
			reactor_poll(reactor, -1) == 0)
			;
	if (flow != COMMAND_OK)
		log_say(&process->log, LOG_ERROR,
			"the way to the supervisor is lost%s%s; did an "
			"operator close an fd that was not its own?",
			error.text[0] ? ": " : "", error.text);
	return flow == COMMAND_OK ? 0 : -EPIPE;
}

static enum node_state turn(struct node_process *process)
{
	struct node *node = process->node;
	enum node_state state =
		node_turn(node, node_state_sleep(&process->state,
					node_quiet_begin(&process->quiet)));

	if (process->upgrade.held) {
		flush_queue(process);
		return NODE_RUNNING;
	}
	if (!node_state_turned(&process->state, state == NODE_FROZEN) &&
		state == NODE_FROZEN)
		node_upgrade_frozen(&process->upgrade);
	if (state == NODE_FROZEN)
		flush_queue(process);
	if (state != NODE_RUNNING || process->heard ||
		!node_quiet_end(&process->quiet))
		return state;
	node_report_quiet(node, process->connection, process->obeyed);
	flush_queue(process);
	return state;
}

/* What was said and did not go at once, while the node goes on. */
static void flush_queue(struct node_process *process)
{
	struct reactor *reactor = process->node->fabric.reactor;

	if (command_flush(process->connection, NULL) == COMMAND_WAIT &&
		flush(process) == 0)
		(void)reactor_change(reactor, &process->watch, EPOLLIN);
}

/* Takes all commands that have come. */
static void obey(struct node_process *process)
{
	struct error error = ERROR_NONE;
	struct command message;
	int flow;

	process->heard = false;
	while ((flow = command_receive(
			process->connection, &message, &error)) == COMMAND_OK) {
		switch (message.kind) {
		case COMMAND_DRAIN:
			node_drain(process->node);
			process->obeyed++;
			node_quiet_forget(&process->quiet);
			break;
		case COMMAND_EXPLAIN:
			node_report_waits(process->node, process->connection);
			flush_queue(process);
			process->stuck = true;
			break;
		case COMMAND_CLOSE:
			node_close(process->node);
			process->closed = true;
			break;
		case COMMAND_ASK:
			node_report_progress(
				process->node, process->connection);
			break;
		default:
			if (!node_look_obey(process->node, process->connection,
				    &message) &&
				!node_taps_obey(&process->taps, &message) &&
				!node_state_obey(&process->state, &message))
				obey_upgrade(process, &message);
		}
	}
	if (flow == COMMAND_WAIT)
		return;
	if (flow < 0)
		log_say(&process->log, LOG_ERROR, "%s", error.text);
	process->left = true;
}

/* RUN is the last step of one. */
static void obey_upgrade(
	struct node_process *process, const struct command *message)
{
	struct node_failure failure = {0};

	if (!node_upgrade_obey(&process->upgrade, message, &failure.error))
		log_say(&process->log, LOG_WARNING,
			"ignored command %d of the supervisor",
			(int)message->kind);
	flush_queue(process);
	process->closed |= failure.error.code != 0;
	if (failure.error.code != 0)
		say_failure(process, &failure);
}

static void told(struct reactor_watch *watch, uint32_t events)
{
	(void)events;
	OWNER_OF(watch, struct node_process, watch)->heard = true;
}

static void woken(struct node_listener *listener)
{
	node_report_send(((struct node_process *)listener)->connection,
		&(struct command){.kind = COMMAND_AWAKE});
}

static void link_broken(
	struct node_listener *listener, const char *peer, const char *why)
{
	struct node_failure failure = {0};

	error_set(&failure.error, -EPIPE, "the link to %s: %s", peer, why);
	say_failure((struct node_process *)listener, &failure);
}

static void link_begun(struct node_listener *listener, const char *text)
{
	node_report_send(((struct node_process *)listener)->connection,
		&(struct command){
			.kind = COMMAND_BEGUN, .text = command_text(text)});
}

static void fifo_shut(struct node_listener *listener, uint32_t link)
{
	node_report_send(((struct node_process *)listener)->connection,
		&(struct command){.kind = COMMAND_SHUT, .code = (int)link});
}

static void operator_failed(
	struct node_listener *listener, const struct instance *instance)
{
	struct node_failure failure = {
		instance->name, instance->plugin, instance->failure};

	say_failure((struct node_process *)listener, &failure);
}

static void say_failure(
	struct node_process *process, const struct node_failure *failure)
{
	node_report_failure(process->connection, failure);
	node_upgrade_failed(&process->upgrade);
}
