/* fail.silent */
#include "plugin.h"
RELAY;
static int create(struct tau_op *op)
{
	return op->host->ext(op, "tau.os/1") ? 0 : -ENOSYS;
}
OPERATOR(.create = create, .run = pass);
