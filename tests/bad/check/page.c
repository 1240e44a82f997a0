/* case.exit */
#include "plugin.h"
#include <sys/mman.h>
RELAY;
/* Writes where its process reports. */
static int run(struct tau_op *op)
{
	char *page = mmap(NULL, 32768, PROT_WRITE, MAP_SHARED, 3, 0);

	(void)op;
	if (page != MAP_FAILED)
		memset(page, 0xff, 32768);
	_exit(1);
}
OPERATOR(.run = run);
