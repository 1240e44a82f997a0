/* operators: the operators of the plugin tau-data. */
#ifndef TAU_PLUGINS_DATA_OPERATORS_H
#define TAU_PLUGINS_DATA_OPERATORS_H

#include <tau/operator.h>

extern const struct tau_operator data_count, data_sum, data_top, data_sort;

#endif
