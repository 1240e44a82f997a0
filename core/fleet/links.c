/* links: the connections between nodes. See the header. */
#include "core/fleet/links.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/fleet/links_private.h"
#include "core/wire/frame.h"
#include "core/wire/notice.h"

static int make(struct links *links, uint32_t at, struct error *error);
static int make_pair(struct os *os, const struct links_pair *plan, int fds[2]);
static int make_fifo(struct links *links, uint32_t pair, struct error *error);
static int open_fifo(struct links *links, uint32_t pair);
static int reopen_fifo(struct links *links, uint32_t pair, uint32_t side);
static void give_room(struct os *os, int fd);
static bool renew_to_say_bye(struct links *links, uint32_t pair, int side);
static void say_bye(
	struct links *links, uint32_t pair, int side, const char *why);
static void close_end(struct links *links, uint32_t pair, int side);
static void close_former(struct links *links, uint32_t pair);

int links_init(struct links *links, struct os *os,
	const struct links_pair *pairs, uint32_t count, struct error *error)
{
	uint32_t needed = 0;
	int result = 0;

	*links = (struct links){.os = os};
	links->pairs = calloc(count + 1u, sizeof *links->pairs);
	links->fds = calloc(count + 1u, sizeof *links->fds);
	links->made = calloc(count + 1u, sizeof *links->made);
	links->inodes = calloc(count + 1u, sizeof *links->inodes);
	links->shut = calloc(count + 1u, sizeof *links->shut);
	links->former = malloc((count + 1u) * sizeof *links->former);
	if (!links->pairs || !links->fds || !links->made || !links->inodes ||
		!links->shut || !links->former) {
		links_release(links);
		return error_set(error, -ENOMEM, "out of memory for links");
	}
	while (links->count < count && result == 0) {
		uint32_t at = links->count++;

		links->fds[at][0] = links->fds[at][1] = links->former[at] = -1;
		links->pairs[at] = pairs[at];
		if (!pairs[at].gone)
			result = make(links, at, error);
	}
	if (result == 0)
		return 0;
	links_release(links);
	if (error && error->code)
		return result;
	for (uint32_t i = 0; i < count; i++)
		needed += !pairs[i].gone;
	return error_set(error, result,
		"cannot connect the nodes: %s; they have %u connections, each "
		"of which takes two files here%s",
		strerror(-result), needed, error_hint(result));
}

int links_add(struct links *links, uint32_t at, const struct links_pair *pair,
	struct error *error)
{
	int result;

	CHECK(at < links->count && links->pairs[at].gone);
	links->pairs[at] = *pair;
	result = make(links, at, error);
	if (result == 0)
		return 0;
	links_remove(links, at);
	if (error && error->code)
		return result;
	return error_set(error, result, "cannot connect the nodes: %s%s",
		strerror(-result), error_hint(result));
}

void links_remove(struct links *links, uint32_t at)
{
	close_end(links, at, 0);
	close_end(links, at, 1);
	close_former(links, at);
	if (links->made[at])
		(void)links->os->unlinkat(
			links->os, AT_FDCWD, links->pairs[at].fifo, 0);
	links->made[at] = false;
	links->shut[at][0] = links->shut[at][1] = false;
	links->pairs[at] = (struct links_pair){.gone = true};
}

int links_end(const struct links *links, uint32_t at, uint32_t node)
{
	return links->fds[at][links->pairs[at].nodes[1] == node];
}

static int make(struct links *links, uint32_t at, struct error *error)
{
	if (links->pairs[at].fifo)
		return make_fifo(links, at, error);
	return make_pair(links->os, &links->pairs[at], links->fds[at]);
}

int links_renew(struct links *links, uint32_t node, links_take *take,
	void *context, struct error *error)
{
	for (uint32_t i = 0; i < links->count; i++) {
		const struct links_pair *pair = &links->pairs[i];
		int side = pair->nodes[1] == node, fds[2], result;
		bool alone = links->fds[i][!side] < 0;

		if (pair->gone || pair->nodes[side] != node || pair->packets ||
			pair->fifo)
			continue;
		result = make_pair(links->os, pair, fds);
		if (result < 0)
			return error_set(error, result,
				"cannot connect it to its neighbours again: "
				"%s%s",
				strerror(-result), error_hint(result));
		close_former(links, i);
		links->former[i] = links->fds[i][side];
		if (!alone)
			links->os->close(links->os, links->fds[i][!side]);
		links->fds[i][0] = fds[0];
		links->fds[i][1] = fds[1];
		if (alone) /* what is left of its bytes begins nowhere */
			close_end(links, i, !side);
		else
			take(context, pair->nodes[!side], i, fds[!side]);
	}
	return 0;
}

int links_reopen(struct links *links, uint32_t node, struct error *error)
{
	for (uint32_t i = 0; i < links->count; i++) {
		const struct links_pair *pair = &links->pairs[i];
		uint32_t side = pair->nodes[1] == node;
		int result;

		if (pair->nodes[side] != node || !pair->fifo ||
			links->fds[i][side] >= 0)
			continue;
		result = reopen_fifo(links, i, side);
		if (result < 0)
			return error_set(error, result,
				"cannot open the FIFO %s again: %s", pair->fifo,
				result == -EEXIST
					? "another file has its name now"
					: strerror(-result));
	}
	return 0;
}

