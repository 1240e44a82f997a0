/* param: reads the params of an operator's description. */
#ifndef TAU_CORE_CATALOGUE_PARAM_H
#define TAU_CORE_CATALOGUE_PARAM_H

#include "core/text/arena.h"
#include "core/catalogue/description.h"
#include "core/catalogue/reader.h"

/* Fills `params` and `param_count` from the key "params" of `json`. */
void param_read_all(struct reader *reader, struct arena *arena, json_t *json,
	struct operator_description *target);

#endif
