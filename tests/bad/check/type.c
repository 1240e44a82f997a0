/* out.type */
#include "plugin.h"
DESCRIBE({
	"name": "relay",
	"in": [ {"name": "in", "type": "utf8"} ],
	"out": [ {"name": "out", "type": "value"} ]
});
OPERATOR(.run = pass);