void links_shut(struct links *links, uint32_t at, uint32_t node)
{
	int side = links->pairs[at].nodes[1] == node;

	if (links->pairs[at].gone || !links->pairs[at].fifo)
		return;
	links->shut[at][side] = true;
	close_end(links, at, side);
}

void links_spawned(struct links *links, uint32_t node)
{
	for (uint32_t i = 0; i < links->count; i++)
		for (int side = 0; side < 2; side++)
			if (!links->pairs[i].gone &&
				links->pairs[i].nodes[side] == node &&
				links->shut[i][side])
				close_end(links, i, side);
}

void links_drop(struct links *links, uint32_t node, const char *why,
	links_take *take, void *context)
{
	for (uint32_t i = 0; i < links->count; i++)
		for (int side = 0; side < 2; side++) {
			if (links->pairs[i].gone ||
				links->pairs[i].nodes[side] != node)
				continue;
			if (why && renew_to_say_bye(links, i, side))
				take(context, links->pairs[i].nodes[!side], i,
					links->fds[i][!side]);
			if (why)
				say_bye(links, i, side, why);
			close_end(links, i, side);
		}
}

void links_release(struct links *links)
{
	for (uint32_t i = 0; i < links->count; i++) {
		close_end(links, i, 0);
		close_end(links, i, 1);
		close_former(links, i);
		if (links->made[i])
			(void)links->os->unlinkat(
				links->os, AT_FDCWD, links->pairs[i].fifo, 0);
	}
	free(links->pairs);
	free(links->fds);
	free(links->made);
	free(links->inodes);
	free(links->shut);
	free(links->former);
	*links = (struct links){0};
}

static int make_pair(struct os *os, const struct links_pair *plan, int fds[2])
{
	int type = plan->packets ? SOCK_SEQPACKET : SOCK_STREAM;
	int result = plan->tcp ? links_make_tcp(os, fds)
			       : os->socketpair(os, AF_UNIX, type, 0, fds);

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
	links->inodes[pair] = status.st_ino;
	*writer =
		os->openat(os, AT_FDCWD, plan->fifo, O_WRONLY | O_NONBLOCK, 0);
	return *writer < 0 ? *writer : 0;
}

/* Whoever is to write finds a reader, be it for this moment: that none is left
 * is told by the first write. */
static int reopen_fifo(struct links *links, uint32_t pair, uint32_t side)
{
	const char *path = links->pairs[pair].fifo;
	struct os *os = links->os;
	int fd = os->openat(os, AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
	struct stat status;
	int result = fd < 0 ? fd : os->fstat(os, fd, &status);

	if (result == 0 && (!S_ISFIFO(status.st_mode) ||
				   status.st_ino != links->inodes[pair]))
		result = -EEXIST;
	if (result == 0 && side == links->pairs[pair].writer) {
		result = os->openat(
			os, AT_FDCWD, path, O_WRONLY | O_NONBLOCK, 0);
		links->fds[pair][side] = result;
	} else if (result == 0) {
		links->fds[pair][side] = fd;
		return 0;
	}
	if (fd >= 0)
		os->close(os, fd);
	return result < 0 ? result : 0;
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

/* Into bytes, nobody knows what was the last. Without a new connection the end
 * has to do. */
static bool renew_to_say_bye(struct links *links, uint32_t pair, int side)
{
	const struct links_pair *plan = &links->pairs[pair];
	int fds[2];

	if (plan->packets || plan->fifo || plan->foreign ||
		links->fds[pair][0] < 0 || links->fds[pair][1] < 0 ||
		make_pair(links->os, plan, fds) < 0)
		return false;
	close_former(links, pair);
	links->former[pair] = links->fds[pair][side];
	links->os->close(links->os, links->fds[pair][!side]);
	links->fds[pair][0] = fds[0];
	links->fds[pair][1] = fds[1];
	return true;
}

static void say_bye(
	struct links *links, uint32_t pair, int side, const char *why)
{
	uint8_t packet[FRAME_HEAD_BYTES + NOTICE_BYTES_MAX] = {0};
	struct notice bye = {.kind = NOTICE_BYE};
	uint32_t bytes, length;
	struct iovec parts[] = {{&length, sizeof length}, {packet, 0}};
	const bool packets = links->pairs[pair].packets;
	const struct msghdr message = {.msg_iov = packets ? parts + 1 : parts,
		.msg_iovlen = packets ? 1 : 2};

	if (links->pairs[pair].foreign || links->pairs[pair].fifo ||
		links->fds[pair][side] < 0)
		return;
	strncpy(bye.text, why, NOTICE_TEXT_BYTES - 1);
	bytes = (uint32_t)notice_encode(&bye, packet + FRAME_HEAD_BYTES);
	frame_put_head(packet, FRAME_NOTICE, 0, 0, 0, bytes);
	length = FRAME_HEAD_BYTES + frame_padded(bytes);
	parts[1].iov_len = length;
	(void)links->os->sendmsg(links->os, links->fds[pair][side], &message,
		MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void close_end(struct links *links, uint32_t pair, int side)
{
	if (links->fds[pair][side] >= 0)
		links->os->close(links->os, links->fds[pair][side]);
	links->fds[pair][side] = -1;
}

static void close_former(struct links *links, uint32_t pair)
{
	if (links->former[pair] >= 0)
		links->os->close(links->os, links->former[pair]);
	links->former[pair] = -1;
}
