/* Slots that watch fds, and fds as records. */
#include "tests/fake_os.h"
#include "tests/services.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

static int answers[32], fds[8];
static uint64_t count;
static struct tau_event events[8];

static void run_all(void)
{
	ck_assert(pipeline_run(&p));
	ck_assert_uint_eq(p.failed, 0);
	pipeline_release(&p);
}

static void run_one(const struct tau_operator *functions)
{
	pipeline_init(&p);
	add(functions, PORT_OUT);
	pipeline_start(&p);
	run_all();
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

/* --- readiness of fds --- */

static int watch_run(struct tau_op *op)
{
	const struct tau_want any = {.any = TAU_SLOT(4)};
	const struct tau_want soon = {.any = TAU_SLOT(4), .deadline_ns = 1};
	uint64_t ready = 0;
	char byte;

	answers[0] = op->host->watch(op, 4, fds[0], EPOLLIN, 77);
	answers[1] = op->host->next_event(op, 4, &events[0]);
	ck_assert_int_eq(write(fds[1], "ab", 2), 2);
	answers[2] = op->host->wait(op, &any, &ready);
	ck_assert_uint_eq(ready, TAU_SLOT(4));
	op->host->next_event(op, 4, &events[1]);
	op->host->next_event(op, 4, &events[2]); /* again, until drained */
	while (read(fds[0], &byte, 1) == 1)
		;
	answers[3] = op->host->drained(op, 4, fds[0], EPOLLIN);
	answers[4] = op->host->next_event(op, 4, &events[3]);
	answers[5] = op->host->wait(op, &soon, &ready);
	ck_assert_uint_eq(ready, 0);
	ck_assert_int_eq(write(fds[1], "c", 1), 1);
	answers[6] = op->host->wait(op, &any, &ready);
	answers[7] = op->host->watch(op, 4, fds[0], 0, 0);
	answers[8] = op->host->wait(op, &any, &ready);
	answers[9] = op->host->watch(op, 4, fds[0], 0, 0);
	answers[10] = op->host->drained(op, 4, fds[0], EPOLLIN);
	return 0;
}
OPERATOR(watch);

START_TEST(an_fd_is_ready_from_its_edge_until_it_is_drained)
{
	make_pipe(fds);
	run_one(&watch_operator);
	ck_assert_int_eq(answers[0], 0);
	ck_assert_int_eq(answers[1], TAU_WAIT);
	ck_assert_int_eq(answers[2], TAU_OK);
	for (int i = 1; i < 3; i++) {
		ck_assert_uint_eq(events[i].key, 77);
		ck_assert_uint_eq(events[i].events, EPOLLIN);
		ck_assert_int_eq(events[i].fd, fds[0]);
	}
	ck_assert_int_eq(answers[3], 0);
	ck_assert_int_eq(answers[4], TAU_WAIT);
	ck_assert_int_eq(answers[5], TAU_OK);
	ck_assert_int_eq(answers[6], TAU_OK);
	ck_assert_int_eq(answers[7], 0);
	ck_assert_int_eq(answers[8], TAU_END); /* nothing is watched */
	ck_assert_int_eq(answers[9], -ENOENT);
	ck_assert_int_eq(answers[10], -ENOENT);
	close_pair(fds);
}
END_TEST

static int turns_run(struct tau_op *op)
{
	const struct tau_want all = {
		.any = TAU_SLOT(0), .deadline_ns = INT64_MAX - 1};
	uint64_t seen = 0;

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(op->host->watch(op, 0, fds[i * 2], EPOLLIN,
					 (uint64_t)i),
			0);
	op->host->wait(op, &all, NULL);
	for (int i = 0; i < 8; i++) {
		ck_assert_int_eq(op->host->next_event(op, 0, &events[0]), 0);
		seen = seen * 10 + events[0].key;
	}
	ck_assert_uint_eq(seen / 10000, seen % 10000);
	return 0;
}

START_TEST(ready_fds_of_a_slot_take_turns)
{
	static const struct tau_operator turns_operator = {
		.size = sizeof turns_operator,
		.name = "turns",
		.run = turns_run};

	for (int i = 0; i < 4; i++) {
		make_pipe(&fds[i * 2]);
		ck_assert_int_eq(write(fds[i * 2 + 1], "x", 1), 1);
	}
	run_one(&turns_operator);
	for (int i = 0; i < 4; i++)
		close_pair(&fds[i * 2]);
}
END_TEST

static int always_run(struct tau_op *op)
{
	const struct tau_want any = {.any = TAU_SLOT(0)};

	answers[0] = op->host->watch(op, 0, fds[0], EPOLLIN, 1);
	for (count = 0; count < 3; count++)
		if (op->host->wait(op, &any, NULL) == TAU_OK)
			op->host->drained(op, 0, fds[0], EPOLLIN);
	op->host->next_event(op, 0, &events[0]);
	op->host->watch(op, 0, fds[0], EPOLLOUT, 2);
	op->host->next_event(op, 0, &events[1]);
	answers[1] = op->host->timer(op, 0, 1, 0);
	op->host->timer(op, 1, INT64_MAX - 1, 0);
	answers[2] = op->host->watch(op, 1, fds[0], EPOLLIN, 1);
	answers[3] = op->host->watch(op, 2, fds[0], EPOLLIN, 1);
	answers[4] = op->host->watch(op, 8, fds[0], EPOLLIN, 1);
	answers[5] = op->host->watch(op, 0, -1, EPOLLIN, 1);
	return 0;
}
OPERATOR(always);

START_TEST(a_file_that_epoll_refuses_is_always_ready)
{
	fds[0] = open("/dev/null", O_RDWR | O_CLOEXEC);
	run_one(&always_operator);
	ck_assert_int_eq(answers[0], 0);
	ck_assert_uint_eq(count, 3);
	ck_assert_uint_eq(events[0].events, EPOLLIN);
	ck_assert_uint_eq(events[1].events, EPOLLOUT);
	ck_assert_uint_eq(events[1].key, 2);
	ck_assert_int_eq(answers[1], -EBUSY); /* watches fds */
	ck_assert_int_eq(answers[2], -EBUSY); /* is a timer */
	ck_assert_int_eq(answers[3], -EEXIST);
	ck_assert_int_eq(answers[4], -EINVAL);
	ck_assert_int_eq(answers[5], -EINVAL);
	close(fds[0]);
}
END_TEST

static int change_run(struct tau_op *op)
{
	const struct tau_want any = {.any = TAU_SLOT(0)};

	op->host->watch(op, 0, fds[1], EPOLLIN | EPOLLOUT, 1);
	op->host->wait(op, &any, NULL);
	op->host->next_event(op, 0, &events[0]);
	op->host->watch(op, 0, fds[1], EPOLLIN, 1);
	answers[0] = op->host->next_event(op, 0, &events[1]);
	return 0;
}
OPERATOR(change);

START_TEST(events_that_are_not_asked_for_any_more_are_not_ready)
{
	make_pipe(fds);
	run_one(&change_operator);
	ck_assert_uint_eq(events[0].events, EPOLLOUT);
	ck_assert_int_eq(answers[0], TAU_WAIT);
	close_pair(fds);
}
END_TEST

/* A hang-up that a new writer has undone must not keep a FIFO ready. */
static int fifo_run(struct tau_op *op)
{
	const struct tau_want any = {.any = TAU_SLOT(0)};
	char byte;

	op->host->watch(op, 0, fds[0], EPOLLIN, 1);
	op->host->wait(op, &any, NULL);
	op->host->next_event(op, 0, &events[0]);
	fds[1] = open("fifo", O_WRONLY | O_CLOEXEC);
	answers[0] = read(fds[0], &byte, 1) < 0 && errno == EAGAIN;
	op->host->drained(op, 0, fds[0], EPOLLIN);
	answers[1] = op->host->next_event(op, 0, &events[1]);
	return 0;
}
OPERATOR(fifo);

START_TEST(after_eagain_a_hang_up_told_before_is_stale)
{
	char folder[] = "/tmp/tau-services-fd-XXXXXX";
	int writer;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	fds[0] = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	writer = open("fifo", O_WRONLY | O_CLOEXEC);
	close(writer);
	run_one(&fifo_operator);
	ck_assert_uint_ne(events[0].events & EPOLLHUP, 0);
	ck_assert_int_eq(answers[0], 1);
	ck_assert_int_eq(answers[1], TAU_WAIT);
	close_pair(fds);
	unlink("fifo");
	rmdir(folder);
}
END_TEST

/* The cut-through mapper: reads when there is something and room for it. */
static int through_run(struct tau_op *op)
{
	const struct tau_want both = {.all = TAU_SLOT(0) | TAU_OUT(OUT)};

	op->host->watch(op, 0, fds[0], EPOLLIN, 0);
	while (op->host->wait(op, &both, NULL) == TAU_OK) {
		void *space = tau_reserve(op, OUT, 16);
		ssize_t bytes = space ? read(fds[0], space, 16) : 0;

		if (bytes == 0)
			break;
		if (bytes < 0)
			op->host->drained(op, 0, fds[0], EPOLLIN);
		else
			tau_commit(op, OUT, (uint32_t)bytes, TAU_BYTES);
	}
	return 0;
}
OPERATOR(through);

static int bytes_run(struct tau_op *op)
{
	const struct tau_record *record;

	while ((record = tau_read(op, IN))) {
		count += record->bytes;
		tau_consume(op, IN);
	}
	return 0;
}
OPERATOR(bytes);

static int feed_run(struct tau_op *op)
{
	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(write(fds[1], "0123456789", 10), 10);
		op->host->yield(op);
	}
	close(fds[1]);
	return 0;
}
OPERATOR(feed);

