/* elf.host elf.undefined */
#include "plugin.h"
RELAY;
extern __attribute__((visibility("default"))) int tau_now(struct tau_op *op);
static int run(struct tau_op *op)
{
	return tau_now(op) ? pass(op) : 0;
}
OPERATOR(.run = run);
