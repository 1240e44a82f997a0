/* life.process */
#include "plugin.h"
#include <locale.h>
RELAY;
static int run(struct tau_op *op)
{
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	return pass(op);
}
OPERATOR(.run = run);
