/* param: reads the params of an operator's description. */
#ifndef TAU_CORE_PLAN_PARAM_H
#define TAU_CORE_PLAN_PARAM_H

#include "core/plan/arena.h"
#include "core/plan/description.h"
#include "core/plan/reader.h"

/* Fills `params` and `param_count` from the key "params" of `json`. */
void param_read_all(struct reader *reader, struct arena *arena, json_t *json,
	struct operator_description *target);

#endif
