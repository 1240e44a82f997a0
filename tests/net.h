/*
 * net: operators that listen, in a fabric with system calls that fail on
 * demand. Who connects is the test itself, between turns. Each test runs in a
 * process of its own, so what they share is static.
 */
#ifndef TESTS_NET_H
#define TESTS_NET_H
#include "tests/fake_os.h"
#include "tests/services.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CLIENTS = 200 };

static struct fake_os fake;
static int (*fake_listen)(struct os *, int, int);
static struct sockaddr_in there; /* where the operator listens */
static int said;                 /* the log */
static char lines[1 << 18], bad[4096];
static int taken[CLIENTS], taken_count;
static bool idle; /* the reader rests */

/* --- the operators --- */

static inline const struct tau_operator *load(const char *name)
{
	const char *build = getenv("top_builddir");
	const struct tau_plugin *plugin;
	char path[512];
	void *library;

	(void)snprintf(path, sizeof path, "%s/plugins/tau-net.so",
		build ? build : ".");
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	ck_assert_msg(library != NULL, "%s", dlerror());
	plugin = dlsym(library, "tau_plugin_v1");
	for (uint32_t i = 0; i < plugin->count; i++)
		if (strcmp(plugin->operators[i]->name, name) == 0)
			return plugin->operators[i];
	ck_abort_msg("there is no %s", name);
}

/* Keeps what comes, text behind text, and fds. */
static inline int keep(struct tau_op *op, char *to, size_t room)
{
	const struct tau_record *record;

	while (!idle && (record = tau_read(op, IN))) {
		size_t has = strlen(to);

		if (record->type == TAU_FD) {
			taken[taken_count++] = op->host->fd_take(op, record);
		} else {
			ck_assert_uint_lt(has + record->bytes, room);
			memcpy(to + has, record->body, record->bytes);
			for (size_t i = has; i < has + record->bytes; i++)
				if (!to[i]) /* of a value */
					to[i] = '.';
			to[has + record->bytes] = 0;
		}
		tau_consume(op, IN);
	}
	return 0;
}

static inline int lines_run(struct tau_op *op)
{
	const struct tau_want never = {
		.any = TAU_SLOT(7), .deadline_ns = INT64_MAX - 1};

	while (idle)
		if (tau_wait(op, &never, NULL) != TAU_OK)
			return 0;
	return keep(op, lines, sizeof lines);
}
OPERATOR(lines);

static inline int bad_run(struct tau_op *op)
{
	return keep(op, bad, sizeof bad);
}
OPERATOR(bad);

static inline int spy_listen(struct os *os, int fd, int backlog)
{
	int result = fake_listen(os, fd, backlog);
	socklen_t bytes = sizeof there;

	if (result == 0)
		ck_assert_int_eq(
			getsockname(fd, (struct sockaddr *)&there, &bytes), 0);
	return result;
}

static struct tau_param params[3] = {
	{.type = TAU_PARAM_INT, .value.i = 0},
	{.type = TAU_PARAM_STRING, .value.s = {"127.0.0.1", 9}},
	{.type = TAU_PARAM_INT, .value.i = CLIENTS},
};

/* Makes the operator with a reader for each of its ports. */
static inline void prepare(
	const char *name, const struct stream_settings *settings)
{
	const struct tau_operator *type = load(name);
	uint32_t at, reader;

	p.os = &fake.os;
	pipeline_init(&p);
	said = memfd_create("log", MFD_CLOEXEC);
	log_init(&p.log, &fake.os, said, "test", LOG_NOTICE);
	at = add(type, "\"out\":[{\"name\":\"out\"},{\"name\":\"bad\"}]");
	p.makes[at].params = params;
	p.makes[at].param_count = 3;
	reader = add(&lines_operator, PORT_IN);
	pipeline_connect(&p, at, OUT, reader, IN, settings);
	reader = add(&bad_operator, PORT_IN);
	pipeline_connect(&p, at, 1, reader, IN, settings);
}

static inline void make_fake(void)
{
	fake_os_init(&fake);
	fake_listen = fake.os.listen;
	fake.os.listen = spy_listen;
}

static inline void start(const char *name)
{
	make_fake();
	prepare(name, NULL);
	pipeline_start(&p);
	turn(3);
	ck_assert_int_ne(there.sin_port, 0);
}

/* Ends all, as a node does. */
static inline void finish(void)
{
	for (int i = 0; i < taken_count; i++)
		ck_assert_int_eq(close(taken[i]), 0);
	pipeline_release(&p);
	ck_assert_int_eq(close(said), 0);
}

/* --- who connects --- */

static inline int client(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(
		connect(fd, (struct sockaddr *)&there, sizeof there), 0);
	return fd;
}

static inline void say(int fd, const char *text)
{
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static inline void await_text(const char *where, const char *text)
{
	while (!strstr(where, text)) {
		ck_assert_uint_eq(p.failed, 0);
		ck_assert(fabric_turn(&p.fabric, -1));
	}
}

static inline unsigned times_said(const char *text)
{
	static char log[4096];
	ssize_t bytes = pread(said, log, sizeof log - 1, 0);
	unsigned count = 0;

	ck_assert_int_ge(bytes, 0);
	log[bytes] = 0;
	for (const char *at = log; (at = strstr(at, text)); at++)
		count++;
	return count;
}

#endif
