/*
 * stopper_states: what operators save, in other hands: a whole node that is
 * handed over, and states that are damaged. See stopper.c.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/carry.h"
#include "core/host/handover.h"
#include "core/plan/plan.h"
#include "tests/stopper.h"

enum {
	HANDOVERS_DENSE = 24, /* at each turn so often, and then */
	HANDOVERS_EVERY = 64, /* each so many turns */
	DAMAGES_MAX = 60,     /* saves that are damaged, of all operators */
	PARTS_MAX = 400,      /* records of one state */
};

const struct stream_settings stopper_state = {
	0, 64, STREAM_ATOMIC_MAX, STREAM_GROW};

static struct node *build(struct run *run)
{
	struct node_failure failure = {0};
	struct node *made = NULL;

	if (node_create(&made, &run->fake.os, &run->log, 0, &failure.error) <
			0 ||
		node_build(made, &run->node_plan, run->store, 0, 1, &failure) <
			0)
		die("the next node", failure.error.text);
	made->fabric.spawner = stopper_spawner();
	return made;
}

static enum node_state freeze(struct run *run)
{
	enum node_state state;
	uint64_t turns = 0;

	node_freeze(run->node);
	while ((state = node_turn(run->node, -1)) == NODE_RUNNING)
		if (turns++ > 1000000)
			die("the node", "does not stand still");
	return state;
}

enum node_state hand_over(struct run *run)
{
	struct node_failure failure = {0};
	struct node *old = run->node;
	enum node_state state;
	struct carry carry;
	struct carry_reader reader;
	char *before, *after;

	if (run->turns++ > HANDOVERS_DENSE && run->turns % HANDOVERS_EVERY)
		return NODE_RUNNING;
	state = freeze(run);
	if (state != NODE_FROZEN)
		return state;
	carry_init(&carry, &run->fake.os);
	if (handover_save(&carry, old, NULL, 0, &failure) < 0)
		die(failure.name ? failure.name : "save", failure.error.text);
	carry_whole(&carry);
	before = handover_proof(old);
	run->node = build(run);
	limit_records(run);
	reader = carry_read(&carry);
	if (handover_restore(run->node, &reader, &failure) < 0)
		die(failure.name ? failure.name : "restore",
			failure.error.text);
	after = handover_proof(run->node);
	if (strcmp(before, after) != 0)
		die("the proof", after);
	free(before);
	free(after);
	carry_release(&carry);
	node_destroy(&old);
	if (node_thaw(run->node, &failure.error) < 0)
		die("thaw", failure.error.text);
	run->stops++;
	run->renewals++;
	return NODE_RUNNING;
}

/* --- damage --- */

/* The records of a state, as copies. */
static struct {
	struct part {
		uint8_t *body;
		uint32_t bytes, type;
		int fd;
	} part[PARTS_MAX];
	uint32_t count; /* as saved */
	uint32_t kept;  /* as replayed */
} parts;

/* In the place of an operator's restore: keeps copies. */
static int collect(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	const struct tau_record *record;

	(void)version;
	while ((record = tau_read_at(op, state))) {
		struct part *part = &parts.part[parts.count];

		if (parts.count++ == PARTS_MAX)
			return -E2BIG;
		*part = (struct part){malloc(record->bytes + 1), record->bytes,
			record->type, -1};
		if (record->type == TAU_FD)
			part->fd = op->host->fd_take(op, record);
		else
			memcpy(part->body, record->body, record->bytes);
		tau_consume_at(op, state);
	}
	return 0;
}

/* In the place of its save: writes the first of them again. */
static int replay(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	int flow = TAU_OK;

	(void)version;
	for (uint32_t i = 0; flow == TAU_OK && i < parts.kept; i++) {
		const struct part *part = &parts.part[i];

		flow = part->type == TAU_FD
			       ? op->host->fd_send(op, state, part->fd, 0)
			       : tau_write_at(op, state, part->body,
					 part->bytes, (uint16_t)part->type);
	}
	return flow;
}

static void forget(void)
{
	for (uint32_t i = 0; i < parts.count && i < PARTS_MAX; i++) {
		free(parts.part[i].body);
		if (parts.part[i].fd >= 0)
			close(parts.part[i].fd);
	}
	parts.count = 0;
}

/* Gives what is kept of the parts to another one. */
static int try_parts(
	struct run *run, const struct instance *old, struct error *error)
{
	const struct tau_operator replaying = {
		.size = sizeof replaying, .name = old->name, .save = replay};
	struct instance *made = another(run, old);
	const struct tau_operator *functions = made->functions;
	struct stream state;
	int result;

	if (instance_prepare(made, error) < 0)
		die(made->name, error->text);
	stream_init(
		&state, &run->node->fabric.streams, &stopper_state, "state");
	made->functions = &replaying;
	if (instance_save(made, &state, 1, error) < 0)
		die(made->name, error->text);
	made->functions = functions;
	result = instance_restore(made, &state, 1, error);
	stream_release(&state);
	instance_destroy(&made);
	return result;
}

/* Each bit of the parts is wrong once, or some are: nothing to be seen but
 * that nobody reads where there is nothing. */
static void flip(struct run *run, const struct instance *old)
{
	parts.kept = parts.count;
	for (uint32_t i = 0; i < parts.count; i++) {
		struct part *part = &parts.part[i];
		uint32_t step = part->bytes / 8 + 1;

		for (uint32_t at = 0; at < part->bytes; at += step) {
			struct error error = ERROR_NONE;

			if (part->type == TAU_FD)
				continue;
			part->body[at] ^= (uint8_t)(1 << (at + i) % 8);
			(void)try_parts(run, old, &error);
			part->body[at] ^= (uint8_t)(1 << (at + i) % 8);
		}
	}
}

static void collect_parts(struct run *run, struct instance *old)
{
	const struct tau_operator collecting = {.size = sizeof collecting,
		.name = old->name,
		.restore = collect};
	struct instance *made = another(run, old);
	const struct tau_operator *functions = made->functions;
	struct error error = ERROR_NONE;
	struct stream state;

	stream_init(
		&state, &run->node->fabric.streams, &stopper_state, "state");
	if (instance_save(old, &state, 1, &error) < 0 ||
		instance_prepare(made, &error) < 0)
		die(old->name, error.text);
	made->functions = &collecting;
	if (instance_restore(made, &state, 1, &error) < 0)
		die(old->name, error.text);
	made->functions = functions;
	stream_release(&state);
	instance_destroy(&made);
}

void damage(struct run *run, struct instance *old)
{
	struct error error = ERROR_NONE;

	if (run->renewals++ > DAMAGES_MAX)
		return;
	collect_parts(run, old);
	for (parts.kept = 0; parts.kept < parts.count; parts.kept++) {
		error = ERROR_NONE;
		if (try_parts(run, old, &error) >= 0)
			die(old->name, "takes a state that is cut short");
		if (strlen(error.text) < 20)
			die(old->name, "refuses a state without a sentence");
		run->refusals++;
	}
	error = ERROR_NONE;
	if (try_parts(run, old, &error) < 0)
		die(old->name, error.text);
	flip(run, old);
	forget();
}
