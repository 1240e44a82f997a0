/* elf.undefined */
#include "plugin.h"
RELAY;
extern __attribute__((visibility("default"))) int json_delete(void *json);
static int run(struct tau_op *op)
{
	return op ? pass(op) : json_delete(op);
}
OPERATOR(.run = run);
