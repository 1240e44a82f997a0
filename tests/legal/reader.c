/* Reads a file through its own fd, which is its state. */
#include "plugin.h"

/* clang-format off */
DESCRIBE({
	"name": "legal",
	"out": [
		{"name": "out", "type": "bytes"}
	],
	"params": {
		"path": {"type": "path", "required": true}
	},
	"state": {
		"version": 1,
		"reads": [1],
		"writes": [1]
	}
});
/* clang-format on */
struct self {
	int fd;
};
static int create(struct tau_op *op)
{
	struct self *self = calloc(1, sizeof *self);
	if (!self)
		return tau_fail(op, -ENOMEM, "there is no memory");
	self->fd = -1;
	op->self = self;
	return 0;
}
static void destroy(struct tau_op *op)
{
	struct self *self = op->self;
	if (self && self->fd >= 0)
		close(self->fd);
	free(self);
}
static int begin(struct tau_op *op, struct self *self)
{
	const char *path = op->params[0].value.s.text;
	int code;
	if (self->fd < 0)
		self->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	code = self->fd < 0 ? -errno
			    : op->host->watch(op, 0, self->fd, EPOLLIN, 0);
	return code < 0 ? tau_failf(op, code, "%s: %s", path, strerror(-code))
			: 0;
}
/* Reads straight into its out window: a wait for both. */
static int run(struct tau_op *op)
{
	struct self *self = op->self;
	struct tau_want want = {.all = TAU_SLOT(0) | TAU_OUT(0)};
	int flow = begin(op, self);
	while (flow == TAU_OK && (flow = tau_wait(op, &want, NULL)) == TAU_OK) {
		uint32_t room =
			op->out[0]->atomic < 4096 ? op->out[0]->atomic : 4096;
		void *body = tau_reserve(op, 0, room);
		ssize_t bytes = body ? read(self->fd, body, room) : 0;
		if (bytes < 0 && errno != EAGAIN)
			return tau_fail(op, -errno, "it cannot be read");
		if (bytes == 0)
			return 0;
		if (bytes < 0)
			op->host->drained(op, 0, self->fd, EPOLLIN);
		else
			tau_commit(op, 0, (uint32_t)bytes, TAU_BYTES);
	}
	return stop_for(flow);
}
/* Nothing, as long as there is none. */
static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct self *self = op->self;
	(void)version;
	return self->fd < 0 ? 0 : op->host->fd_send(op, state, self->fd, 0);
}
static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct self *self = op->self;
	const struct tau_record *r = tau_read_at(op, state);
	(void)version;
	if (!r)
		return 0;
	self->fd = op->host->fd_take(op, r);
	tau_consume_at(op, state);
	return self->fd < 0 ? tau_fail(op, self->fd, "that is not my state")
			    : 0;
}
OPERATOR(PLAIN);