START_TEST(a_mapper_waits_for_fd_and_room_together)
{
	static const struct stream_settings one = {512, 1, 512, STREAM_BLOCK};
	uint32_t at;

	make_pipe(fds);
	pipeline_init(&p);
	at = add(&through_operator, PORT_OUT);
	pipeline_connect(&p, at, OUT, add(&bytes_operator, PORT_IN), IN, &one);
	add(&feed_operator, "\"in\":[]");
	pipeline_start(&p);
	run_all();
	ck_assert_uint_eq(count, 1000);
	close(fds[0]);
}
END_TEST

/* Reads but from itself, so never. */
static int narcissus_run(struct tau_op *op)
{
	return tau_read(op, 1) ? 0 : TAU_END;
}
OPERATOR(narcissus);

/* Writes one record, then waits for an fd and for room. */
static int pump_run(struct tau_op *op)
{
	const struct tau_want both = {.all = TAU_OUT(OUT) | TAU_SLOT(0)};

	ck_assert_int_eq(op->host->watch(op, 0, fds[0], EPOLLIN, 1), 0);
	ck_assert_int_eq(put(op, OUT, 1), TAU_OK);
	return op->host->wait(op, &both, NULL) == TAU_OK ? -EIO : 0;
}
OPERATOR(pump);

