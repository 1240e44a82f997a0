/* operators: the operators of the plugin tau-match. */
#ifndef TAU_PLUGINS_MATCH_OPERATORS_H
#define TAU_PLUGINS_MATCH_OPERATORS_H

#include <tau/operator.h>

extern const struct tau_operator match_where, match_regex;

#endif
