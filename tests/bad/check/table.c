/* note.table */
#include "plugin.h"
RELAY;
static const struct tau_operator relay = {
	.size = sizeof relay, .name = "another", .run = pass};
TAU_OPERATORS(&relay);
