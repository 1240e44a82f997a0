/* case.limit */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	char *much = malloc((size_t)1 << 30);

	if (!much)
		return tau_fail(op, -ENOMEM, "there is no memory left");
	memset(much, 1, (size_t)1 << 30);
	free(much);
	return pass(op);
}
OPERATOR(.run = run);
