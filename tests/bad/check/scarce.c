/* case.crash */
#include "plugin.h"
RELAY;
/* It never asks whether there was memory. */
static int create(struct tau_op *op)
{
	op->self = calloc(1, sizeof(int));
	*(int *)op->self = 1;
	return 0;
}
static void destroy(struct tau_op *op)
{
	free(op->self);
}
OPERATOR(.create = create, .destroy = destroy, .run = pass);
