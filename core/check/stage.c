/* stage: see stage.h. The calls themselves are in stage_host.c. */
#include "core/check/stage.h"

#include "core/fiber/coroutine.h"
#include "core/host/fabric.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t members(const struct port_description *port);
static int make_ports(struct stage *stage);
static void lay_out(struct stage *stage);
static void reset_out(struct stage *stage, struct stage_out *out);

int stage_init(struct stage *stage, struct os *os, struct cells *cells,
	const struct tau_operator *type,
	const struct operator_description *description)
{
	*stage = (struct stage){.os = os,
		.thread = fabric_thread(),
		.pid = os->getpid(os),
		.type = type,
		.description = description,
		.cells = cells,
		.atomic = 65536,
		.version = description->state.version,
		.now_ns = STAGE_BEGIN_NS,
		.stop_at = STAGE_NEVER,
		.close_at = STAGE_NEVER,
		.fail_at = STAGE_NEVER,
		.gone_after = STAGE_RECORDS_MAX,
		.turn = 1};
	stage_init_children(stage);
	stage_host_init(stage);
	stage_os_init(stage);
	for (uint32_t i = 0; i < STAGE_WATCHES; i++)
		stage->watches[i].fd = -1;
	return make_ports(stage);
}

void stage_release(struct stage *stage)
{
	stage_leave(stage);
	stage_release_children(stage);
	for (uint32_t i = 0; i < stage->in_total; i++)
		stage_in_clear(stage, &stage->ins[i]);
	for (uint32_t i = 0; i < stage->out_total; i++) {
		stage_out_clear(stage, &stage->outs[i]);
		free(stage->outs[i].records);
	}
	stage_in_clear(stage, &stage->state_in);
	stage_out_clear(stage, &stage->state_out);
	free(stage->state_out.records);
	free(stage->ins);
	free(stage->outs);
	free(stage->in_heads);
	free(stage->in_ports);
	free(stage->out_heads);
	free(stage->out_ports);
	free(stage->in_groups);
	free(stage->out_groups);
	free(stage->next_member);
}

void stage_leave_if_copy(struct stage *stage)
{
	if (stage->os->getpid(stage->os) != stage->pid)
		stage->os->exit(stage->os, 0);
}

int stage_create(struct stage *stage)
{
	stage->op.self = NULL;
	stage->op.flags = 0;
	stage->running = false;
	return stage->type->create ? stage->type->create(&stage->op) : 0;
}

void stage_destroy(struct stage *stage)
{
	stage->running = false;
	if (stage->type->destroy)
		stage->type->destroy(&stage->op);
	stage->op.self = NULL;
	/* Nor does a node watch for who is not there any more. */
	for (uint32_t i = 0; i < STAGE_WATCHES; i++)
		stage->watches[i].fd = -1;
	stage_attend_children(stage);
}

/* Calls a continuation until it has ended, failed or frozen. */
static int continue_run(struct stage *stage)
{
	uint64_t ready = 0;

	for (;;) {
		struct tau_want want = {0};
		int flow;

		stage->fresh = UINT32_MAX;
		flow = stage->type->on_ready(&stage->op, ready, &want);
		stage_harvest(stage);
		if (flow != TAU_WAIT)
			return flow > 0 && flow != TAU_OK ? 1000 + flow : flow;
		if (stage->stopping || stage->closing)
			return 0;
		flow = stage_wait(stage, &want, &ready);
		if (flow == TAU_END) {
			stage->closing = true;
			ready = TAU_CLOSE;
		}
	}
}

static void run_there(void *argument)
{
	struct stage *stage = argument;

	stage->returned = stage->type->run(&stage->op);
}

/* On a stack as large as the description says. Nothing suspends, so it comes
 * back when run has returned. */
static int run_on_its_stack(struct stage *stage)
{
	struct coroutine *coroutine = NULL;
	struct error error = ERROR_NONE;
	int code;

	if (!stage->stacks)
		return stage->type->run(&stage->op);
	code = coroutine_create(&coroutine, stage->stacks,
		stage->description->stack_bytes, run_there, stage, &error);
	if (code < 0)
		return stage->op.host->fail(
			&stage->op, code, error.text, strlen(error.text));
	(void)coroutine_resume(coroutine, 0);
	coroutine_destroy(&coroutine);
	return stage->returned;
}

int stage_run(struct stage *stage)
{
	int code;

	stage->running = true;
	stage->run_waits = 0;
	stage->stopping = false;
	stage->fresh = 0;
	code = stage->type->run ? run_on_its_stack(stage) : continue_run(stage);
	stage_leave_if_copy(stage);
	stage->running = false;
	stage_harvest(stage);
	return stage->broken < 0 ? stage->broken : code;
}

