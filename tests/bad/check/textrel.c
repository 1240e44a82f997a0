/* elf.textrel -Wl,-z,notext */
#include "plugin.h"
RELAY;
__asm__(".text\n.quad tau_plugin_v1\n");
OPERATOR(.run = pass);
