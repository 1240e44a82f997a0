/* elf.rpath -Wl,-rpath,/opt/elsewhere */
#include "plugin.h"
RELAY;
OPERATOR(.run = pass);
