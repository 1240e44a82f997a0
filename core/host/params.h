/*
 * params: a plan's values in the shape that plugins read.
 */
#ifndef TAU_CORE_HOST_PARAMS_H
#define TAU_CORE_HOST_PARAMS_H

#include <tau/operator.h>

#include "core/catalogue/description.h"
#include "core/plan/node_plan.h"

/* Makes an array with one entry per described param; texts stay the plan's.
 * The caller frees it. -EINVAL when the plan does not fit the description,
 * -ENOMEM. */
int params_make(struct tau_param **params,
	const struct node_plan_operator *plan,
	const struct operator_description *type);

#endif
