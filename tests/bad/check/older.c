/* restore.failed */
#include "plugin.h"
DESCRIBE({
	"name": "relay",
	"in": [ {"name": "in", "type": "utf8"} ],
	"out": [ {"name": "out"} ],
	"state": {"version": 2, "reads": [1, 2], "writes": [1, 2]}
});
static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	return tau_write_at(op, state, &version, sizeof version, TAU_BYTES);
}
static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	if (version != 2 || !tau_read_at(op, state))
		return tau_fail(op, -EBADMSG, "the state is not one of mine");
	tau_consume_at(op, state);
	return 0;
}
OPERATOR(.run = pass, .save = save, .restore = restore);
