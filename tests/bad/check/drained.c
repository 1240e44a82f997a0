/* run.spins */
#include "plugin.h"
#include <fcntl.h>
#include <sys/epoll.h>
#include <tau/os.h>
DESCRIBE({
	"name": "relay",
	"out": [ {"name": "out"} ],
	"params": {"path": {"type": "path", "required": true}}
});
/* It does not say that the file is drained. */
static int copy(struct tau_op *op, const struct tau_os *os, int fd)
{
	const struct tau_want want = {.any = TAU_SLOT(0)};
	char block[64];
	int flow = op->host->watch(op, 0, fd, EPOLLIN, 0);

	if (flow < 0)
		return tau_fail(op, flow, "the file cannot be waited for");
	while (flow == TAU_OK && (flow = tau_wait(op, &want, NULL)) == TAU_OK) {
		ssize_t bytes = os->read(os, fd, block, sizeof block);

		if (bytes <= 0 && bytes != -EAGAIN)
			return bytes < 0 ? tau_fail(op, (int)bytes, "no file") : 0;
#ifdef DRAINED
		if (bytes == -EAGAIN)
			flow = op->host->drained(op, 0, fd, EPOLLIN);
#endif
	}
	return flow < 0 ? flow : 0;
}
static int run(struct tau_op *op)
{
	const struct tau_os *os = op->host->ext(op, "tau.os/1");
	int fd = os ? os->open(os, op->params[0].value.s.text,
			      O_RDONLY | O_NONBLOCK, 0)
		    : -ENOSYS;
	int flow = fd < 0 ? tau_fail(op, fd, "no file") : copy(op, os, fd);

	if (fd >= 0) {
		(void)op->host->watch(op, 0, fd, 0, 0);
		(void)os->close(os, fd);
	}
	return flow;
}
OPERATOR(.run = run);
