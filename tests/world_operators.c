/* world: the operators that its nodes are made of. Each keeps what it must to
 * go on elsewhere as if nothing had been; sinks write down what they got. */
#include "tests/world_inside.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FD_RECORDS = 40, TICKS = 30 };

static int create(struct tau_op *op)
{
	op->self = calloc(1, sizeof(struct self));
	return op->self ? 0 : -ENOMEM;
}

static void destroy(struct tau_op *op)
{
	free(op->self);
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct self saved = *self_of(op);

	saved.version = version;
	return tau_write_at(op, state, &saved, sizeof saved, TAU_BYTES) ==
			       TAU_OK
		       ? 0
		       : -ENOBUFS;
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	const struct tau_record *record = tau_read_at(op, state);

	if (!record || record->bytes != sizeof(struct self))
		return tau_fail(op, -EBADMSG, "the state is not mine");
	memcpy(op->self, record->body, sizeof(struct self));
	tau_consume_at(op, state);
	return self_of(op)->version == version
		       ? 0
		       : tau_fail(op, -EBADMSG, "another version");
}

/* fd i is a file that holds i. */
static int fds_run(struct tau_op *op)
{
	struct self *self = self_of(op);

	for (; self->next < FD_RECORDS; self->next++) {
		int fd = memfd_create("world", MFD_CLOEXEC), flow;

		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(write(fd, &self->next, 8), 8);
		flow = op->host->fd_send(op, op->out[OUT], fd, TAU_MAY_SUSPEND);
		if (flow != TAU_OK)
			return flow < 0 ? flow : 0;
		(void)flow;
	}
	return 0;
}

static int fdsink_run(struct tau_op *op)
{
	const struct tau_record *record;

	for (; (record = tau_read(op, IN)); tau_consume(op, IN)) {
		uint64_t number = 0;
		int fd = op->host->fd_take(op, record);

		if (fd < 0)
			return tau_fail(op, fd, "no fd came");
		if (pread(fd, &number, 8, 0) != 8)
			number = UINT64_MAX;
		close(fd);
		note(0, &(struct tau_record){&number, 8, TAU_BYTES, 0});
	}
	return 0;
}

/* Keeps an fd as its state: writes to the file that it was made with. */
struct keeper {
	uint64_t next;
	int fd;
};

static int keeper_create(struct tau_op *op)
{
	struct keeper *self = op->self = calloc(1, sizeof *self);

	self->fd = -1;
	return 0;
}

static void keeper_destroy(struct tau_op *op)
{
	struct keeper *self = op->self;

	if (self->fd >= 0)
		close(self->fd);
	free(self);
}

static int keeper_run(struct tau_op *op)
{
	struct keeper *self = op->self;
	const struct tau_record *record;
	uint8_t bytes[4096];
	ssize_t count;

	if (self->fd < 0)
		self->fd = memfd_create("kept", MFD_CLOEXEC);
	for (; (record = tau_read(op, IN)); tau_consume(op, IN))
		if (write(self->fd, record->body, record->bytes) !=
			record->bytes)
			return tau_fail(op, -EBADF, "another fd came");
	if (!tau_ended(op, IN))
		return 0;
	for (int64_t at = 0;
		(count = pread(self->fd, bytes, sizeof bytes, at)) > 0;
		at += count)
		note(0, &(struct tau_record){
				bytes, (uint32_t)count, TAU_BYTES, 0});
	return 0;
}

static int keeper_save(
	struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct keeper *self = op->self;

	(void)version;
	return self->fd < 0 ? 0 : op->host->fd_send(op, state, self->fd, 0);
}

static int keeper_restore(
	struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct keeper *self = op->self;
	const struct tau_record *record = tau_read_at(op, state);

	(void)version;
	if (!record)
		return 0;
	self->fd = op->host->fd_take(op, record);
	tau_consume_at(op, state);
	return self->fd < 0 ? tau_fail(op, self->fd, "no fd") : 0;
}

/* A record at each tick, and when that was. */
static int ticker_run(struct tau_op *op)
{
	struct self *self = self_of(op);
	const struct tau_want want = {.any = TAU_SLOT(3)};

	if (self->sum == 0) {
		self->sum = (uint64_t)op->host->now(op);
		op->host->timer(op, 3, (int64_t)self->sum + 700, 1000);
	}
	while (self->next < TICKS) {
		uint64_t ready;

		if (self->pending == 0) {
			if (op->host->wait(op, &want, &ready) != TAU_OK)
				return 0;
			self->pending = (uint64_t)op->host->now(op) - self->sum;
		}
		if (tau_write(op, OUT, &self->pending, 8, TAU_BYTES) != TAU_OK)
			return 0;
		self->pending = 0;
		self->next++;
	}
	return 0;
}

/* One record each 2,500 ns. */
static int dawdler_run(struct tau_op *op)
{
	struct self *self = self_of(op);
	const struct tau_want want = {.any = TAU_SLOT(1)};
	uint64_t ready;

	for (;;) {
		if (self->sum == 0) {
			if (!tau_read(op, IN))
				return 0;
			note(0, op->in[IN]->next);
			tau_consume(op, IN);
			op->host->timer(op, 1, op->host->now(op) + 2500, 0);
			self->sum = 1;
		}
		if (op->host->wait(op, &want, &ready) != TAU_OK)
			return 0;
		self->sum = 0;
	}
}

