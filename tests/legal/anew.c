/* anew: two files, which it opens in another order when it was made anew, and
 * which its destroy closes without a word: nobody is told of them then. */
#include "plugin.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

DESCRIBE({
	"name" : "legal",
	"out" : [ {"name" : "out"} ],
	"state" : {"version" : 1}
});

struct anew {
	uint8_t count;
	int fds[2];
};

static int create(struct tau_op *op)
{
	struct anew *self = calloc(1, sizeof *self);

	op->self = self;
	if (!self)
		return tau_fail(op, -ENOMEM, "there is no memory left");
	self->fds[0] = self->fds[1] = -1;
	return 0;
}

static void destroy(struct tau_op *op)
{
	struct anew *self = op->self;

	for (int i = 0; self && i < 2; i++)
		if (self->fds[i] >= 0)
			close(self->fds[i]);
	free(self);
}

static int open_one(struct tau_op *op, int which)
{
	struct anew *self = op->self;
	int code;

	if (self->fds[which] < 0)
		self->fds[which] = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
	if (self->fds[which] < 0)
		return tau_fail(op, -ENFILE, "no file");
	code = op->host->watch(op, (uint32_t)which, self->fds[which], EPOLLIN,
		(uintptr_t)&self->fds[which]);
	return code < 0 ? tau_fail(op, code, "it cannot be watched") : TAU_OK;
}

static int run(struct tau_op *op)
{
	const struct tau_want want = {.any = TAU_SLOT(0) | TAU_SLOT(1)};
	struct anew *self = op->self;
	struct tau_event event;
	int first = (op->flags & TAU_RESTORED) != 0;
	int flow = open_one(op, first);

	if (flow == TAU_OK)
		flow = open_one(op, !first);
	while (flow == TAU_OK && self->count < 4) {
		flow = tau_wait(op, &want, NULL);
		for (uint32_t slot = 0; flow == TAU_OK && slot < 2; slot++)
			if (op->host->next_event(op, slot, &event) == TAU_OK &&
				event.key != (uintptr_t)&self->fds[slot])
				abort();
		if (flow == TAU_OK)
			flow = tau_write(op, 0, "x", 1, TAU_UTF8);
		self->count += flow == TAU_OK;
	}
	return flow < 0 ? flow : 0;
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	(void)version;
	return tau_write_at(op, state, op->self, 1, TAU_BYTES);
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	const struct tau_record *record = tau_read_at(op, state);
	struct anew *self = op->self;

	(void)version;
	if (!record || record->bytes != 1)
		return tau_fail(op, -EBADMSG, "the state is not one of mine");
	memcpy(self, record->body, 1);
	tau_consume_at(op, state);
	return 0;
}
OPERATOR(.create = create, .destroy = destroy, .run = run, .save = save,
	.restore = restore);
