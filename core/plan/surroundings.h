/*
 * surroundings: what a node's process finds around it, as its manifest says:
 * the current folder, additions to the environment, and processors.
 */
#ifndef TAU_CORE_PLAN_SURROUNDINGS_H
#define TAU_CORE_PLAN_SURROUNDINGS_H

#include <stdint.h>

#include "core/plan/manifest.h"

struct surroundings {
	char *folder;    /* absolute; NULL: its supervisor's */
	char **settings; /* "NAME=VALUE" */
	uint32_t setting_count;
	uint32_t *cpus; /* none: all */
	uint32_t cpu_count;
};

/* NULL where the manifest says nothing of these. A relative folder is put
 * behind the manifest's own. The caller's to destroy. */
struct surroundings *surroundings_create(
	const struct manifest_node *node, const char *folder);

/* NULL is fine. */
void surroundings_destroy(struct surroundings **surroundings);

#endif
