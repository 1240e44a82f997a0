/* operators: the operators of the plugin tau-flow. */
#ifndef TAU_PLUGINS_FLOW_OPERATORS_H
#define TAU_PLUGINS_FLOW_OPERATORS_H

#include <tau/operator.h>

extern const struct tau_operator flow_generate, flow_null, flow_tee, flow_deal,
	flow_merge, flow_take;

#endif
