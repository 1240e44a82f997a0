/* pipeline: operators that are functions of a test. See the header. */
#include "tests/pipeline.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static void stopped(struct fabric *fabric, struct instance *instance);

void pipeline_init(struct pipeline *pipeline)
{
	struct error error = ERROR_NONE;
	struct os *os = pipeline->os;
	uint64_t seed = pipeline->seed;

	memset(pipeline, 0, sizeof *pipeline);
	os_linux_init(&pipeline->linux_os);
	pipeline->os = os ? os : &pipeline->linux_os;
	log_init(&pipeline->log, pipeline->os, 2, "test", LOG_NOTICE);
	ck_assert_msg(fabric_init(&pipeline->fabric, pipeline->os,
			      &pipeline->log, seed, &error) == 0,
		"%s", error.text);
	pipeline->fabric.owner = pipeline;
	pipeline->fabric.stopped = stopped;
}

uint32_t pipeline_add(struct pipeline *pipeline,
	const struct tau_operator *functions, const char *json)
{
	uint32_t at = pipeline->count++;
	struct error error = ERROR_NONE;
	char text[4096];

	ck_assert(at < PIPELINE_MAX);
	snprintf(text, sizeof text,
		"{\"abi\":\"1.0\",\"name\":\"test\",\"version\":\"1.0.0\","
		"\"operators\":[%s]}",
		json);
	ck_assert_msg(description_create(&pipeline->descriptions[at], "test",
			      text, strlen(text), &error) == 0,
		"%s", error.text);
	pipeline->makes[at] = (struct instance_make){
		.name = functions->name,
		.plugin = "test",
		.description = pipeline->descriptions[at]->operators,
		.functions = functions,
		.in_members = pipeline->in_members[at],
		.out_members = pipeline->out_members[at],
		.stdio_fd = -1,
	};
	return at;
}

uint32_t pipeline_connect(struct pipeline *pipeline, uint32_t from,
	uint32_t from_port, uint32_t to, uint32_t to_port,
	const struct stream_settings *settings)
{
	static const struct stream_settings defaults = {STREAM_CAPACITY_DEFAULT,
		STREAM_RECORDS_DEFAULT, STREAM_ATOMIC_DEFAULT, STREAM_BLOCK};
	uint32_t at = pipeline->edge_count++;

	ck_assert(at < PIPELINE_MAX);
	pipeline->edges[at].from = from;
	pipeline->edges[at].from_port = from_port;
	if (from != PIPELINE_OUTSIDE)
		pipeline->edges[at].from_member =
			pipeline->out_members[from][from_port]++;
	pipeline->edges[at].to = to;
	pipeline->edges[at].to_port = to_port;
	if (to != PIPELINE_OUTSIDE)
		pipeline->edges[at].to_member =
			pipeline->in_members[to][to_port]++;
	stream_init(&pipeline->streams[at], &pipeline->fabric.streams,
		settings ? settings : &defaults, "edge");
	return at;
}

static void connect_edge(struct pipeline *pipeline, uint32_t at)
{
	uint32_t from = pipeline->edges[at].from;
	uint32_t to = pipeline->edges[at].to;

	if (from != PIPELINE_OUTSIDE)
		ports_connect(&pipeline->operators[from]->ports.out,
			pipeline->edges[at].from_port,
			pipeline->edges[at].from_member,
			&pipeline->streams[at]);
	if (to != PIPELINE_OUTSIDE)
		ports_connect(&pipeline->operators[to]->ports.in,
			pipeline->edges[at].to_port,
			pipeline->edges[at].to_member, &pipeline->streams[at]);
}

void pipeline_start(struct pipeline *pipeline)
{
	struct error error = ERROR_NONE;

	for (uint32_t i = 0; i < pipeline->count; i++)
		ck_assert(instance_create(&pipeline->operators[i],
				  &pipeline->fabric, &pipeline->makes[i],
				  &error) == 0);
	for (uint32_t i = 0; i < pipeline->edge_count; i++)
		connect_edge(pipeline, i);
	for (uint32_t i = 0; i < pipeline->count; i++)
		ck_assert_msg(
			instance_prepare(pipeline->operators[i], &error) == 0,
			"%s", error.text);
	for (uint32_t i = 0; i < pipeline->count; i++) {
		ck_assert(instance_start(pipeline->operators[i], &error) == 0);
		pipeline->running++;
	}
}

bool pipeline_run(struct pipeline *pipeline)
{
	while (pipeline->running > 0)
		if (!fabric_turn(&pipeline->fabric, -1))
			return false;
	return true;
}

void pipeline_move(struct pipeline *pipeline, uint32_t at)
{
	static const struct stream_settings grows = {
		0, 64, STREAM_ATOMIC_MAX, STREAM_GROW};
	struct instance *old = pipeline->operators[at], *made = NULL;
	struct error error = ERROR_NONE;
	struct stream state;

	instance_quiesce(old);
	while (old->state == INSTANCE_RUNNING)
		ck_assert(fabric_turn(&pipeline->fabric, -1));
	ck_assert_int_eq(old->state, INSTANCE_FROZEN);
	stream_init(&state, &pipeline->fabric.streams, &grows, "state");
	ck_assert_int_eq(instance_save(old, &state, 1, &error), 0);
	ck_assert_int_eq(instance_create(&made, &pipeline->fabric,
				 &pipeline->makes[at], &error),
		0);
	pipeline_take_over(made, old);
	instance_destroy(&old);
	ck_assert_int_eq(instance_prepare(made, &error), 0);
	ck_assert_msg(instance_restore(made, &state, 1, &error) == 0, "%s",
		error.text);
	stream_release(&state);
	pipeline->operators[at] = made;
	pipeline->frozen--;
	pipeline->running++;
	ck_assert_int_eq(instance_start(made, &error), 0);
}

static void take_side(struct port_side *to, struct port_side *from)
{
	for (uint32_t i = 0; i < from->end_count; i++) {
		struct port_end *end = &from->ends[i];
		struct stream *stream = end->stream;

		end->stream = NULL;
		if (stream)
			ports_connect(to, (uint32_t)(end->port - from->ports),
				(uint32_t)(end - end->port->ends), stream);
	}
}

void pipeline_take_over(struct instance *made, struct instance *old)
{
	take_side(&made->ports.in, &old->ports.in);
	take_side(&made->ports.out, &old->ports.out);
}

void pipeline_release(struct pipeline *pipeline)
{
	for (uint32_t i = 0; i < pipeline->count; i++)
		instance_destroy(&pipeline->operators[i]);
	for (uint32_t i = 0; i < pipeline->edge_count; i++)
		stream_release(&pipeline->streams[i]);
	ck_assert_uint_eq(chunks_live(pipeline->fabric.chunks), 0);
	fabric_release(&pipeline->fabric);
	for (uint32_t i = 0; i < pipeline->count; i++)
		description_destroy(&pipeline->descriptions[i]);
}

static void stopped(struct fabric *fabric, struct instance *instance)
{
	struct pipeline *pipeline = fabric->owner;

	pipeline->running--;
	pipeline->frozen += instance->state == INSTANCE_FROZEN;
	pipeline->failed += instance->state == INSTANCE_FAILED;
}
