/* run.spins */
#include "plugin.h"
DESCRIBE({"name": "relay", "out": [ {"name": "out", "type": "utf8"} ]});
static int run(struct tau_op *op)
{
	const struct tau_want pause = {.deadline_ns = 20000000};
	uint64_t ready;

	while (tau_write(op, OUT, "tick", 4, TAU_UTF8) == TAU_OK)
		if (tau_wait(op, &pause, &ready) != TAU_OK)
			break;
	return 0;
}
OPERATOR(.run = run);
