/* operators: the operator of the plugin tau-ffi. */
#ifndef TAU_PLUGINS_FFI_OPERATORS_H
#define TAU_PLUGINS_FFI_OPERATORS_H

#include <tau/operator.h>

extern const struct tau_operator ffi_operator;

#endif
