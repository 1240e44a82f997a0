/*
 * held: preloaded, holds a process at a message of an upgrade, so that a test
 * can kill somebody just there. In the folder HELD it looks for the FIFO
 *
 *     MESSAGE-before.at   about to send it: nobody knows of it yet
 *     MESSAGE-after.at    it has arrived, and nobody has acted on it yet
 *
 * opens it, which says that the place is reached, unlinks it, and goes on when
 * something comes through MESSAGE-WHEN.go. Where there is no such FIFO it goes
 * on at once. MESSAGE is a name below; the fence, by which the supervisor kills
 * who ran behind the commit, counts as one. Of the nodes only the one whose
 * name is b looks.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/wire/command.h"

static const char *const names[] = {
	[COMMAND_PLAN] = "plan",
	[COMMAND_READY] = "ready",
	[COMMAND_FREEZE] = "freeze",
	[COMMAND_FDS] = "fds",
	[COMMAND_FROZEN] = "frozen",
	[COMMAND_RESTORE] = "restore",
	[COMMAND_RESTORED] = "restored",
	[COMMAND_REFUSED] = "refused",
	[COMMAND_THAW] = "thaw",
	[COMMAND_RUN] = "run",
	[COMMAND_ASK] = "ask",
	[COMMAND_PROGRESS] = "progress",
	[COMMAND_REQUEST] = "request",
	[COMMAND_LINE] = "line",
	[COMMAND_RESULT] = "result",
};

static const char *folder; /* NULL: this process is never held */
static int is_node;
static char prefix[80];

__attribute__((constructor)) static void begin(int count, char **arguments)
{
	is_node = count > 2 && strcmp(arguments[1], "node") == 0;
	folder = getenv("HELD");
	if (is_node && strcmp(arguments[2], "b") != 0)
		snprintf(prefix, sizeof prefix, "%s-", arguments[2]);
}

static void hold(const char *message, const char *when)
{
	char path[4096], byte;
	int error = errno, fifo;

	if (!folder)
		return;
	snprintf(path, sizeof path, "%s/%s%s-%s.at", folder, prefix, message,
		when);
	fifo = open(path, O_WRONLY | O_CLOEXEC);
	if (fifo >= 0) {
		unlink(path);
		close(fifo);
		snprintf(path, sizeof path, "%s/%s%s-%s.go", folder, prefix,
			message, when);
		do
			fifo = open(path, O_RDONLY | O_CLOEXEC);
		while (fifo < 0 && errno == EINTR);
		while (read(fifo, &byte, 1) < 0 && errno == EINTR)
			;
		close(fifo);
	}
	errno = error;
}

/* The handover's fds go up, and down to the standby: FDS goes either way. */
static void hold_packet(
	const struct msghdr *message, ssize_t bytes, const char *when)
{
	const uint8_t *packet = message->msg_iov[0].iov_base;
	int is_sent = strcmp(when, "before") == 0;
	char name[32];

	if (bytes < COMMAND_HEAD_BYTES || message->msg_iovlen != 1 ||
		packet[0] != 't' || packet[1] != COMMAND_VERSION ||
		packet[2] >= sizeof names / sizeof *names || !names[packet[2]])
		return;
	snprintf(name, sizeof name, "%s%s", names[packet[2]],
		packet[2] != COMMAND_FDS ? ""
		: is_node == is_sent     ? "-up"
					 : "-down");
	hold(name, when);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	if (message->msg_iovlen == 1)
		hold_packet(message, (ssize_t)message->msg_iov[0].iov_len,
			"before");
	return syscall(SYS_sendmsg, fd, message, flags);
}

/* What carries no fds goes this way. */
ssize_t send(int fd, const void *bytes, size_t count, int flags)
{
	struct iovec piece = {(void *)(uintptr_t)bytes, count};
	struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};

	hold_packet(&message, (ssize_t)count, "before");
	return syscall(SYS_sendto, fd, bytes, count, flags, NULL, 0);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t bytes = syscall(SYS_recvmsg, fd, message, flags);

	if (bytes > 0)
		hold_packet(message, bytes, "after");
	return bytes;
}

int pidfd_send_signal(int pidfd, int number, siginfo_t *info, unsigned flags)
{
	int result;

	if (number == SIGKILL)
		hold("fence", "before");
	result =
		(int)syscall(SYS_pidfd_send_signal, pidfd, number, info, flags);
	if (number == SIGKILL)
		hold("fence", "after");
	return result;
}
