/* file.refused */
#include "plugin.h"
TAU_PLUGIN({"abi": "1.0", "name": "bad", "operators": 7});
OPERATOR(.run = pass);
