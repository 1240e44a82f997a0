/* sweep: see sweep.h. Names are gathered before anything is removed, since
 * what a listing shows of a folder that changes is not said. */
#include "core/host/sweep.h"

#include "core/base/bounds.h"
#include "core/base/os.h"
#include "core/text/arena.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

struct names {
	struct arena arena;
	const char **items;
	size_t count;
};

static int keep_name(void *context, const char *name, unsigned char kind);
static void sweep_one(struct os *os, int folder_fd, const char *name);

void sweep_store(struct os *os, int folder_fd)
{
	struct names names = {.count = 0};

	os->list(os, folder_fd, keep_name, &names);
	for (size_t i = 0; i < names.count; i++)
		sweep_one(os, folder_fd, names.items[i]);
	arena_release(&names.arena);
}

/* Copies, and those that were never finished; nothing else is ours. */
static int keep_name(void *context, const char *name, unsigned char kind)
{
	struct names *names = context;
	const char *digits = name + (name[0] == '.');

	(void)kind;
	if (strspn(digits, "0123456789abcdef") != 64 ||
		strncmp(digits + 64, ".so", 3) != 0)
		return 0;
	names->items = arena_grow(&names->arena, names->items, names->count,
		sizeof *names->items);
	names->items[names->count++] = arena_copy(&names->arena, name);
	return names->count == STORE_SWEEP_MAX;
}

static void sweep_one(struct os *os, int folder_fd, const char *name)
{
	struct stat status;
	int fd = os->openat(os, folder_fd, name,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
	int64_t age_ns;

	if (fd < 0)
		return;
	if (os->fstat(os, fd, &status) == 0) {
		age_ns =
			os->realtime_ns(os) - status.st_mtim.tv_sec * SECOND_NS;
		if (age_ns > STORE_KEEP_NS &&
			os->flock(os, fd, LOCK_EX | LOCK_NB) == 0)
			os->unlinkat(os, folder_fd, name, 0);
	}
	os->close(os, fd);
}
