/* The worker of examples/connections: who is served goes on being served by
 * the instance that takes its place, in the middle of a line and of an answer.
 */
#include <dlfcn.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/services.h"

#define LINES 2600u /* of one letter each, from a to z again and again */

static int dealt[2] = {-1, -1}; /* connections to hand over */

static int deal_run(struct tau_op *op)
{
	for (int i = 0; i < 2; i++)
		if (op->host->fd_send(op, op->out[OUT], dealt[i], 0) != TAU_OK)
			return -EIO;
	return 0;
}
OPERATOR(deal);

static const struct tau_operator *load_worker(void)
{
	const char *build = getenv("top_builddir");
	const struct tau_plugin *plugin;
	char path[512];
	void *library;

	(void)snprintf(path, sizeof path, "%s/examples/connections/worker.so",
		build ? build : ".");
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	ck_assert_msg(library != NULL, "%s", dlerror());
	plugin = dlsym(library, "tau_plugin_v1");
	return plugin->operators[0];
}

static void begin(int clients[2])
{
	static struct tau_param name = {
		.type = TAU_PARAM_STRING, .value.s = {"ann", 3}};
	uint32_t deal, worker;

	for (int i = 0; i < 2; i++) {
		int fds[2];

		ck_assert_int_eq(socketpair(AF_UNIX,
					 SOCK_STREAM | SOCK_NONBLOCK, 0, fds),
			0);
		clients[i] = fds[0];
		dealt[i] = fds[1];
	}
	pipeline_init(&p);
	deal = add(&deal_operator, PORT_OUT);
	worker = add(load_worker(), PORT_IN);
	p.makes[worker].params = &name;
	p.makes[worker].param_count = 1;
	pipeline_connect(&p, deal, OUT, worker, IN, NULL);
	pipeline_start(&p);
}

static void turn_some(void)
{
	for (int i = 0; i < 20; i++)
		(void)fabric_turn(&p.fabric, 0);
	ck_assert_uint_eq(p.failed, 0);
}

static size_t hear(int client, char *to, size_t room)
{
	size_t has = 0;
	ssize_t got;

	for (int i = 0; i < 200; i++) {
		(void)fabric_turn(&p.fabric, 0);
		got = recv(client, to + has, room - has - 1, MSG_DONTWAIT);
		has += got > 0 ? (size_t)got : 0;
	}
	to[has] = 0;
	return has;
}

static void say(int client, const char *text)
{
	ck_assert_int_eq(send(client, text, strlen(text), MSG_NOSIGNAL),
		(ssize_t)strlen(text));
}

START_TEST(connections_move_with_what_they_are_at)
{
	static char heard[1 << 23], text[LINES * 2];
	int clients[2];
	size_t has = 0, said = 0;
	ssize_t sent;

	begin(clients);
	turn_some();
	say(clients[0], "one\ntw");
	for (size_t i = 0; i < LINES; i++)
		memcpy(text + 2 * i, (char[]){(char)('a' + i % 26), '\n'}, 2);
	while ((sent = send(clients[1], text + said % sizeof text,
			sizeof text - said % sizeof text,
			MSG_NOSIGNAL | MSG_DONTWAIT)) > 0)
		said += (size_t)sent;
	turn_some(); /* the second does not listen: its answer waits */
	pipeline_move(&p, 1);
	say(clients[0], "o\n");
	(void)shutdown(clients[0], SHUT_WR);
	(void)hear(clients[0], heard, sizeof heard);
	ck_assert_str_eq(heard, "ann: ONE\nann: TWO\n");
	(void)shutdown(clients[1], SHUT_WR);
	has = hear(clients[1], heard, sizeof heard);
	ck_assert_uint_eq(has, (said + 1) / 2 * 7);
	for (size_t i = 0; i < has / 7; i++) {
		char line[] = "ann: ?\n";

		line[5] = (char)('A' + i % 26);
		ck_assert_mem_eq(heard + i * 7, line, 7);
	}
	ck_assert(pipeline_run(&p));
	ck_assert_uint_eq(p.failed, 0);
	pipeline_release(&p);
	close(clients[0]);
	close(clients[1]);
}
END_TEST

static Suite *worker_suite(void)
{
	Suite *suite = suite_create("worker");
	TCase *tests = test_case(suite, "state");

	tcase_add_test(tests, connections_move_with_what_they_are_at);
	return suite;
}

TEST_MAIN(worker_suite)
