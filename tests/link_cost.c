/*
 * link_cost PLUGIN KIND COUNT: brings records of the bench's plugin
 * (tests/bench/link_plugin.c) over a link between two fabrics in this process,
 * and prints how many system calls that took:
 *
 *	link_cost link.so bulk 1000       64 KiB each
 *	link_cost link.so small 1000      64 bytes each
 *	link_cost link.so pingpong 1000   64 bytes there and back
 *
 * A side gets its turn when it has something to do, as a process would that
 * sleeps until then; so whoever counts calls or instructions gets what the
 * two would need side by side. (Check is about it since a pipeline reports its
 * troubles there.)
 */
#include "core/wire/link.h"
#include "tests/bench_plugin.h"
#include "tests/fake_os.h"

#include <check.h>
#include <poll.h>

#define TWO_IN                                                                 \
	"\"in\":[{\"name\":\"in\",\"type\":\"any\"},"                          \
	"{\"name\":\"start\",\"type\":\"any\"}]"
#define TWO_OUT                                                                \
	"\"out\":[{\"name\":\"out\",\"type\":\"any\"},"                        \
	"{\"name\":\"said\",\"type\":\"any\"}]"
#define SMALL_BYTES 64
#define BULK_BYTES (64 * KIB)

struct side {
	struct fake_os fake;
	struct pipeline pipeline;
	struct link *link;
};

static const char *kind;
static long records;

static uint32_t add_source(struct side *side, struct tau_param params[2],
	long count, uint32_t bytes)
{
	uint32_t at = add(&side->pipeline, find("source"), OUT_PORT);

	params[0] = (struct tau_param){
		.type = TAU_PARAM_INT, .value = {.i = count}};
	params[1] = (struct tau_param){
		.type = TAU_PARAM_INT, .value = {.i = bytes}};
	side->pipeline.makes[at].params = params;
	side->pipeline.makes[at].param_count = 2;
	return at;
}

static void closed(
	struct link_listener *listener, struct link *link, const char *why)
{
	(void)listener;
	(void)link;
	ck_assert_msg(why == NULL, "%s", why);
}

static void begin(struct side *side)
{
	fake_os_init(&side->fake);
	side->pipeline.os = &side->fake.os;
	pipeline_init(&side->pipeline);
}

static void join(struct side *side, int fd, struct link_listener *listener)
{
	const struct link_settings settings = {
		.name = "one", .peer = "the other", .packets = true};

	side->link = pipeline_link(&side->pipeline, &settings, fd, listener);
	pipeline_start(&side->pipeline);
}

/* A turn, unless a process would sleep on. */
static void turn(struct side *side)
{
	struct fabric *fabric = &side->pipeline.fabric;
	struct pollfd fd = {reactor_fd(fabric->reactor), POLLIN, 0};

	if (!scheduler_idle(&fabric->scheduler) || poll(&fd, 1, 0) > 0)
		fabric_turn(fabric, -1);
}

/* One way: source | sink -> told. */
static void build_one_way(
	struct side *a, struct side *b, struct tau_param params[2])
{
	static const struct stream_settings wide = {4 * MIB,
		STREAM_RECORDS_DEFAULT, STREAM_ATOMIC_DEFAULT, STREAM_BLOCK};
	bool bulk = strcmp(kind, "bulk") == 0;
	uint32_t source =
		add_source(a, params, records, bulk ? BULK_BYTES : SMALL_BYTES);
	uint32_t sink = add(&b->pipeline, find("sink"), IN_PORT "," OUT_PORT);
	uint32_t last = add(&b->pipeline, &told, IN_PORT);

	pipeline_connect(&a->pipeline, source, 0, PIPELINE_OUTSIDE, 0, &wide);
	pipeline_connect(&b->pipeline, PIPELINE_OUTSIDE, 0, sink, 0, &wide);
	pipeline_connect(&b->pipeline, sink, 0, last, 0, NULL);
}

