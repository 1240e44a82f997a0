/* hub: one connection of it, and the bytes that wait to go there. */
#include "core/host/hub_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static void told(struct reactor_watch *watch, uint32_t events);

int hub_open(struct hub *hub, struct hub_side *side, int fd)
{
	int result;

	*side = (struct hub_side){.hub = hub, .fd = fd, .watch.told = told};
	side->in = malloc(HUB_IN_BYTES);
	result = side->in ? reactor_add(hub->reactor, &side->watch, fd,
				    EPOLLIN | EPOLLOUT | EPOLLET)
			  : -ENOMEM;
	if (result < 0)
		hub_close(side);
	return result;
}

void hub_close(struct hub_side *side)
{
	if (side->fd < 0)
		return;
	reactor_remove(side->hub->reactor, &side->watch);
	side->hub->os->close(side->hub->os, side->fd);
	free(side->in);
	free(side->out);
	*side = (struct hub_side){.hub = side->hub, .fd = -1};
}

bool hub_has_room(const struct hub_side *side)
{
	return side->shut ||
	       side->out_end - side->out_start < HUB_WAITING_BYTES;
}

int hub_put_raw(struct hub_side *to, const void *from, size_t bytes)
{
	size_t waiting = to->out_end - to->out_start;

	if (to->fd < 0 || to->shut || to->finish)
		return 0;
	if (to->out_end + bytes > to->out_room && to->out_start > 0) {
		memmove(to->out, to->out + to->out_start, waiting);
		to->out_start = 0;
		to->out_end = waiting;
	}
	if (to->out_end + bytes > to->out_room) {
		size_t room = (waiting + bytes) * 2;
		uint8_t *grown = realloc(to->out, room);

		if (!grown)
			return -ENOMEM;
		to->out = grown;
		to->out_room = room;
	}
	memcpy(to->out + to->out_end, from, bytes);
	to->out_end += bytes;
	return 0;
}

bool hub_push(struct hub_side *side)
{
	struct os *os = side->hub->os;
	bool moved = false;

	if (side->fd < 0 || side->shut)
		return false;
	while (side->out_start < side->out_end) {
		const struct iovec part = {side->out + side->out_start,
			side->out_end - side->out_start};
		const struct msghdr message = {
			.msg_iov = (struct iovec *)(uintptr_t)&part,
			.msg_iovlen = 1};
		ssize_t sent = os->sendmsg(
			os, side->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent == -EAGAIN || sent == -ENOBUFS)
			return moved;
		if (sent < 0 && sent != -EINTR) {
			hub_stop_telling(side);
			return true;
		}
		side->out_start += sent > 0 ? (size_t)sent : 0;
		moved = true;
	}
	side->out_start = side->out_end = 0;
	if (side->finish) {
		hub_stop_telling(side);
		moved = true;
	}
	return moved;
}

void hub_stop_telling(struct hub_side *side)
{
	struct os *os = side->hub->os;

	(void)os->shutdown(os, side->fd, SHUT_WR);
	side->shut = true;
	side->out_start = side->out_end = 0;
}

/* All sides are looked at after every poll. */
static void told(struct reactor_watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
}
