/* warm: memory that is there before it is needed. See the header. */
#include "core/base/warm.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/prefault.h"

static char *read_maps(struct os *os);
static void take_line(struct warm *warm, const char *line);
static size_t ask(
	struct os *os, uintptr_t start, uintptr_t limit, size_t bytes_max);

void warm_note(struct warm *warm, struct os *os)
{
	char *maps = read_maps(os), *rest = maps, *line;

	*warm = (struct warm){0};
	while (maps && (line = strsep(&rest, "\n")))
		take_line(warm, line);
	free(maps);
}

void warm_release(struct warm *warm)
{
	free(warm->ranges);
	*warm = (struct warm){0};
}

void warm_since(const struct warm *before, struct os *os, size_t bytes_max)
{
	const struct warm_range *known = before->ranges, *end;
	struct warm now;

	if (before->count == 0)
		return;
	end = known + before->count;
	warm_note(&now, os);
	for (size_t i = 0; i < now.count; i++) {
		struct warm_range *range = &now.ranges[i];

		while (known < end && known->limit <= range->start)
			known++;
		/* Those that lie in it, perhaps the last in the next, too. */
		for (const struct warm_range *at = known;
			at < end && at->start < range->limit; at++) {
			bytes_max -=
				ask(os, range->start, at->start, bytes_max);
			if (range->start < at->limit)
				range->start = at->limit;
		}
		bytes_max -= ask(os, range->start, range->limit, bytes_max);
	}
	warm_release(&now);
}

/* All of it, with a NUL behind it; or NULL. */
static char *read_maps(struct os *os)
{
	int fd = os->openat(os, AT_FDCWD, "/proc/self/maps", O_RDONLY, 0);
	size_t used = 0, room = 16 * KIB;
	char *text = fd < 0 ? NULL : malloc(room);
	ssize_t got = text ? 1 : 0;

	while (got > 0 || got == -EINTR) {
		got = os->read(os, fd, text + used, room - used - 1);
		used += got > 0 ? (size_t)got : 0;
		if (used + 1 == room) {
			char *grown = realloc(text, room *= 2);

			if (!grown)
				got = -ENOMEM;
			else
				text = grown;
		}
	}
	if (fd >= 0)
		os->close(os, fd);
	if (text && got == 0) {
		text[used] = 0;
		return text;
	}
	free(text);
	return NULL;
}

/* "START-LIMIT rw-p 00000000 00:00 0   [heap]": what is no file has no inode.
 */
static void take_line(struct warm *warm, const char *line)
{
	struct warm_range range, *grown;
	unsigned long inode;
	char rights[5];
	int name = 0;

	if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %lu %n",
		    &range.start, &range.limit, rights, &inode, &name) != 4 ||
		strcmp(rights, "rw-p") != 0 || inode != 0 ||
		strncmp(line + name, "[stack", strlen("[stack")) == 0)
		return;
	grown = realloc(warm->ranges, (warm->count + 1) * sizeof *grown);
	if (!grown)
		return;
	warm->ranges = grown;
	grown[warm->count++] = range;
}

/* How many bytes of that were asked for. */
static size_t ask(
	struct os *os, uintptr_t start, uintptr_t limit, size_t bytes_max)
{
	size_t bytes = start < limit ? limit - start : 0;

	if (bytes > bytes_max)
		bytes = bytes_max;
	if (bytes > 0)
		prefault(os, (void *)start, bytes);
	return bytes;
}
