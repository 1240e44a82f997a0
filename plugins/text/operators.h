/* operators: the operators of the plugin tau-text. */
#ifndef TAU_PLUGINS_TEXT_OPERATORS_H
#define TAU_PLUGINS_TEXT_OPERATORS_H

#include <tau/operator.h>

extern const struct tau_operator text_lines, text_fields, text_weblog,
	text_table;

#endif
