/*
 * remove: removes a folder and all in it. See the header.
 *
 * Each level holds an fd. What lies too deep for that is moved up to the top,
 * and removed from there in the next round.
 */
#include "core/check/remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define DEPTH_MAX 64
#define ROUNDS_MAX 1000

struct removing {
	struct os *os;
	int top_fd, fd, depth;
	uint32_t *moved; /* so many were moved up */
};

static int remove_entry(void *context, const char *name, unsigned char kind);

static int open_folder(struct os *os, int fd, const char *name)
{
	return os->openat(os, fd, name,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
}

static void empty(struct removing *removing, const char *name)
{
	struct os *os = removing->os;
	struct removing inner = *removing;
	char moved[32];

	inner.depth++;
	if (inner.depth > DEPTH_MAX) {
		(void)snprintf(
			moved, sizeof moved, ".moved-%u", ++*removing->moved);
		(void)os->renameat(
			os, removing->fd, name, removing->top_fd, moved);
		return;
	}
	inner.fd = open_folder(os, removing->fd, name);
	if (inner.fd < 0)
		return;
	/* Who may read it may not yet remove from it. */
	(void)os->fchmod(os, inner.fd, S_IRWXU);
	(void)os->list(os, inner.fd, remove_entry, &inner);
	os->close(os, inner.fd);
}

static int remove_entry(void *context, const char *name, unsigned char kind)
{
	struct removing *removing = context;
	struct os *os = removing->os;

	(void)kind;
	if (os->unlinkat(os, removing->fd, name, 0) == 0)
		return 0;
	empty(removing, name);
	(void)os->unlinkat(os, removing->fd, name, AT_REMOVEDIR);
	return 0;
}

int remove_folder(struct os *os, const char *path)
{
	uint32_t moved = 0;
	struct removing removing = {.os = os, .moved = &moved};
	int result = -ENOTEMPTY;

	for (int round = 0; result < 0 && round < ROUNDS_MAX; round++) {
		uint32_t before = moved;

		removing.top_fd = removing.fd = open_folder(os, AT_FDCWD, path);
		if (removing.fd < 0)
			return removing.fd;
		(void)os->fchmod(os, removing.fd, S_IRWXU);
		(void)os->list(os, removing.fd, remove_entry, &removing);
		os->close(os, removing.fd);
		result = os->unlinkat(os, AT_FDCWD, path, AT_REMOVEDIR);
		if (result < 0 && moved == before && round > 0)
			break;
	}
	return result;
}
