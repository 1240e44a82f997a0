/* version: what a node's process is told to be. See the header. */
#include "core/fleet/version.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/plan/node_plan.h"
#include "core/step/links_pair.h"
#include "core/text/text.h"

static char *label_of(const struct node_plan *plan);
static bool is_named(const struct node_plan *plan, uint32_t before);

struct version *version_create(struct command_text plan, char *states,
	char *label, bool with_stdin, bool with_stdout)
{
	struct version *version = calloc(1, sizeof *version);

	CHECK(version != NULL);
	*version = (struct version){.holders = 1,
		.plan = malloc(plan.bytes + 1),
		.plan_bytes = plan.bytes,
		.states = states,
		.label = label,
		.with_stdin = with_stdin,
		.with_stdout = with_stdout};
	CHECK(version->plan != NULL);
	if (plan.bytes)
		memcpy(version->plan, plan.text, plan.bytes);
	return version;
}

const char *version_label(struct version *version)
{
	struct node_plan plan = {0};

	if (version->label && version->label[0])
		return version->label;
	free(version->label);
	version->label = NULL;
	if (node_plan_decode(&plan, version->plan, version->plan_bytes, NULL) ==
		0)
		version->label = label_of(&plan);
	node_plan_release(&plan);
	return version->label ? version->label : "";
}

void version_connect(struct version *version, const struct links_pair *links,
	uint32_t link_count, uint32_t node)
{
	uint32_t count = 0;

	for (int filling = 0; filling < 2; filling++) {
		for (uint32_t i = 0; i < link_count; i++) {
			int side = links[i].nodes[1] == node;

			if (links[i].gone || links[i].nodes[side] != node)
				continue;
			if (!filling)
				count++;
			else
				version->links[links[i].places[side]] = i;
		}
		if (filling)
			break;
		free(version->links);
		version->links = calloc(count + 1u, sizeof *version->links);
		CHECK(version->links != NULL);
		version->link_count = count;
	}
}

struct version *version_hold(struct version *version)
{
	if (version)
		version->holders++;
	return version;
}

void version_drop(struct version **place)
{
	struct version *version = *place;

	*place = NULL;
	if (!version)
		return;
	CHECK(version->holders > 0);
	if (--version->holders > 0)
		return;
	explicit_bzero(version->plan, version->plan_bytes);
	free(version->plan);
	free(version->states);
	free(version->label);
	free(version->links);
	free(version->sources);
	surroundings_destroy(&version->around);
	free(version);
}

void version_put(struct version **place, struct version *version)
{
	struct version *former = *place;

	*place = version;
	version_drop(&former);
}

/* Each plugin once, in the order of the operators. */
static char *label_of(const struct node_plan *plan)
{
	struct text text = {0};
	const char *between = "";

	if (plan->command_count)
		text_add(&text, plan->command[0]);
	for (uint32_t i = 0; i < plan->operator_count; i++) {
		const struct node_plan_operator *one = &plan->operators[i];

		if (is_named(plan, i))
			continue;
		text_format(&text, "%s%s", between, one->plugin);
		if (one->version)
			text_format(&text, " %s", one->version);
		text_format(&text, " (%.8s)", one->sha256);
		between = ", ";
	}
	return text_take(&text);
}

/* Whether an operator before that one is of the same file. */
static bool is_named(const struct node_plan *plan, uint32_t before)
{
	for (uint32_t i = 0; i < before; i++)
		if (!strcmp(plan->operators[i].sha256,
			    plan->operators[before].sha256))
			return true;
	return false;
}
