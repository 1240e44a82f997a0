/* Hands its records through a pipe of its own, and a thread that is done. -lpthread */
#include "plugin.h"

#include <pthread.h>
/* clang-format off */
DESCRIBE({
	"name": "legal",
	"in": [
		{"name": "in", "type": "utf8"}
	],
	"out": [
		{"name": "out", "type": "value"}
	]
});
/* clang-format on */
struct self {
	int fds[2];
};
static int create(struct tau_op *op)
{
	struct self *self = calloc(1, sizeof *self);
	if (!self)
		return tau_fail(op, -ENOMEM, "there is no memory");
	self->fds[0] = self->fds[1] = -1;
	op->self = self;
	return 0;
}
static void destroy(struct tau_op *op)
{
	struct self *self = op->self;
	for (int i = 0; self && i < 2; i++)
		if (self->fds[i] >= 0)
			close(self->fds[i]);
	free(self);
}
static void *drink(void *argument)
{
	struct self *self = argument;
	char byte;
	while (read(self->fds[0], &byte, 1) == 1 && byte != '.')
		continue;
	return NULL;
}
static int run(struct tau_op *op)
{
	struct self *self = op->self;
	pthread_t thread;
	const struct tau_record *r;
	int flow = TAU_OK;
	if (self->fds[0] < 0 && pipe(self->fds) < 0)
		return tau_fail(op, -errno, "there is no pipe");
	while (flow == TAU_OK && (r = tau_read(op, 0))) {
		int64_t bytes = r->bytes;
		tau_consume(op, 0);
		if (pthread_create(&thread, NULL, drink, self) != 0)
			return tau_fail(op, -EAGAIN, "there is no thread");
		if (write(self->fds[1], "word.", 5) < 0)
			return tau_fail(op, -errno, "the pipe is broken");
		pthread_join(thread, NULL);
		flow = write_number(op, bytes);
	}
	return stop_for(flow);
}
OPERATOR(.create = create, .destroy = destroy, .run = run);
