/*
 * stopper: runs a one-liner in this process, and stops its operators at every
 * wait.
 *
 *	stopper MODE PLUGINS STORE ONE-LINER [RECORDS]
 *
 * MODE plain: just runs. rerun: whenever an operator waits, it is told to
 * quiesce and, once frozen, run again. renew: it is saved, destroyed, created
 * anew and restored instead, where it keeps state. handover: the whole node
 * stands still, is handed over to another one, and destroyed. damage: nobody
 * is stopped for long, but what was saved is cut short in every way, and must
 * be refused by another one of its kind. future: nobody is stopped,
 * but the host is one of a later minor: its table is larger, what is new in it
 * must not be called, and control bits that nobody knows yet are told at every
 * turn. fail:NTH:CODE: the NTH system call fails with that errno; "struck" on
 * fd 2 says that there was one, else all has been tried. RECORDS: what streams
 *hold at most. Result on fd 1; how often operators were stopped on fd 2. Used
 *by stops.sh and stops_every.sh, which compare results.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/plan/plan.h"
#include "tests/stopper.h"

#define STOPPER_UNKNOWN_BITS (UINT64_C(31) << 59)

/* The table of a later minor: what this one does not know is poison. */
struct later_host {
	struct tau_host host;
	uint64_t poison[64];
};

void die(const char *what, const char *why)
{
	fprintf(stderr, "stopper: %s: %s\n", what, why);
	exit(1);
}

static void make_plan(
	struct run *run, const char *plugins, const char *expression)
{
	struct error error = ERROR_NONE;
	struct plan_request request = {
		.expression = expression,
		.variables = {.folder = getcwd(NULL, 0)},
		.search = {.beside = plugins},
	};
	int result = plan_make(&run->plan, &run->fake.os, &request, &error);

	if (result < 0) {
		struct text text = {0};

		diagnostics_print(&run->plan.diagnostics, &text);
		die(error.text, text_string(&text));
	}
	placement_node_plan(&run->plan.placement, 0, "stopper",
		request.variables.folder, &run->node_plan);
	free((void *)(uintptr_t)request.variables.folder);
}

/* Runs others until the operator has frozen or ended. */
static void freeze(struct run *run, struct instance *instance)
{
	uint64_t turns = 0;

	instance_quiesce(instance);
	while (instance->state == INSTANCE_RUNNING) {
		if (node_turn(run->node, -1) == NODE_DEADLOCKED)
			die(instance->name, "does not freeze");
		if (turns++ > 1000000)
			die(instance->name, "still runs after 1,000,000 turns");
	}
}

struct instance *another(struct run *run, const struct instance *old)
{
	struct instance *made = NULL;
	struct error error = ERROR_NONE;
	uint32_t in[PORTS_IN_MAX], out[PORTS_OUT_MAX];
	struct instance_make make = {old->name, old->plugin, old->description,
		old->functions, old->op.params, old->op.param_count, in, out,
		old->stdio.fd};

	for (uint32_t i = 0; i < old->op.in_count; i++)
		in[i] = old->ports.in.ports[i].count;
	for (uint32_t i = 0; i < old->op.out_count; i++)
		out[i] = old->ports.out.ports[i].count;
	if (instance_create(&made, &run->node->fabric, &make, &error) < 0)
		die(make.name, error.text);
	return made;
}

/* Another instance takes over state and streams. */
static void renew(struct run *run, uint32_t at)
{
	struct instance *old = run->node->operators[at], *made;
	uint32_t version = old->description->state.version;
	struct error error = ERROR_NONE;
	struct stream state;

	stream_init(
		&state, &run->node->fabric.streams, &stopper_state, "state");
	if (instance_save(old, &state, version, &error) < 0)
		die(old->name, error.text);
	made = another(run, old);
	pipeline_take_over(made, old);
	instance_destroy(&old);
	if (instance_prepare(made, &error) < 0)
		die(made->name, error.text);
	if (instance_restore(made, &state, version, &error) < 0)
		die(made->name, error.text);
	stream_release(&state);
	run->node->operators[at] = made;
	run->node->frozen--;
	run->node->running++;
	run->renewals++;
	if (instance_start(made, &error) < 0)
		die(made->name, error.text);
}

static void stop_all(struct run *run)
{
	struct error error = ERROR_NONE;

	for (uint32_t i = 0; i < run->node_plan.operator_count; i++) {
		struct instance *instance = run->node->operators[i];

		if (instance->state != INSTANCE_RUNNING)
			continue;
		freeze(run, instance);
		if (instance->state != INSTANCE_FROZEN)
			continue;
		run->stops++;
		if (run->mode == RENEW && instance->functions->save)
			renew(run, i);
		if (run->mode == DAMAGE && instance->functions->save)
			damage(run, instance);
		if (node_start(run->node, &error) < 0)
			die(instance->name, error.text);
	}
}

