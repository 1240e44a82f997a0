/* link_fds: operators that send, pass on and take fds, for one test file. */
#ifndef TESTS_LINK_FDS_H
#define TESTS_LINK_FDS_H

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/pipeline.h"
#include "tests/test.h"

#define OUT_ONE "{\"name\":\"w\",\"out\":[{\"name\":\"out\",\"type\":\"fd\"}]}"
#define IN_ONE "{\"name\":\"r\",\"in\":[{\"name\":\"in\"}]}"
#define TEE                                                                    \
	"{\"name\":\"t\",\"in\":[{\"name\":\"in\"}],"                          \
	"\"out\":[{\"name\":\"a\"},{\"name\":\"b\"}]}"
#define FDS 700 /* more than two packets take */

enum { IN = 0, OUT = 0 };

static int sent, came;

/* Each fd is the reading end of a pipe that holds its number. */
static int pipe_of(int number)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	ck_assert_int_eq(write(ends[1], &number, sizeof number), sizeof number);
	close(ends[1]);
	return ends[0];
}

static int write_run(struct tau_op *op)
{
	static const struct tau_record between = {
		"and a text", 10, TAU_UTF8, TAU_STATIC};

	for (sent = 0; sent < FDS; sent++) {
		int fd = pipe_of(sent);

		if (fd < 0)
			return tau_fail(op, fd, "no pipe");
		if (op->host->fd_send(op, op->out[OUT], fd, TAU_MAY_SUSPEND) !=
			TAU_OK)
			return 0;
		if (sent % 7 == 0 && tau_send(op, OUT, &between) != TAU_OK)
			return 0;
	}
	return 0;
}

static int read_run(struct tau_op *op)
{
	const struct tau_record *record;
	int mine = 0, number;

	for (; (record = tau_read(op, IN)); tau_consume(op, IN)) {
		int fd;

		if (record->type != TAU_FD) {
			if (memcmp(record->body, "and a text", 10) != 0)
				return tau_fail(op, -EBADMSG, "another text");
			continue;
		}
		fd = op->host->fd_take(op, record);
		if (fd < 0)
			return tau_fail(op, fd, "cannot be taken");
		ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
		if (read(fd, &number, sizeof number) != sizeof number)
			return tau_fail(op, -EIO, "cannot be read");
		close(fd);
		if (number != mine++)
			return tau_fail(op, -EBADMSG, "another fd");
		came++;
	}
	return 0;
}

/* Takes nothing out of the records. */
static int drop_run(struct tau_op *op)
{
	for (; tau_read(op, IN); came++)
		tau_consume(op, IN);
	return 0;
}

static int first_run(struct tau_op *op)
{
	came += tau_read(op, IN) != NULL;
	return 0;
}

static int tee_run(struct tau_op *op)
{
	while (tau_read(op, IN)) {
		if (tau_send(op, 0, op->in[IN]->next) != TAU_OK ||
			tau_pass(op, IN, 1) != TAU_OK)
			break;
	}
	return 0;
}

/* The numbers of both sides of a tee: each pipe can be read once. */
static int open_run(struct tau_op *op)
{
	const struct tau_record *record;

	for (; (record = tau_read(op, IN)); tau_consume(op, IN)) {
		int fd;

		if (record->type != TAU_FD)
			continue;
		fd = op->host->fd_take(op, record);
		if (fd < 0 || fcntl(fd, F_GETFL) < 0)
			return tau_fail(op, -EBADF, "not open");
		close(fd);
		came++;
	}
	return 0;
}

#define OPERATOR(verb, letter)                                                 \
	static const struct tau_operator verb##_operator = {                   \
		.size = sizeof verb##_operator,                                \
		.name = letter,                                                \
		.run = verb##_run}
OPERATOR(write, "w");
OPERATOR(read, "r");
OPERATOR(drop, "r");
OPERATOR(first, "r");
OPERATOR(open, "r");
OPERATOR(tee, "t");

#endif
