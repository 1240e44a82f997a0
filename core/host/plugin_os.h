/*
 * plugin_os: the system calls that operators are offered ("tau.os/1"), each
 * passed on to the core's own table, so that both can be simulated at once.
 */
#ifndef TAU_CORE_HOST_PLUGIN_OS_H
#define TAU_CORE_HOST_PLUGIN_OS_H

#include <tau/os.h>

#include "core/base/os.h"

/* The plugins' table in front, ours behind it. */
struct plugin_os {
	struct tau_os table;
	struct os *os;
};

/* Fills the table; `os` is kept. */
void plugin_os_init(struct plugin_os *plugin_os, struct os *os);

#endif
