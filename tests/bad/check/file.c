/* case.limit */
#include "plugin.h"
#include <fcntl.h>
RELAY;
static int run(struct tau_op *op)
{
	int fd = open("large", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || pwrite(fd, "x", 1, (off_t)1 << 30) < 0)
		return tau_fail(op, -EIO, "it cannot be written");
	close(fd);
	return pass(op);
}
OPERATOR(.run = run);
