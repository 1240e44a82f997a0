/* spawner: fds between an operator and its child. See the header. */
#include "core/host/spawner.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/bounds.h"
#include "core/host/instance.h"
#include "core/host/services.h"

static int start(struct tau_op *op, const struct tau_child *wish, int fds[3]);
static void close_in(struct tau_op *op, int fds[3]);
static void end(struct tau_op *op, const int fds[3]);
static int64_t unread(struct tau_op *op, const int fds[3]);
static struct instance *enter(struct tau_op *op);
static int check_wish(const struct tau_child *wish, struct error *error);
static int make_ends(
	struct os *os, int ours[3], int theirs[3], struct error *error);
static void close_all(struct os *os, const int fds[3]);

const struct tau_spawn spawner_table = {.size = sizeof spawner_table,
	.start = start,
	.close_in = close_in,
	.end = end,
	.unread = unread};

static int start(struct tau_op *op, const struct tau_child *wish, int fds[3])
{
	struct instance *instance = enter(op);
	struct fabric *fabric = instance->fabric;
	struct error error = ERROR_NONE;
	int ours[3], theirs[3];
	int code = check_wish(wish, &error);

	if (code == 0)
		code = make_ends(fabric->os, ours, theirs, &error);
	if (code == 0) {
		code = fabric->spawner->pass(
			fabric->spawner, instance->name, wish, theirs, &error);
		if (code < 0)
			close_all(fabric->os, ours);
	}
	if (code < 0)
		return instance_fail(
			instance, code, error.text, strlen(error.text));
	memcpy(fds, ours, sizeof ours);
	return 0;
}

static void close_in(struct tau_op *op, int fds[3])
{
	struct os *os = enter(op)->fabric->os;
	struct iovec part = {(char[]){0}, 1};
	const struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	char path[40];
	int reader;

	if (fds[TAU_CHILD_IN] < 0)
		return;
	(void)snprintf(
		path, sizeof path, "/proc/self/fd/%d", fds[TAU_CHILD_IN]);
	reader = os->openat(os, AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
	(void)os->close(os, fds[TAU_CHILD_IN]);
	fds[TAU_CHILD_IN] = reader < 0 ? -1 : reader;
	/* Who has gone needs not be told. */
	(void)os->sendmsg(os, fds[TAU_CHILD_LEASH], &message,
		MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void end(struct tau_op *op, const int fds[3])
{
	struct os *os = enter(op)->fabric->os;

	(void)os->shutdown(os, fds[TAU_CHILD_LEASH], SHUT_WR);
}

static int64_t unread(struct tau_op *op, const int fds[3])
{
	struct os *os = enter(op)->fabric->os;

	return os->unread(os, fds[TAU_CHILD_IN]);
}

/* Children have an effect outside: there are none before run. */
static struct instance *enter(struct tau_op *op)
{
	struct instance *instance = services_enter(op);

	if (instance->context == CONTEXT_CREATE)
		fabric_abort(instance->fabric, instance,
			"used a child process outside run");
	return instance;
}

static int check_wish(const struct tau_child *wish, struct error *error)
{
	size_t bytes = wish->folder ? strlen(wish->folder) : 0;

	if (wish->size < offsetof(struct tau_child, folder) + sizeof(char *) ||
		wish->word_count == 0)
		return error_set(error, -EINVAL,
			"asked for a child process without saying which");
	if (wish->word_count > CHILD_WORDS_MAX ||
		wish->setting_count > CHILD_WORDS_MAX)
		return error_set(error, -E2BIG,
			"asked for a child process with more than %u words or "
			"settings",
			CHILD_WORDS_MAX);
	for (uint32_t i = 0; i < wish->word_count; i++)
		bytes += strlen(wish->words[i]) + 1;
	for (uint32_t i = 0; i < wish->setting_count; i++) {
		const char *equals = strchr(wish->settings[i], '=');

		if (!equals || equals == wish->settings[i])
			return error_set(error, -EINVAL,
				"asked for a child process with a setting that "
				"is no NAME=VALUE");
		bytes += strlen(wish->settings[i]) + 1;
	}
	if (bytes > CHILD_TEXT_BYTES_MAX)
		return error_set(error, -E2BIG,
			"asked for a child process with %zu bytes of words and "
			"settings; it may have %u",
			bytes, CHILD_TEXT_BYTES_MAX);
	return 0;
}

/* Ours never block; theirs are as programs expect them. */
static int make_ends(
	struct os *os, int ours[3], int theirs[3], struct error *error)
{
	int pairs[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
	int code = os->pipe(os, pairs[TAU_CHILD_IN], 0);

	if (code == 0)
		code = os->pipe(os, pairs[TAU_CHILD_OUT], 0);
	if (code == 0)
		code = os->socketpair(
			os, AF_UNIX, SOCK_SEQPACKET, 0, pairs[TAU_CHILD_LEASH]);
	for (int i = 0; i < 3; i++) {
		int own = i == TAU_CHILD_IN ? 1 : 0;

		ours[i] = pairs[i][own];
		theirs[i] = pairs[i][1 - own];
		if (code >= 0)
			code = os->fcntl(os, ours[i], F_SETFL, O_NONBLOCK);
	}
	if (code >= 0)
		return 0;
	close_all(os, ours);
	close_all(os, theirs);
	return error_set(error, code, "cannot make a child's pipes: %s%s",
		strerror(-code),
		code == -EMFILE ? "; raise the limit (ulimit -n, or the node's "
				  "limits.files)"
				: "");
}

static void close_all(struct os *os, const int fds[3])
{
	for (int i = 0; i < 3; i++)
		if (fds[i] >= 0)
			(void)os->close(os, fds[i]);
}
