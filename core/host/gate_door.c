/* gate_door: where peers knock. See the header. */
#include "core/host/gate_door.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

static int bind_door(struct gate_door *door);
static bool take_away(struct gate_door *door);

int gate_door_open(struct gate_door *door, bool follows, struct error *error)
{
	struct os *os = door->os;
	int yes = 1, result;

	result = address_parse(
		&door->address, door->plan->remote, door->plan->folder, error);
	if (result < 0)
		return result;
	door->fd = os->socket(os, door->address.where.ss_family,
		SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (door->fd < 0)
		return error_set(error, door->fd, "cannot make a socket: %s",
			strerror(-door->fd));
	(void)os->setsockopt(
		os, door->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	result = bind_door(door);
	if (result == -EADDRINUSE && follows && take_away(door))
		result = bind_door(door);
	if (result < 0) {
		door->address.path[0] = '\0'; /* not ours to take away */
		return error_set(error, result,
			"cannot listen at %s: %s; if nobody does, remove it or "
			"choose another address",
			door->plan->remote, strerror(-result));
	}
	result = os->listen(os, door->fd, 16);
	if (result < 0)
		return error_set(error, result, "cannot listen at %s: %s",
			door->plan->remote, strerror(-result));
	return 0;
}

static int bind_door(struct gate_door *door)
{
	return door->os->bind(door->os, door->fd,
		(const struct sockaddr *)&door->address.where,
		door->address.bytes);
}

/* The name that the gate before this one has left behind: whoever listens there
 * now would let us in. */
static bool take_away(struct gate_door *door)
{
	struct os *os = door->os;
	int fd, result;

	if (!door->address.path[0])
		return false;
	fd = os->socket(os, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	result = os->connect(os, fd,
		(const struct sockaddr *)&door->address.where,
		door->address.bytes);
	os->close(os, fd);
	return result == -ECONNREFUSED &&
	       os->unlinkat(os, AT_FDCWD, door->address.path, 0) == 0;
}

void gate_door_close(struct gate_door *door)
{
	if (door->fd < 0)
		return;
	door->os->close(door->os, door->fd);
	door->fd = -1;
	if (door->address.path[0])
		(void)door->os->unlinkat(
			door->os, AT_FDCWD, door->address.path, 0);
}
