/*
 * substitute: puts the values of variables into a manifest's texts.
 */
#ifndef TAU_CORE_PLAN_SUBSTITUTE_H
#define TAU_CORE_PLAN_SUBSTITUTE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/text/diagnostic.h"
#include "core/plan/manifest.h"

/* A variable that was worked out. */
struct substitute_value {
	const char *name;
	json_t *json; /* NULL: it has no value */
	bool secret;
	bool broken; /* its error was said: references are silent */
};

/* Goes through every text where variables may stand. */
void substitute_all(struct manifest *manifest,
	const struct substitute_value *values, uint32_t count,
	struct diagnostics *diagnostics);

#endif
