/*
 * bench_plugin: operators of a bench's plugin in pipelines of a program that
 * counts what they cost, and what its sink says at the end.
 */
#ifndef TESTS_BENCH_PLUGIN_H
#define TESTS_BENCH_PLUGIN_H

#include "tests/pipeline.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IN_PORT "\"in\":[{\"name\":\"in\",\"type\":\"any\"}]"
#define OUT_PORT "\"out\":[{\"name\":\"out\",\"type\":\"any\"}]"

static const struct tau_plugin *plugin;
static long seen;

/* Behind the sink: what it says. */
static int told_run(struct tau_op *op)
{
	const struct tau_record *record;

	while ((record = tau_read(op, 0))) {
		char text[64] = "";

		memcpy(text, record->body,
			record->bytes < 63 ? record->bytes : 63);
		seen = atol(text);
		tau_consume(op, 0);
	}
	return 0;
}

static const struct tau_operator told = {
	.size = sizeof told, .name = "told", .run = told_run};

static inline const struct tau_operator *find(const char *name)
{
	for (uint32_t i = 0; i < plugin->count; i++)
		if (strcmp(plugin->operators[i]->name, name) == 0)
			return plugin->operators[i];
	fprintf(stderr, "the plugin has no %s\n", name);
	exit(2);
}

static inline uint32_t add(struct pipeline *pipeline,
	const struct tau_operator *functions, const char *ports)
{
	char json[256];

	snprintf(json, sizeof json, "{\"name\":\"%s\",%s}", functions->name,
		ports);
	return pipeline_add(pipeline, functions, json);
}

static inline bool load(const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	plugin = library ? dlsym(library, "tau_plugin_v1") : NULL;
	if (!plugin)
		fprintf(stderr, "%s: %s\n", path, dlerror());
	return plugin != NULL;
}

#endif
