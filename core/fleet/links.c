/* links: the connections between nodes. See the header. */
#include "core/fleet/links.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/bounds.h"

static int make_pair(struct os *os, bool packets, int fds[2]);
static int make_fifo(struct links *links, uint32_t pair, struct error *error);
static int open_fifo(struct links *links, uint32_t pair);
static void give_room(struct os *os, int fd);
static void close_end(struct links *links, uint32_t pair, int side);

int links_init(struct links *links, struct os *os,
	const struct links_pair *pairs, uint32_t count, struct error *error)
{
	int result = 0;

	*links = (struct links){.os = os, .pairs = pairs};
	links->fds = calloc(count + 1u, sizeof *links->fds);
	links->made = calloc(count + 1u, sizeof *links->made);
	if (!links->fds || !links->made) {
		links_release(links);
		return error_set(error, -ENOMEM, "no memory for links");
	}
	while (links->count < count && result == 0) {
		uint32_t at = links->count++;

		links->fds[at][0] = links->fds[at][1] = -1;
		if (pairs[at].fifo)
			result = make_fifo(links, at, error);
		else
			result = make_pair(
				os, pairs[at].packets, links->fds[at]);
	}
	if (result == 0)
		return 0;
	links_release(links);
	if (error && error->code)
		return result;
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

void links_spawned(struct links *links, uint32_t node)
{
	for (uint32_t i = 0; i < links->count; i++)
		for (int side = 0; side < 2; side++)
			if (links->pairs[i].nodes[side] == node &&
				links->pairs[i].fifo)
				close_end(links, i, side);
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
		if (links->made[i])
			(void)links->os->unlinkat(
				links->os, AT_FDCWD, links->pairs[i].fifo, 0);
	}
	free(links->fds);
	free(links->made);
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

/* One that is there is used, and stays. */
static int make_fifo(struct links *links, uint32_t pair, struct error *error)
{
	const char *path = links->pairs[pair].fifo;
	int result = links->os->mkfifoat(links->os, AT_FDCWD, path, 0600);

	links->made[pair] = result == 0;
	if (result == 0 || result == -EEXIST)
		result = open_fifo(links, pair);
	if (result == 0)
		return 0;
	return error_set(error, result, "cannot use the FIFO %s: %s", path,
		result == -EEXIST ? "it is there, and no FIFO"
				  : strerror(-result));
}

/* The reading end first: without it there would be nobody to write to. */
static int open_fifo(struct links *links, uint32_t pair)
{
	const struct links_pair *plan = &links->pairs[pair];
	struct os *os = links->os;
	struct stat status;
	int *reader = &links->fds[pair][!plan->writer];
	int *writer = &links->fds[pair][plan->writer];
	int result;

	*reader =
		os->openat(os, AT_FDCWD, plan->fifo, O_RDONLY | O_NONBLOCK, 0);
	if (*reader < 0)
		return *reader;
	result = os->fstat(os, *reader, &status);
	if (result == 0 && !S_ISFIFO(status.st_mode))
		result = -EEXIST;
	if (result < 0)
		return result;
	*writer =
		os->openat(os, AT_FDCWD, plan->fifo, O_WRONLY | O_NONBLOCK, 0);
	return *writer < 0 ? *writer : 0;
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
