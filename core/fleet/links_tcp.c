/* links: a connection over the loopback. See links_private.h. */
#include "core/fleet/links_private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "core/base/bounds.h"

static int open_door(struct os *os, struct sockaddr_in *where);
static int meet(
	struct os *os, int door, const struct sockaddr_in *where, int fds[2]);
static int take_ours(struct os *os, int door, const struct sockaddr_in *ours);

/* Its door is open to every
 * process of the machine for as long as this takes. */
int links_make_tcp(struct os *os, int fds[2])
{
	struct sockaddr_in where;
	int door = open_door(os, &where), result, yes = 1;

	if (door < 0)
		return door;
	fds[0] = os->socket(os, AF_INET, SOCK_STREAM, 0);
	result = fds[0] < 0 ? fds[0] : meet(os, door, &where, fds);
	os->close(os, door);
	for (int side = 0; side < 2 && result == 0; side++)
		result = os->setsockopt(os, fds[side], IPPROTO_TCP, TCP_NODELAY,
			&yes, sizeof yes);
	return result;
}

/* A socket that listens at a free port of the loopback; told in `where`. */
static int open_door(struct os *os, struct sockaddr_in *where)
{
	const struct timeval patience = {.tv_sec = LINKS_MEET_SECONDS};
	socklen_t bytes = sizeof *where;
	int door = os->socket(os, AF_INET, SOCK_STREAM, 0), result;

	*where = (struct sockaddr_in){.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (door < 0)
		return door;
	result = os->setsockopt(
		os, door, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (result == 0)
		result = os->bind(
			os, door, (struct sockaddr *)where, sizeof *where);
	if (result == 0)
		result = os->listen(os, door, LINKS_STRANGERS_MAX);
	if (result == 0)
		result = os->getsockname(
			os, door, (struct sockaddr *)where, &bytes);
	if (result == 0)
		return door;
	os->close(os, door);
	return result;
}

static int meet(
	struct os *os, int door, const struct sockaddr_in *where, int fds[2])
{
	const struct timeval patience = {.tv_sec = LINKS_MEET_SECONDS};
	struct sockaddr_in ours = {0};
	socklen_t bytes = sizeof ours;
	int result = os->setsockopt(os, fds[0], SOL_SOCKET, SO_SNDTIMEO,
		&patience, sizeof patience);

	if (result == 0)
		result = os->connect(os, fds[0], (const struct sockaddr *)where,
			sizeof *where);
	if (result == 0)
		result = os->getsockname(
			os, fds[0], (struct sockaddr *)&ours, &bytes);
	if (result == 0)
		result = fds[1] = take_ours(os, door, &ours);
	return result < 0 ? result : 0;
}

/* Who else has found the door is sent away: what came in is ours when its
 * other end stands where ours does. */
static int take_ours(struct os *os, int door, const struct sockaddr_in *ours)
{
	for (uint32_t i = 0; i <= LINKS_STRANGERS_MAX; i++) {
		struct sockaddr_in theirs = {0};
		socklen_t bytes = sizeof theirs;
		int fd = os->accept(os, door, 0), result;

		if (fd == -EAGAIN)
			return -ETIMEDOUT;
		if (fd < 0)
			return fd;
		result = os->getpeername(
			os, fd, (struct sockaddr *)&theirs, &bytes);
		if (result == 0 && theirs.sin_port == ours->sin_port &&
			theirs.sin_addr.s_addr == ours->sin_addr.s_addr)
			return fd;
		os->close(os, fd);
		if (result < 0 && result != -ENOTCONN) /* has left already */
			return result;
	}
	return -ECONNREFUSED;
}