/* There and back: source -> ping -> told | pong. */
static void build_ping_pong(
	struct side *a, struct side *b, struct tau_param params[3])
{
	uint32_t ping = add(&a->pipeline, find("ping"), TWO_IN "," TWO_OUT);
	uint32_t pong = add(&b->pipeline, find("pong"), IN_PORT "," OUT_PORT);
	uint32_t source = add_source(a, params, 1, SMALL_BYTES);
	uint32_t last = add(&a->pipeline, &told, IN_PORT);

	params[2] = (struct tau_param){
		.type = TAU_PARAM_INT, .value = {.i = records}};
	a->pipeline.makes[ping].params = &params[2];
	a->pipeline.makes[ping].param_count = 1;
	pipeline_connect(&a->pipeline, ping, 0, PIPELINE_OUTSIDE, 0, NULL);
	pipeline_connect(&a->pipeline, PIPELINE_OUTSIDE, 0, ping, 0, NULL);
	pipeline_connect(&b->pipeline, PIPELINE_OUTSIDE, 0, pong, 0, NULL);
	pipeline_connect(&b->pipeline, pong, 0, PIPELINE_OUTSIDE, 0, NULL);
	pipeline_connect(&a->pipeline, source, 0, ping, 1, NULL);
	pipeline_connect(&a->pipeline, ping, 1, last, 0, NULL);
}

static void print_calls(const struct side *a, const struct side *b)
{
	static const size_t named[] = {
		OS_CALL(sendmsg), OS_CALL(recvmsg), OS_CALL(epoll_wait)};
	uint64_t other = a->fake.total + b->fake.total;

	for (int i = 0; i < 3; i++) {
		uint64_t count =
			a->fake.calls[named[i]] + b->fake.calls[named[i]];

		printf("%llu ", (unsigned long long)count);
		other -= count;
	}
	printf("%llu\n", (unsigned long long)other);
}

/* As large as the kernel makes it for everybody, unless told otherwise. */
static void widen(int fd)
{
	int bytes = 212992;

	ck_assert_int_eq(
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes), 0);
}

START_TEST(every_record_arrives)
{
	struct link_listener listener = {.closed = closed};
	bool back = strcmp(kind, "pingpong") == 0;
	static struct side a, b;
	struct tau_param params[3];
	int fds[2];

	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
	widen(fds[0]);
	widen(fds[1]);
	begin(&a);
	begin(&b);
	(back ? build_ping_pong : build_one_way)(&a, &b, params);
	join(&a, fds[0], &listener);
	join(&b, fds[1], &listener);
	ck_assert_int_eq(
		link_send(a.link, 0, &a.pipeline.streams[0], "out"), 0);
	ck_assert_int_eq(
		link_receive(b.link, 0, &b.pipeline.streams[0], "in"), 0);
	if (back) {
		link_receive(a.link, 1, &a.pipeline.streams[1], "in");
		link_send(b.link, 1, &b.pipeline.streams[1], "out");
	}
	while (a.pipeline.running + b.pipeline.running > 0) {
		turn(&a);
		turn(&b);
	}
	print_calls(&a, &b);
	link_destroy(&a.link);
	link_destroy(&b.link);
	pipeline_release(&a.pipeline);
	pipeline_release(&b.pipeline);
	ck_assert_int_eq(seen, records);
}
END_TEST

static int run_without_fork(void)
{
	Suite *suite = suite_create("link_cost");
	TCase *tests = tcase_create("link_cost");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, every_record_arrives);
	suite_add_tcase(suite, tests);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	if (failed > 0)
		srunner_print(runner, CK_NORMAL);
	srunner_free(runner);
	return failed;
}

int main(int count, char **words)
{
	if (count != 4) {
		fputs("link_cost: say a plugin, a kind and how many\n", stderr);
		return 2;
	}
	if (!load(words[1]))
		return 2;
	kind = words[2];
	records = atol(words[3]);
	return run_without_fork() == 0 ? 0 : 1;
}
