/* Fds as records: who owns them, and who gets them. */
#include "tests/services.h"

#include <fcntl.h>
#include <unistd.h>

static int answers[32], fds[2];
static uint64_t count;
static bool shared;

static int turn_run(struct tau_op *op)
{
	while (tau_read(op, IN))
		tau_consume(op, IN);
	return 0;
}
OPERATOR(turn);

static void run_all(void)
{
	ck_assert(pipeline_run(&p));
	ck_assert_uint_eq(p.failed, 0);
	pipeline_release(&p);
}

static void make_pipe(int *ends)
{
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
}

static void close_pair(const int *ends)
{
	close(ends[0]);
	close(ends[1]);
}

static int send_run(struct tau_op *op)
{
	answers[0] =
		op->host->fd_send(op, op->out[OUT], fds[0], TAU_MAY_SUSPEND);
	return 0;
}
OPERATOR(send);

static int take_run(struct tau_op *op)
{
	const struct tau_record *record = tau_read(op, IN);
	struct tau_record other = {"abcd", 4, TAU_BYTES, TAU_STATIC};
	int fd;

	ck_assert_uint_eq(record->type, TAU_FD);
	fd = op->host->fd_take(op, record);
	ck_assert_int_ge(fd, 0);
	answers[4 + count++] = fd;
	answers[1] = op->host->fd_take(op, &other);
	if (!shared)
		answers[2] = op->host->fd_take(op, record);
	tau_consume(op, IN);
	return 0;
}
OPERATOR(take);

START_TEST(an_fd_travels_as_a_record_and_is_taken_once)
{
	uint32_t from;

	make_pipe(fds);
	pipeline_init(&p);
	from = add(&send_operator, PORT_OUT);
	connect_ports(from, OUT, add(&take_operator, PORT_IN), IN);
	pipeline_start(&p);
	run_all();
	ck_assert_int_eq(answers[0], TAU_OK);
	ck_assert_int_eq(answers[1], -EINVAL);
	ck_assert_int_eq(answers[2], -EBADF);
	ck_assert_int_eq(answers[4], fds[0]);
	close_pair(fds);
}
END_TEST

static int tee_run(struct tau_op *op)
{
	while (tau_read(op, IN)) {
		if (tau_send(op, 0, op->in[IN]->next) != TAU_OK ||
			tau_pass(op, IN, 1) != TAU_OK)
			break;
	}
	return 0;
}
OPERATOR(tee);

START_TEST(a_shared_fd_is_duplicated_and_the_last_gets_it)
{
	uint32_t from, tee;

	shared = true;
	make_pipe(fds);
	pipeline_init(&p);
	from = add(&send_operator, PORT_OUT);
	tee = add(&tee_operator,
		PORT_IN ",\"out\":[{\"name\":\"a\"},{\"name\":\"b\"}]");
	connect_ports(from, OUT, tee, IN);
	connect_ports(tee, 0, add(&take_operator, PORT_IN), IN);
	connect_ports(tee, 1, add(&take_operator, PORT_IN), IN);
	pipeline_start(&p);
	run_all();
	ck_assert_uint_eq(count, 2);
	ck_assert_int_ne(answers[4], answers[5]);
	ck_assert(answers[4] == fds[0] || answers[5] == fds[0]);
	close(answers[4]);
	close(answers[5]);
	close(fds[1]);
}
END_TEST

START_TEST(an_fd_that_nobody_takes_is_closed)
{
	uint32_t from;

	make_pipe(fds);
	pipeline_init(&p);
	from = add(&send_operator, PORT_OUT);
	connect_ports(from, OUT, add(&turn_operator, PORT_IN), IN);
	pipeline_start(&p);
	run_all();
	ck_assert_int_lt(fcntl(fds[0], F_GETFD), 0);
	close(fds[1]);
}
END_TEST

static int gone_run(struct tau_op *op)
{
	op->host->yield(op);
	return send_run(op);
}
OPERATOR(gone);

static int leave_run(struct tau_op *op)
{
	(void)op;
	return 0;
}
OPERATOR(leave);

START_TEST(the_host_owns_a_sent_fd_also_when_it_cannot_go)
{
	uint32_t from;

	make_pipe(fds);
	pipeline_init(&p);
	from = add(&gone_operator, PORT_OUT);
	connect_ports(from, OUT, add(&leave_operator, PORT_IN), IN);
	pipeline_start(&p);
	run_all();
	ck_assert_int_eq(answers[0], TAU_END);
	ck_assert_int_lt(fcntl(fds[0], F_GETFD), 0);
	close(fds[1]);
}
END_TEST

static Suite *services_fd_record_suite(void)
{
	Suite *suite = suite_create("services_fd_record");
	TCase *tests = test_case(suite, "records");

	tcase_add_test(tests, an_fd_travels_as_a_record_and_is_taken_once);
	tcase_add_test(tests, a_shared_fd_is_duplicated_and_the_last_gets_it);
	tcase_add_test(tests, an_fd_that_nobody_takes_is_closed);
	tcase_add_test(tests, the_host_owns_a_sent_fd_also_when_it_cannot_go);
	return suite;
}

TEST_MAIN(services_fd_record_suite)
