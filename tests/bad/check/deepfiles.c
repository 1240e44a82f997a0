/* life.process */
#include "plugin.h"
#include <sys/stat.h>
RELAY;
/* All of it is removed. */
static int run(struct tau_op *op)
{
	for (int i = 0; i < 300; i++)
		if (mkdir("deeper", 0500) < 0 || chdir("deeper") < 0)
			break;
	return pass(op);
}
OPERATOR(.run = run);
