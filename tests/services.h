/*
 * services: what tests of operators share, beside pipeline.h: descriptions,
 * tables, and a few operators that any of them may need. Each test runs in a
 * process of its own, so what operators see is static.
 */
#ifndef TESTS_SERVICES_H
#define TESTS_SERVICES_H

#include "tests/pipeline.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>

enum { IN, OUT = 0 };

#define PORT_IN "\"in\":[{\"name\":\"in\"}]"
#define PORT_OUT "\"out\":[{\"name\":\"out\"}]"
#define MANY_IN "\"in\":[{\"name\":\"in\",\"variadic\":true}]"
#define MANY_OUT "\"out\":[{\"name\":\"out\",\"variadic\":true}]"

/* A table NAME_operator with the function NAME_run, or NAME_ready. */
#define OPERATOR(name_)                                                        \
	static const struct tau_operator name_##_operator = {                  \
		.size = sizeof name_##_operator,                               \
		.name = #name_,                                                \
		.run = name_##_run}
#define CONTINUATION(name_)                                                    \
	static const struct tau_operator name_##_operator = {                  \
		.size = sizeof name_##_operator,                               \
		.name = #name_,                                                \
		.on_ready = name_##_ready}

static struct pipeline p;

static inline uint32_t add(
	const struct tau_operator *functions, const char *ports)
{
	char json[1024];
	char style[64] = "";

	if (functions->on_ready)
		snprintf(style, sizeof style, "\"style\":\"continuation\",");
	snprintf(json, sizeof json, "{\"name\":\"%s\",%s%s}", functions->name,
		style, ports);
	return pipeline_add(&p, functions, json);
}

static inline uint32_t connect_ports(
	uint32_t from, uint32_t from_port, uint32_t to, uint32_t to_port)
{
	return pipeline_connect(&p, from, from_port, to, to_port, NULL);
}

/* So many turns, none of which waits. */
static inline void turn(int count)
{
	while (count-- > 0)
		fabric_turn(&p.fabric, 0);
}

/* Runs to the end, which it must reach with so many operators failed. */
static inline void run_failing(uint32_t failed)
{
	ck_assert(pipeline_run(&p));
	ck_assert_uint_eq(p.failed, failed);
}

static inline const char *failure_of(uint32_t at)
{
	return p.operators[at]->failure.text;
}

/* Writes one small record; what tau_write says. */
static inline int put(struct tau_op *op, uint32_t port, uint64_t number)
{
	return tau_write(op, port, &number, sizeof number, TAU_BYTES);
}

static inline uint64_t number_of(const struct tau_record *record)
{
	uint64_t number;

	ck_assert_uint_eq(record->bytes, sizeof number);
	memcpy(&number, record->body, sizeof number);
	return number;
}

#endif
