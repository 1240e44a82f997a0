/* none */
#include "plugin.h"
RELAY;
OPERATOR(.run = pass);