int stage_save(struct stage *stage)
{
	int code;

	reset_out(stage, &stage->state_out);
	stage_out_clear(stage, &stage->state_out);
	stage->state_out.head.atomic = UINT32_MAX;
	stage->running = false;
	code = stage->type->save(
		&stage->op, &stage->state_out.head, stage->version);
	stage_harvest_one(stage, &stage->state_out);
	return code;
}

int stage_restore(struct stage *stage, const struct stage_record *from,
	size_t count, bool *left)
{
	struct stage_in *in = &stage->state_in;
	int code;

	stage_in_clear(stage, in);
	in->feed = from;
	in->count = count;
	stage->running = false;
	code = stage->type->restore(&stage->op, &in->head, stage->version);
	if (code == 0) {
		stage->op.flags = TAU_RESTORED;
		*left = tau_peek_at(&stage->op, &in->head) != NULL;
	}
	stage_in_clear(stage, in);
	return code;
}

static uint32_t members(const struct port_description *port)
{
	return port->variadic ? STAGE_MEMBERS : 1;
}

static int make_ports(struct stage *stage)
{
	const struct operator_description *described = stage->description;

	for (uint32_t i = 0; i < described->in_count; i++)
		stage->in_total += members(&described->in[i]);
	for (uint32_t i = 0; i < described->out_count; i++)
		stage->out_total += members(&described->out[i]);
	stage->ins = calloc(stage->in_total + 1, sizeof *stage->ins);
	stage->outs = calloc(stage->out_total + 1, sizeof *stage->outs);
	stage->in_heads = calloc(stage->in_total + 1, sizeof(void *));
	stage->out_heads = calloc(stage->out_total + 1, sizeof(void *));
	stage->in_ports = calloc(described->in_count + 1, sizeof(void *));
	stage->out_ports = calloc(described->out_count + 1, sizeof(void *));
	stage->in_groups =
		calloc(described->in_count + 1, sizeof *stage->in_groups);
	stage->out_groups =
		calloc(described->out_count + 1, sizeof *stage->out_groups);
	stage->next_member =
		calloc(described->in_count + described->out_count + 1,
			sizeof *stage->next_member);
	if (!stage->ins || !stage->outs || !stage->in_heads ||
		!stage->out_heads || !stage->in_ports || !stage->out_ports ||
		!stage->in_groups || !stage->out_groups || !stage->next_member)
		return -ENOMEM;
	lay_out(stage);
	return 0;
}

static void lay_out(struct stage *stage)
{
	const struct operator_description *described = stage->description;
	uint32_t at = 0;

	for (uint32_t i = 0; i < described->in_count; i++) {
		uint32_t count = members(&described->in[i]);

		stage->in_ports[i] = &stage->ins[at].head;
		stage->in_groups[i].in = &stage->in_heads[at];
		stage->in_groups[i].count = described->in[i].variadic * count;
		for (uint32_t m = 0; m < count; m++, at++) {
			stage->in_heads[at] = &stage->ins[at].head;
			stage->ins[at].head.index = i;
			stage->ins[at].head.member = m;
		}
	}
	at = 0;
	for (uint32_t i = 0; i < described->out_count; i++) {
		uint32_t count = members(&described->out[i]);

		stage->out_ports[i] = &stage->outs[at].head;
		stage->out_groups[i].out = &stage->out_heads[at];
		stage->out_groups[i].count = described->out[i].variadic * count;
		for (uint32_t m = 0; m < count; m++, at++) {
			stage->out_heads[at] = &stage->outs[at].head;
			stage->outs[at].port = &described->out[i];
			stage->outs[at].head.index = i;
			stage->outs[at].head.member = m;
			reset_out(stage, &stage->outs[at]);
		}
	}
	stage->op.host = &stage->host;
	stage->op.in = stage->in_ports;
	stage->op.out = stage->out_ports;
	stage->op.in_group = stage->in_groups;
	stage->op.out_group = stage->out_groups;
	stage->op.in_count = described->in_count;
	stage->op.out_count = described->out_count;
	stage->op.param_count = (uint32_t)described->param_count;
}

static void reset_out(struct stage *stage, struct stage_out *out)
{
	out->head.next = out->head.limit = out->slots;
	out->head.body = out->head.body_limit = (uint8_t *)out->slots;
	out->head.atomic = stage->atomic;
	out->head.state = TAU_OK;
	out->head.credit = 0;
	out->cell = NULL;
}
