/* version: what a node's process is told to be. See the header. */
#include "core/fleet/version.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

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
	free(version);
}

void version_put(struct version **place, struct version *version)
{
	struct version *former = *place;

	*place = version;
	version_drop(&former);
}