/* Ten records, and then it waits for what never comes. */
static int quiet_run(struct tau_op *op)
{
	struct self *self = self_of(op);
	const struct tau_want want = {.any = TAU_SLOT(5)};
	int fd = eventfd(0, EFD_CLOEXEC);
	uint64_t ready;

	ck_assert_int_eq(op->host->watch(op, 5, fd, EPOLLIN, 0), 0);
	for (; self->next < 10; self->next++)
		if (tau_write(op, OUT, &self->next, 8, TAU_BYTES) != TAU_OK)
			break;
	if (self->next == 10)
		(void)op->host->wait(op, &want, &ready);
	op->host->watch(op, 5, fd, 0, 0);
	close(fd);
	return 0;
}

/* A question forth and its answer back, one at a time. */
static int asker_run(struct tau_op *op)
{
	struct self *self = self_of(op);
	const struct tau_record *record;

	while (self->next < 60) {
		if (self->sum == 0 &&
			tau_write(op, OUT, &self->next, 8, TAU_BYTES) != TAU_OK)
			return 0;
		self->sum = 1;
		record = tau_read(op, IN);
		if (!record)
			return 0;
		note(1, record);
		tau_consume(op, IN);
		self->sum = 0;
		self->next++;
	}
	return 0;
}

#define KEEPS                                                                  \
	.create = create, .destroy = destroy, .save = save, .restore = restore
#define OPERATOR(verb, ...)                                                    \
	{                                                                      \
		.size = sizeof(struct tau_operator), .name = #verb,            \
		__VA_ARGS__                                                    \
	}
#define RUNS(verb) OPERATOR(verb, .run = verb##_run)
#define KEEPER(verb) OPERATOR(verb, .run = verb##_run, KEEPS)

static const struct tau_operator tables[] = {KEEPER(source), KEEPER(large),
	RUNS(pass), RUNS(forward), RUNS(triple),
	OPERATOR(step, .on_ready = step_ready, .create = create,
		.destroy = destroy),
	KEEPER(sum), RUNS(tee), RUNS(chain), KEEPER(take), KEEPER(broken),
	RUNS(sink), RUNS(sink2), RUNS(slow), KEEPER(fds), RUNS(fdsink),
	OPERATOR(keeper, .run = keeper_run, .create = keeper_create,
		.destroy = keeper_destroy, .save = keeper_save,
		.restore = keeper_restore),
	KEEPER(ticker), KEEPER(asker),
	OPERATOR(teller, .run = asker_run, KEEPS), KEEPER(dawdler),
	KEEPER(quiet), OPERATOR(echo, .run = pass_run),
	OPERATOR(relayed, .run = forward_run)};

#define ONE_IN "\"in\":[{\"name\":\"in\"}]"
#define ONE_OUT "\"out\":[{\"name\":\"out\"}]"
#define STATE "\"state\":{\"version\":2,\"reads\":[1,2],\"writes\":[1,2]}"
static const char note_text[] =
	"{\"abi\":\"1.0\",\"name\":\"world\",\"version\":\"1.0.0\","
	"\"operators\":["
	"{\"name\":\"source\"," ONE_OUT "," STATE "},"
	"{\"name\":\"large\"," ONE_OUT "," STATE "},"
	"{\"name\":\"pass\"," ONE_IN "," ONE_OUT "},"
	"{\"name\":\"forward\"," ONE_IN "," ONE_OUT "},"
	"{\"name\":\"triple\"," ONE_IN "," ONE_OUT "},"
	"{\"name\":\"step\",\"style\":\"continuation\"," ONE_IN "," ONE_OUT "},"
	"{\"name\":\"sum\"," ONE_IN "," ONE_OUT "," STATE "},"
	"{\"name\":\"tee\"," ONE_IN
	",\"out\":[{\"name\":\"a\"},{\"name\":\"b\"}]},"
	"{\"name\":\"chain\",\"in\":[{\"name\":\"a\"},{\"name\":\"b\"}]"
	"," ONE_OUT "},"
	"{\"name\":\"take\"," ONE_IN "," ONE_OUT "," STATE "},"
	"{\"name\":\"broken\"," ONE_IN "," ONE_OUT "," STATE "},"
	"{\"name\":\"sink\"," ONE_IN "},"
	"{\"name\":\"sink2\"," ONE_IN "},"
	"{\"name\":\"slow\"," ONE_IN "},"
	"{\"name\":\"fds\"," ONE_OUT "," STATE "},"
	"{\"name\":\"fdsink\"," ONE_IN "},"
	"{\"name\":\"keeper\"," ONE_IN "," STATE "},"
	"{\"name\":\"ticker\"," ONE_OUT "," STATE "},"
	"{\"name\":\"asker\"," ONE_IN "," ONE_OUT "," STATE "},"
	"{\"name\":\"teller\",\"out\":[{\"name\":\"out\",\"back\":\"optional\"}"
	"]," STATE "},"
	"{\"name\":\"dawdler\"," ONE_IN "," STATE "},"
	"{\"name\":\"quiet\"," ONE_OUT "," STATE "},"
	"{\"name\":\"echo\",\"in\":[{\"name\":\"in\",\"back\":\"optional\"}]},"
	"{\"name\":\"relayed\",\"in\":[{\"name\":\"in\",\"back\":\"through\"}],"
	"\"out\":[{\"name\":\"out\",\"back\":\"through\"}]}]}";

struct library *world_library(const char *path)
{
	static struct library library;
	static struct library_operator
		operators[sizeof tables / sizeof *tables];
	struct error error = ERROR_NONE;

	library.identity.path = (char *)(uintptr_t)path;
	library.operators = operators;
	if (library.description)
		return &library;
	ck_assert_msg(description_create(&library.description, "world",
			      note_text, strlen(note_text), &error) == 0,
		"%s", error.text);
	for (uint32_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		operators[i].description = &library.description->operators[i];
		operators[i].table = tables[i];
	}
	return &library;
}
