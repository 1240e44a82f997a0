/* case.kill */
#include "plugin.h"
#include <signal.h>
RELAY;
static int run(struct tau_op *op)
{
	kill(getppid(), SIGKILL);
	return pass(op);
}
OPERATOR(.run = run);
