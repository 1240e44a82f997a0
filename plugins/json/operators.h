/* operators: the operators of the plugin tau-json. */
#ifndef TAU_PLUGINS_JSON_OPERATORS_H
#define TAU_PLUGINS_JSON_OPERATORS_H

#include <tau/operator.h>

extern const struct tau_operator json_parse_operator, json_write_operator;

#endif
