/* operators: the operators of the plugin tau-exec. */
#ifndef TAU_PLUGINS_EXEC_OPERATORS_H
#define TAU_PLUGINS_EXEC_OPERATORS_H

#include <tau/operator.h>

extern const struct tau_operator exec_operator;

#endif