static void start_pump(uint32_t records)
{
	const struct stream_settings settings = {
		8192, records, 512, STREAM_BLOCK};
	uint32_t pump, narcissus;

	make_pipe(fds);
	pipeline_init(&p);
	pump = add(&pump_operator, PORT_OUT);
	narcissus = add(&narcissus_operator,
		"\"in\":[{\"name\":\"a\"},{\"name\":\"b\"}]," PORT_OUT);
	pipeline_connect(&p, pump, OUT, narcissus, IN, &settings);
	connect_ports(narcissus, OUT, narcissus, 1);
	pipeline_start(&p);
}

static void end_pump(void)
{
	ck_assert_uint_eq(p.running, 2);
	pipeline_release(&p);
	close_pair(fds);
}

START_TEST(no_fd_sets_free_who_waits_for_room_as_well)
{
	start_pump(1);
	turn(8);
	ck_assert(!fabric_turn(&p.fabric, 0));
	ck_assert_int_eq(write(fds[1], "x", 1), 1);
	ck_assert(!fabric_turn(&p.fabric, 0));
	end_pump();
}
END_TEST

START_TEST(an_fd_that_was_told_sets_nobody_free_again)
{
	start_pump(1);
	ck_assert_int_eq(write(fds[1], "x", 1), 1);
	turn(8);
	ck_assert(!fabric_turn(&p.fabric, 0));
	end_pump();
}
END_TEST

START_TEST(an_fd_sets_free_who_has_room)
{
	start_pump(2);
	turn(8);
	ck_assert(fabric_turn(&p.fabric, 0));
	end_pump();
}
END_TEST

static Suite *services_fd_suite(void)
{
	Suite *suite = suite_create("services_fd");
	TCase *tests = test_case(suite, "slots");

	tcase_add_test(tests, an_fd_is_ready_from_its_edge_until_it_is_drained);
	tcase_add_test(tests, ready_fds_of_a_slot_take_turns);
	tcase_add_test(tests, a_file_that_epoll_refuses_is_always_ready);
	tcase_add_test(
		tests, events_that_are_not_asked_for_any_more_are_not_ready);
	tcase_add_test(tests, after_eagain_a_hang_up_told_before_is_stale);
	tcase_add_test(tests, a_mapper_waits_for_fd_and_room_together);
	tcase_add_test(tests, no_fd_sets_free_who_waits_for_room_as_well);
	tcase_add_test(tests, an_fd_that_was_told_sets_nobody_free_again);
	tcase_add_test(tests, an_fd_sets_free_who_has_room);
	return suite;
}

TEST_MAIN(services_fd_suite)
