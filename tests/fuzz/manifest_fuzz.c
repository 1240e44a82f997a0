/*
 * manifest_fuzz: any bytes as a manifest, as far as they go: places, structs,
 * variables, topology, the plan of a node, and back to text.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/plan/graph.h"
#include "core/text/locate.h"
#include "core/plan/node_plan.h"
#include "core/plan/placement.h"
#include "core/plan/variables.h"
#include "tests/fixtures/demo.c"
#include "tests/fuzz/memory_catalogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* What our walk refuses though jansson takes it: what exceeds a bound, and a
 * NUL byte behind a number. */
static void check_walk(
	const struct source *source, const struct diagnostics *diagnostics)
{
	json_t *json = json_loadb(source->text, source->bytes, 0, NULL);
	if (json != NULL && memchr(source->text, '\0', source->bytes) == NULL)
		CHECK(strstr(diagnostics->items[0].text, "limit") != NULL ||
			strstr(diagnostics->items[0].text, "at most") != NULL);
	json_decref(json);
}

static void check_printed(const struct manifest *manifest)
{
	struct text text = {0}, twice = {0};
	struct source source = {.name = "printed", .folder = "/"};
	struct diagnostics diagnostics;
	struct manifest again = {0};
	manifest_print(manifest, &text);
	source.text = text_string(&text);
	source.bytes = text.count;
	diagnostics_init(&diagnostics, &source);
	int result = manifest_parse(&again, &source, &diagnostics);
	CHECK(result == 0);
	manifest_print(&again, &twice);
	CHECK(strcmp(text_string(&text), text_string(&twice)) == 0);
	manifest_release(&again);
	diagnostics_release(&diagnostics);
	text_release(&twice);
	text_release(&text);
}

static void check_node(const struct placement *placement, uint32_t node)
{
	struct node_plan plan = {0}, copy = {0};
	struct error error = ERROR_NONE;
	if (placement->nodes[node].written->kind != NODE_OPERATORS)
		return;
	placement_node_plan(placement, node, "fuzz", "/", &plan);
	char *text = node_plan_encode(&plan);
	int result = node_plan_decode(&copy, text, strlen(text), &error);
	CHECK(result == 0);
	char *again = node_plan_encode(&copy);
	CHECK(strcmp(text, again) == 0);
	free(again);
	free(text);
	node_plan_release(&copy);
	node_plan_release(&plan);
}

static void check_placed(
	const struct topology *topology, struct diagnostics *diagnostics)
{
	struct placement placement;
	struct text text = {0};
	placement_make(&placement, topology);
	for (uint32_t i = 0; i < placement.node_count && i < 16; i++)
		check_node(&placement, i);
	graph_tree(&placement, &text);
	graph_dot(&placement, &text);
	graph_mermaid(&placement, &text);
	graph_json(&placement, &text);
	placement_check(&placement, diagnostics);
	placement_runnable(&placement, diagnostics);
	text_release(&text);
	placement_release(&placement);
}

static void resolve(struct manifest *manifest, struct catalogue *catalogue,
	struct diagnostics *diagnostics)
{
	static const char *const settings[] = {"a=1", "b=x"};
	struct variables_input input = {settings, 2, NULL, "/current"};
	struct topology topology = {0};
	variables_apply(manifest, &input, diagnostics);
	int result =
		topology_resolve(&topology, manifest, catalogue, diagnostics);
	uint32_t settings_said = 0;
	for (uint32_t i = 0; i < diagnostics->count && i < MANIFEST_ERRORS_MAX;
		i++)
		settings_said += diagnostics->items[i].at == AT_NONE;
	if (result == 0 && diagnostics->count == settings_said)
		check_placed(&topology, diagnostics);
	topology_release(&topology);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct catalogue *catalogue;
	struct source source = {.name = "fuzz",
		.text = (const char *)data,
		.bytes = bytes,
		.folder = "/folder"};
	struct manifest manifest = {0};
	struct diagnostics diagnostics;
	struct text text = {0};
	if (catalogue == NULL)
		catalogue = memory_catalogue(&tau_note_, sizeof tau_note_);
	diagnostics_init(&diagnostics, &source);
	int result = manifest_parse(&manifest, &source, &diagnostics);
	CHECK((result == 0) == (diagnostics.count == 0));
	if (manifest.locate == NULL)
		check_walk(&source, &diagnostics);
	if (result == 0)
		check_printed(&manifest);
	if (manifest.read)
		resolve(&manifest, catalogue, &diagnostics);
	diagnostics_print(&diagnostics, &text);
	text_release(&text);
	manifest_release(&manifest);
	diagnostics_release(&diagnostics);
	return 0;
}
