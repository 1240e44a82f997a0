/* operators: the operators of the plugin tau-net. */
#ifndef TAU_PLUGINS_NET_OPERATORS_H
#define TAU_PLUGINS_NET_OPERATORS_H

#include <tau/operator.h>

extern const struct tau_operator net_tcp_accept, net_tcp_listen;

#endif