static enum mode mode_of(const char *name)
{
	static const char *const names[] = {
		"plain", "rerun", "renew", "handover", "damage", "future"};

	for (int i = 0; i < FAIL; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum mode)i;
	if (strncmp(name, "fail:", 5) != 0)
		die(name, "is no mode");
	return FAIL;
}

/* Faults strike from the first call on; what they lead to is seen at exit. */
static struct fake_os *faulty;

static void say_struck(void)
{
	if (faulty->fired)
		fprintf(stderr, "struck\n");
}

static void set_fault(struct run *run, const char *which)
{
	unsigned long nth = 0;
	int code = 0;

	if (sscanf(which, "fail:%lu:%d", &nth, &code) != 2)
		die(which, "is no fail:NTH:CODE");
	fake_os_fail_nth(&run->fake, nth, code);
	faulty = &run->fake;
	atexit(say_struck);
}

/* From its run on, each operator sees a host of a later minor. */
static void move_to_future(struct run *run)
{
	static struct later_host later;

	memset(&later, 0xdb, sizeof later);
	later.host = run->node->fabric.host;
	later.host.size = sizeof later;
	later.host.minor += 7;
	for (uint32_t i = 0; i < run->node_plan.operator_count; i++)
		run->node->operators[i]->op.host = &later.host;
}

static enum node_state future_turn(struct run *run)
{
	enum node_state state;

	for (uint32_t i = 0; i < run->node_plan.operator_count; i++)
		task_tell(&run->node->operators[i]->task, STOPPER_UNKNOWN_BITS);
	state = node_turn(run->node, -1);
	for (uint32_t i = 0; i < run->node_plan.operator_count; i++)
		task_untell(
			&run->node->operators[i]->task, STOPPER_UNKNOWN_BITS);
	return state;
}

void limit_records(struct run *run)
{
	for (uint32_t i = 0; run->records && i < run->node_plan.stream_count;
		i++)
		run->node->streams[i].records = run->records;
}

int main(int count, char **arguments)
{
	static struct run run;
	struct node_failure failure = {0};
	enum node_state state = NODE_RUNNING;
	int status = 0;

	if (count != 5 && count != 6)
		die("usage", "stopper MODE PLUGINS STORE ONE-LINER [RECORDS]");
	run.mode = mode_of(arguments[1]);
	run.store = arguments[3];
	run.records = count == 6 ? (uint32_t)atoi(arguments[5]) : 0;
	fake_os_init(&run.fake);
	if (run.mode == FAIL)
		set_fault(&run, arguments[1]);
	log_init(&run.log, &run.fake.os, 2, "stopper", LOG_NOTICE);
	make_plan(&run, arguments[2], arguments[4]);
	if (node_create(&run.node, &run.fake.os, &run.log, 0, &failure.error) <
		0)
		die("node", failure.error.text);
	if (node_build(run.node, &run.node_plan, arguments[3], 0, 1, &failure) <
		0)
		die(failure.name ? failure.name : "node", failure.error.text);
	run.node->fabric.spawner = stopper_spawner();
	limit_records(&run);
	if (run.mode == FUTURE)
		move_to_future(&run);
	if (node_start(run.node, &failure.error) < 0)
		die("start", failure.error.text);
	while (state == NODE_RUNNING) {
		state = run.mode == FUTURE ? future_turn(&run)
					   : node_turn(run.node, -1);
		if (state != NODE_RUNNING)
			break;
		if (run.mode == HANDOVER)
			state = hand_over(&run);
		else if (run.mode >= RERUN && run.mode <= DAMAGE)
			stop_all(&run);
	}
	if (state == NODE_DEADLOCKED)
		die("deadlock", node_waits(run.node));
	for (uint32_t i = 0; i < run.node_plan.operator_count; i++) {
		const struct instance *instance = run.node->operators[i];

		if (instance->state != INSTANCE_FAILED)
			continue;
		fprintf(stderr, "stopper: %s: %s\n", instance->name,
			instance->failure.text);
		status = 1;
	}
	fprintf(stderr, "stops %llu renewals %llu refusals %llu\n",
		(unsigned long long)run.stops, (unsigned long long)run.renewals,
		(unsigned long long)run.refusals);
	node_destroy(&run.node);
	node_plan_release(&run.node_plan);
	plan_release(&run.plan);
	return status;
}
