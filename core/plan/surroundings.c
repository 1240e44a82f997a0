/* surroundings: what a node's process finds around it. See the header. */
#include "core/plan/surroundings.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/text/text.h"

static char *join(const char *one, const char *between, const char *other)
{
	struct text text = {0};

	text_format(&text, "%s%s%s", one, between, other);
	return text_take(&text);
}

struct surroundings *surroundings_create(
	const struct manifest_node *node, const char *folder)
{
	struct surroundings *made;

	if (!node->cwd && !node->environment_count && !node->cpu_count)
		return NULL;
	made = calloc(1, sizeof *made);
	CHECK(made != NULL);
	if (node->cwd && node->cwd[0] == '/')
		made->folder = join(node->cwd, "", "");
	else if (node->cwd)
		made->folder = join(folder, "/", node->cwd);
	made->settings =
		calloc(node->environment_count + 1u, sizeof *made->settings);
	made->cpus = calloc(node->cpu_count + 1u, sizeof *made->cpus);
	CHECK(made->settings != NULL && made->cpus != NULL);
	for (uint32_t i = 0; i < node->environment_count; i++)
		made->settings[made->setting_count++] =
			join(node->environment[i].name, "=",
				json_string_value(node->environment[i].value));
	if (node->cpu_count)
		memcpy(made->cpus, node->cpus,
			node->cpu_count * sizeof *made->cpus);
	made->cpu_count = node->cpu_count;
	return made;
}

/* A value may hold a secret. */
void surroundings_destroy(struct surroundings **place)
{
	struct surroundings *old = *place;

	*place = NULL;
	if (!old)
		return;
	for (uint32_t i = 0; i < old->setting_count; i++) {
		explicit_bzero(old->settings[i], strlen(old->settings[i]));
		free(old->settings[i]);
	}
	free(old->settings);
	free(old->cpus);
	free(old->folder);
	free(old);
}
