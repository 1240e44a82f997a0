/* operators: the operators of the plugin tau-bundle. */
#ifndef TAU_PLUGINS_BUNDLE_OPERATORS_H
#define TAU_PLUGINS_BUNDLE_OPERATORS_H

#include <tau/operator.h>

extern const struct tau_operator bundle_mux, bundle_demux, bundle_iota;

#endif
