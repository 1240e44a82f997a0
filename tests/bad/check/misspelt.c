/* note.key */
#include "plugin.h"
DESCRIBE({
	"name": "relay",
	"in": [ {"name": "in", "type": "utf8"} ],
	"out": [ {"name": "out"} ],
	"params": {"n": {"type": "int", "defualt": 3, "min": 1}}
});
OPERATOR(.run = pass);
