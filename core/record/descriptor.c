/* descriptor: an open fd as the body of a TAU_FD record. See the header. */
#include "core/record/descriptor.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/check.h"

struct descriptor *descriptor_create(struct os *os, int fd)
{
	struct descriptor *cell = malloc(sizeof *cell);

	if (cell)
		*cell = (struct descriptor){DESCRIPTOR_MAGIC, 1, fd, os};
	return cell;
}

struct descriptor *descriptor_of(const struct tau_record *record)
{
	struct descriptor *cell = (struct descriptor *)(uintptr_t)record->body;

	if (record->type != TAU_FD || !cell ||
		(uintptr_t)cell % _Alignof(struct descriptor) != 0 ||
		cell->magic != DESCRIPTOR_MAGIC)
		return NULL;
	return cell;
}

void descriptor_hold(struct descriptor *cell)
{
	CHECK_MAGIC(cell, DESCRIPTOR_MAGIC);
	cell->count++;
}

void descriptor_drop(struct descriptor *cell)
{
	CHECK_MAGIC(cell, DESCRIPTOR_MAGIC);
	CHECK(cell->count > 0);
	if (--cell->count > 0)
		return;
	if (cell->fd >= 0)
		cell->os->close(cell->os, cell->fd);
	cell->magic = 0;
	free(cell);
}

int descriptor_take(struct descriptor *cell)
{
	int fd = cell->fd;

	CHECK_MAGIC(cell, DESCRIPTOR_MAGIC);
	if (fd < 0)
		return -EBADF;
	if (cell->count > 1)
		return cell->os->duplicate(cell->os, fd, 0);
	cell->fd = -1;
	return fd;
}
