/* elf.stack -Wl,-z,execstack */
#include "plugin.h"
RELAY;
OPERATOR(.run = pass);
