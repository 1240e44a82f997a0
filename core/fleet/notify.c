/* notify: what systemd wants to know. See the header. */
#include "core/fleet/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static int send_text(
	struct os *os, const char *socket, const char *text, int flags);

int notify_send(struct os *os, const char *socket, const char *text)
{
	return send_text(os, socket, text, MSG_NOSIGNAL);
}

int notify_alive(struct os *os, const char *socket)
{
	return send_text(os, socket, "WATCHDOG=1", MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int send_text(
	struct os *os, const char *socket, const char *text, int flags)
{
	struct sockaddr_un where = {.sun_family = AF_UNIX};
	struct iovec part = {(char *)text, strlen(text)};
	size_t bytes = socket ? strlen(socket) : 0;
	struct msghdr message = {.msg_name = &where,
		.msg_namelen =
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				    bytes),
		.msg_iov = &part,
		.msg_iovlen = 1};
	ssize_t sent;
	int fd;

	if (!socket)
		return 0;
	if (bytes < 2 || bytes >= sizeof where.sun_path ||
		!strchr("/@", socket[0]))
		return -EINVAL;
	memcpy(where.sun_path, socket, bytes);
	if (socket[0] == '@')
		where.sun_path[0] = '\0';
	fd = os->socket(os, AF_UNIX, SOCK_DGRAM, 0);
	if (fd < 0)
		return fd;
	do
		sent = os->sendmsg(os, fd, &message, flags);
	while (sent == -EINTR);
	os->close(os, fd);
	return sent < 0 ? (int)sent : 0;
}

int64_t notify_watchdog_ns(
	struct os *os, const char *microseconds, const char *pid)
{
	char *end;
	long long value;

	if (!microseconds || (pid && atoll(pid) != os->getpid(os)))
		return 0;
	value = strtoll(microseconds, &end, 10);
	if (*end || value < 2 || value > INT64_MAX / 1000)
		return 0;
	return value * 1000 / 2;
}
