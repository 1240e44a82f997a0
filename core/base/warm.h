/*
 * warm: private memory that was mapped from some point on, made to be there.
 *
 * What is allocated is mapped at once and given page by page, as each is
 * touched, which takes longer than filling it. A process that stands by has
 * time; when it is to take over it has none. So it notes what is mapped,
 * creates its operators, and asks for the pages of what has come since, while
 * it waits:
 *
 *	before  |== heap ==|                    |== library ==|
 *	since   |== heap ==|++++|   |++ big ++|  |== library ==|
 *
 * It only ever hurries: what cannot be read, parsed or had comes as it always
 * does. Files, shared memory, and what may not be written are left alone.
 */
#ifndef TAU_CORE_BASE_WARM_H
#define TAU_CORE_BASE_WARM_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/os.h"

struct warm_range {
	uintptr_t start, limit;
};

/* Zeroed knows nothing. */
struct warm {
	struct warm_range *ranges; /* private memory, upwards */
	size_t count;
};

/* Notes what is mapped. To be released. */
void warm_note(struct warm *warm, struct os *os);
void warm_release(struct warm *warm);

/* Asks for what is mapped now and was not then, so many bytes at most, from
 * the lowest address on; for nothing when nothing was noted. */
void warm_since(const struct warm *before, struct os *os, size_t bytes_max);

#endif
