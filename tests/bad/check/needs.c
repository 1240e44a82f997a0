/* file.load -Wl,--no-as-needed -L. -labsent */
#include "plugin.h"
RELAY;
OPERATOR(.run = pass);
