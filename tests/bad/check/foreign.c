/* life.foreign */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	for (int fd = 3; fd < 64; fd++)
		(void)close(fd);
	return pass(op);
}
OPERATOR(.run = run);
