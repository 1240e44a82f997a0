/* run.spins */
#include "plugin.h"
#include <netinet/in.h>
#include <sys/epoll.h>
#include <tau/os.h>
DESCRIBE({"name": "relay", "out": [ {"name": "out", "type": "utf8"} ]});
/* It listens, hangs up on who comes, and does not say that there is nobody
 * else. */
static int run(struct tau_op *op)
{
	const struct tau_os *os = op->host->ext(op, "tau.os/1");
	struct sockaddr_in any = {.sin_family = AF_INET};
	struct tau_want want = {.any = TAU_SLOT(0)};
	int fd, flow;

	if (!os)
		return tau_fail(op, -ENOSYS, "no system calls");
	fd = os->listen(os, (struct sockaddr *)&any, sizeof any, 4);
	if (fd < 0)
		return tau_fail(op, fd, "nowhere to listen");
	flow = op->host->watch(op, 0, fd, EPOLLIN, 0);
	if (flow < 0)
		(void)tau_fail(op, flow, "no room to watch");
	while (flow == TAU_OK && (flow = tau_wait(op, &want, NULL)) == TAU_OK) {
		int peer = os->accept(os, fd);

		if (peer >= 0)
			os->close(os, peer);
	}
	(void)op->host->watch(op, 0, fd, 0, 0);
	os->close(os, fd);
	return flow < 0 ? flow : 0;
}
OPERATOR(.run = run);
