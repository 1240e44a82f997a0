/*
 * control: a control socket in a folder of its own, and tools at it; what the
 * tests of the friendly and of the hostile ones share.
 */
#ifndef TESTS_CONTROL_H
#define TESTS_CONTROL_H

#include "core/fleet/client.h"
#include "core/fleet/control.h"
#include "core/fleet/runtime.h"
#include "core/run/reactor.h"
#include "core/wire/command_connection.h"
#include "tests/fake_os.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char base[64];
static struct os os;
static struct runtime runtime;
static struct control *control;
static struct reactor *reactor;

/* What the owner was told. */
static uint64_t asked_by[8];
static char asked_for[64];
static unsigned asked_count, left_count;
static bool answer_at_once;

static void asked(void *context, uint64_t client, const struct command *request)
{
	(void)context;
	asked_by[asked_count++ % 8] = client;
	snprintf(asked_for, sizeof asked_for, "%.*s", (int)request->name.bytes,
		request->name.text);
	if (answer_at_once)
		control_result(control, client, 0, "here");
}

static void left(void *context, uint64_t client)
{
	(void)context;
	(void)client;
	left_count++;
}

static void set_up(void)
{
	struct error error = ERROR_NONE;

	strcpy(base, "/tmp/tau-control-test-XXXXXX");
	os_linux_init(&os);
	ck_assert_ptr_nonnull(mkdtemp(base));
	ck_assert_int_eq(runtime_init(&runtime, &os, base, "weblog", NULL), 0);
	ck_assert_int_eq(reactor_create(&reactor, &os, NULL), 0);
	ck_assert_msg(
		control_create(&control, &os, runtime.folder, &error) == 0,
		"%s", error.text);
	ck_assert_int_eq(control_attach(control, reactor, NULL), 0);
}

static void tear_down(void)
{
	char path[128];

	control_destroy(&control);
	reactor_destroy(&reactor);
	runtime_release(&runtime);
	snprintf(path, sizeof path, "%s/tau", base);
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(rmdir(base), 0);
}

/* Serves until nothing more has happened. */
static inline void serve(void)
{
	static const struct control_owner owner = {NULL, asked, left};

	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(reactor_poll(reactor, 0), 0);
		control_serve(control, &owner);
	}
}

static inline struct client *connected(void)
{
	struct client *client = NULL;
	struct error error = ERROR_NONE;

	ck_assert_msg(client_connect(&client, &os, base, "weblog", &error) == 0,
		"%s", error.text);
	return client;
}

/* A socket of one's own, for what no client would send. */
static inline int raw(void)
{
	struct sockaddr_un where = {.sun_family = AF_UNIX};
	int fd = socket(
		AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(where.sun_path, sizeof where.sun_path, "%s/tau/weblog/control",
		base);
	ck_assert_int_eq(
		connect(fd, (struct sockaddr *)&where, sizeof where), 0);
	return fd;
}

static inline bool is_closed(int fd)
{
	char bytes[64];

	return recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) == 0 ||
	       errno == ECONNRESET;
}

static inline size_t request(uint8_t packet[COMMAND_PACKET_BYTES])
{
	size_t next;

	return command_encode(&(struct command){.kind = COMMAND_REQUEST,
				      .name = command_text("ps")},
		0, packet, &next);
}

static inline void expect_result(
	struct client *client, int code, const char *sentence)
{
	struct command command;

	ck_assert_int_eq(client_hear(client, &command, NULL), COMMAND_OK);
	ck_assert_int_eq(command.kind, COMMAND_RESULT);
	ck_assert_int_eq(command.code, code);
	ck_assert_uint_eq(command.text.bytes, strlen(sentence));
	ck_assert_mem_eq(command.text.text, sentence, strlen(sentence));
}

#endif
