/* Every system call of a fabric fails in turn: the work is done all the same,
 * or somebody says why not; nothing hangs, and nothing is left. */
#include "tests/fake_os.h"
#include "tests/services.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

static struct fake_os fake;
static int fds[2];
static uint64_t got, ticks;

/* Reads a pipe through the host's table of system calls, and a timer. */
static int reads_run(struct tau_op *op)
{
	const struct tau_os *os =
		(const struct tau_os *)op->host->ext(op, "tau.os/1");
	const struct tau_want want = {.any = TAU_SLOT(0) | TAU_SLOT(1)};
	uint64_t ready;
	int flow = op->host->watch(op, 0, fds[0], EPOLLIN, 1);

	if (flow < 0)
		return tau_failf(op, flow, "watch: %s", strerror(-flow));
	op->host->timer(op, 1, op->host->now(op) + 1, 0);
	while ((flow = tau_wait(op, &want, &ready)) == TAU_OK) {
		char *space;
		ssize_t bytes;

		ticks += ready & TAU_SLOT(1) ? 1 : 0;
		if (!(ready & TAU_SLOT(0)))
			continue;
		space = tau_reserve(op, OUT, 4096);
		if (!space)
			return 0;
		bytes = os->read(os, fds[0], space, 4096);
		if (bytes == 0)
			return 0;
		if (bytes == -EAGAIN)
			op->host->drained(op, 0, fds[0], EPOLLIN);
		else if (bytes < 0 && bytes != -EINTR)
			return tau_failf(op, (int)bytes, "read: %s",
				strerror((int)-bytes));
		else if (bytes > 0)
			tau_commit(op, OUT, (uint32_t)bytes, TAU_BYTES);
	}
	return 0;
}
OPERATOR(reads);

static int sink_run(struct tau_op *op)
{
	const struct tau_record *record;

	while ((record = tau_read(op, IN))) {
		got += record->bytes;
		tau_consume(op, IN);
	}
	return 0;
}
OPERATOR(sink);

static uint32_t failed;

/* Makes a fabric with faults set; false when it could not be made, and has
 * said why. */
static bool make_once(void)
{
	struct error error = ERROR_NONE;
	struct fabric fabric = {0};

	if (fabric_init(&fabric, &fake.os, NULL, 0, &error) < 0) {
		ck_assert_int_ne(error.text[0], 0);
		return false;
	}
	fabric_release(&fabric);
	return true;
}

/* Works with a fault that strikes once the fabric stands. */
static void work_once(size_t call, uint64_t nth, int code, size_t bytes)
{
	static char noise[20000];
	uint32_t from;

	got = ticks = 0;
	ck_assert_int_eq(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	ck_assert_int_eq(write(fds[1], noise, sizeof noise), sizeof noise);
	close(fds[1]);
	fake_os_init(&fake);
	p = (struct pipeline){.os = &fake.os};
	pipeline_init(&p);
	from = add(&reads_operator, PORT_OUT);
	connect_ports(from, OUT, add(&sink_operator, PORT_IN), IN);
	pipeline_start(&p);
	if (code)
		fake_os_fail(&fake, call, nth, code);
	else
		fake_os_cut(&fake, call, nth, bytes);
	ck_assert(pipeline_run(&p));
	failed = p.failed;
	if (failed)
		ck_assert_int_ne(failure_of(from)[0], 0);
	else
		ck_assert_uint_eq(got, sizeof noise);
	pipeline_release(&p);
	close(fds[0]);
}

START_TEST(a_fabric_that_cannot_be_made_says_why_and_leaves_nothing)
{
	static const int codes[] = {ENOMEM, EMFILE, EINTR, EAGAIN};
	int refused = 0;

	for (uint64_t nth = 1;; nth++) {
		fake_os_init(&fake);
		fake_os_fail_nth(&fake, nth, codes[_i]);
		refused += !make_once();
		if (!fake.fired)
			break;
		ck_assert_uint_lt(nth, 100);
	}
	ck_assert_int_gt(refused, 0);
}
END_TEST

START_TEST(each_call_under_way_fails_in_turn_and_nothing_is_lost_in_silence)
{
	static const size_t calls[] = {OS_CALL(read), OS_CALL(epoll_wait),
		OS_CALL(epoll_control), OS_CALL(protect), OS_CALL(advise),
		OS_CALL(map)};
	static const int codes[] = {ENOMEM, EMFILE, EINTR, EAGAIN, EIO};

	for (int c = 0; c < 5; c++)
		for (uint64_t nth = 1; nth < 20; nth++) {
			/* EAGAIN of a pipe that has something is no fault but
			 * a lie: the edge would never come again. */
			if (calls[_i] == OS_CALL(read) && codes[c] == EAGAIN)
				continue;
			work_once(calls[_i], nth, codes[c], 0);
			if (!fake.fired)
				break;
			if (codes[c] == EINTR &&
				(calls[_i] == OS_CALL(read) ||
					calls[_i] == OS_CALL(epoll_wait)))
				ck_assert_uint_eq(failed, 0);
		}
}
END_TEST

START_TEST(short_reads_lose_nothing)
{
	for (size_t bytes = 1; bytes < 5000; bytes += 999) {
		work_once(OS_CALL(read), FAKE_ALWAYS, 0, bytes);
		ck_assert_uint_eq(failed, 0);
	}
}
END_TEST

static Suite *faults_suite(void)
{
	Suite *suite = suite_create("faults");
	TCase *tests = test_case(suite, "seam");

	tcase_add_loop_test(tests,
		a_fabric_that_cannot_be_made_says_why_and_leaves_nothing, 0, 4);
	tcase_add_loop_test(tests,
		each_call_under_way_fails_in_turn_and_nothing_is_lost_in_silence,
		0, 6);
	tcase_add_test(tests, short_reads_lose_nothing);
	return suite;
}

TEST_MAIN(faults_suite)
