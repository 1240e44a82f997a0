/* none */
#include "plugin.h"
/* Keys that are not known are allowed; so is a number that may be missing. */
DESCRIBE({
	"name": "relay",
	"in": [ {"name": "in", "type": "utf8"} ],
	"out": [ {"name": "out"} ],
	"note": "near to name, which is there", "id": 1,
	"params": {"n": {"type": "int", "min": 1}}
});
OPERATOR(.run = pass);
