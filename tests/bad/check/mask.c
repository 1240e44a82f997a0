/* life.process */
#include "plugin.h"
#include <sys/stat.h>
RELAY;
static int run(struct tau_op *op)
{
	umask(0);
	return pass(op);
}
OPERATOR(.run = run);
