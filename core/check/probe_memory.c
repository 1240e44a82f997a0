/*
 * probe_memory: memory that an operator leaves behind with each of its lives.
 *
 *	lives    1 … 8          9     10    11
 *	in use   (warm-up)      |-----|-----|     grows each time: it leaks
 *
 * What a library keeps for good it has made by then, and the allocator's own
 * lists are full: these count as in use. All else that is allocated here is
 * given back before it is looked at. See probe.h.
 */
#include "core/check/probe.h"

#include <malloc.h>

/* The allocator keeps 7 freed pieces of a size to itself. */
enum { WARM_LIVES = 8, COUNTED_LIVES = 3 };
/* Who takes longer is not tried: there are so many more lives. */
#define LIFE_NS INT64_C(20000000)

static size_t in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* One life with a memory of its own for what is drawn; what is in use then. 0:
 * it has no good life. */
static size_t live(struct probe *probe)
{
	struct probe_life life = {0};
	struct arena drawn = probe->draw.arena;
	struct stage stage;
	bool good;

	probe->draw.arena = (struct arena){0};
	good = probe_begin(probe, &stage, &life);
	if (good) {
		probe_case(probe, "lives, one after another");
		probe_live(probe, &stage, &life, false);
		good = life.created == 0;
		probe_end(probe, &stage, &life);
		stage_release(&stage);
	}
	arena_release(&probe->draw.arena);
	probe->draw.arena = drawn;
	return good ? in_use() : 0;
}

void probe_memory(struct probe *probe)
{
	struct os *os = probe->os;
	uint32_t before = probe->page->finding_count;
	int64_t began_ns = os->clock_ns(os);
	size_t first = live(probe), last = first;
	int grown = 0;

	if (!first || os->clock_ns(os) - began_ns > LIFE_NS) {
		probe_left_out(probe, "memory",
			first ? "its life takes long"
			      : "it has no life, or what is in use "
				"cannot be known");
		return;
	}
	for (int i = 1; i < WARM_LIVES; i++)
		first = last = live(probe);
	for (int i = 0; i < COUNTED_LIVES; i++) {
		size_t now = live(probe);

		grown += now > last;
		last = now;
	}
	if (grown == COUNTED_LIVES)
		probe_finding(probe, "life.memory",
			"each of its lives leaves some %zu bytes that it did "
			"not free",
			(last - first) / COUNTED_LIVES);
	else if (probe->page->finding_count == before)
		probe_passed(probe);
}
