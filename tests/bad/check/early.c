/* life.create */
#include "plugin.h"
RELAY;
static int create(struct tau_op *op)
{
	op->self = (void *)(uintptr_t)dup(0);
	return 0;
}
static void destroy(struct tau_op *op)
{
	(void)close((int)(uintptr_t)op->self);
}
OPERATOR(.create = create, .destroy = destroy, .run = pass);
