/* links: the connections between nodes. See the header. */
#include "core/fleet/links.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/bounds.h"

static int make_pair(struct os *os, bool packets, int fds[2]);
static void give_room(struct os *os, int fd);
static void close_end(struct links *links, uint32_t pair, int side);

int links_init(struct links *links, struct os *os,
	const struct links_pair *pairs, uint32_t count, struct error *error)
{
	int result = 0;

	*links = (struct links){.os = os, .pairs = pairs};
	links->fds = calloc(count + 1u, sizeof *links->fds);
	if (!links->fds)
		return error_set(error, -ENOMEM, "no memory for links");
	while (links->count < count && result == 0) {
		result = make_pair(os, pairs[links->count].packets,
			links->fds[links->count]);
		if (result == 0)
			links->count++;
	}
	if (result == 0)
		return 0;
	links_release(links);
	return error_set(error, result,
		"cannot connect the nodes: %s; %u connections are needed "
		"(ulimit -n)",
		strerror(-result), count);
}

uint32_t links_count(const struct links *links, uint32_t node)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < links->count; i++)
		count += links->pairs[i].nodes[0] == node ||
			 links->pairs[i].nodes[1] == node;
	return count;
}

void links_ends(const struct links *links, uint32_t node, int *fds)
{
	for (uint32_t i = 0; i < links->count; i++)
		for (int side = 0; side < 2; side++)
			if (links->pairs[i].nodes[side] == node)
				fds[links->pairs[i].places[side]] =
					links->fds[i][side];
}

void links_drop(struct links *links, uint32_t node)
{
	for (uint32_t i = 0; i < links->count; i++)
		for (int side = 0; side < 2; side++)
			if (links->pairs[i].nodes[side] == node)
				close_end(links, i, side);
}

void links_release(struct links *links)
{
	for (uint32_t i = 0; i < links->count; i++) {
		close_end(links, i, 0);
		close_end(links, i, 1);
	}
	free(links->fds);
	*links = (struct links){0};
}

static int make_pair(struct os *os, bool packets, int fds[2])
{
	int type = packets ? SOCK_SEQPACKET : SOCK_STREAM;
	int result = os->socketpair(os, AF_UNIX, type, 0, fds);

	if (result < 0)
		return result;
	give_room(os, fds[0]);
	give_room(os, fds[1]);
	return 0;
}

/* The stock buffer holds a packet or two. Who may not have more, has less. */
static void give_room(struct os *os, int fd)
{
	int bytes = LINK_BUFFER_BYTES;

	if (os->setsockopt(os, fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes,
		    sizeof bytes) < 0)
		(void)os->setsockopt(
			os, fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

static void close_end(struct links *links, uint32_t pair, int side)
{
	if (links->fds[pair][side] >= 0)
		links->os->close(links->os, links->fds[pair][side]);
	links->fds[pair][side] = -1;
}
