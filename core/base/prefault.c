/* prefault: pages asked for at once. See the header. */
#include "core/base/prefault.h"

#include <stdint.h>
#include <sys/mman.h>

#include "core/base/bounds.h"

#define LEAST_BYTES (8 * PAGE_BYTES)

void prefault(struct os *os, void *start, size_t bytes)
{
	uintptr_t first = (uintptr_t)start & ~(uintptr_t)(PAGE_BYTES - 1);
	uintptr_t limit = ((uintptr_t)start + bytes + PAGE_BYTES - 1) &
			  ~(uintptr_t)(PAGE_BYTES - 1);

	if (bytes < LEAST_BYTES)
		return;
	/* Kernels before 5.14 do not know it: there each page comes alone. */
	(void)os->advise(os, (void *)first, limit - first, MADV_POPULATE_WRITE);
}
