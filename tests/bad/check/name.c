/* note.name */
#include "plugin.h"
TAU_PLUGIN({
	"abi": "1.0",
	"name": "tau-relay",
	"version": "1.0.0",
	"operators": [ {"name": "relay", "in": [ {"name": "in"} ], "out": [ {"name": "out"} ]} ]
});
OPERATOR(.run = pass);
