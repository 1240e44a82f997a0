/* cell: guarded memory for one body. See the header. */
#include "core/check/cell.h"

#include "core/base/units.h"

#include <sys/mman.h>

static void drop(struct cells *cells, struct cell *cell)
{
	(void)cells->os->unmap(cells->os, cell->pages, cell->page_bytes);
	*cell = (struct cell){0};
}

/* A free one, or the oldest that is void. */
static struct cell *find(struct cells *cells)
{
	for (size_t i = 0; i < CELLS_MAX; i++) {
		struct cell *cell = &cells->cell[cells->next];

		cells->next = (cells->next + 1) % CELLS_MAX;
		if (cell->kind && !cell->voided)
			continue;
		if (cell->kind)
			drop(cells, cell);
		return cell;
	}
	return NULL;
}

struct cell *cell_take(struct cells *cells, enum cell_kind kind, size_t bytes)
{
	size_t body = (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	struct cell *cell = find(cells);
	void *pages = NULL;

	body = body ? body : PAGE_BYTES;
	if (!cell || cells->os->map(cells->os, &pages, body + PAGE_BYTES,
			     PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) < 0)
		return NULL;
	(void)cells->os->protect(
		cells->os, (uint8_t *)pages + body, PAGE_BYTES, PROT_NONE);
	*cell = (struct cell){.kind = kind,
		.pages = pages,
		.body = (uint8_t *)pages + body - bytes,
		.page_bytes = body + PAGE_BYTES,
		.bytes = bytes};
	return cell;
}

void cell_seal(struct cells *cells, struct cell *cell)
{
	(void)cells->os->protect(cells->os, cell->pages,
		cell->page_bytes - PAGE_BYTES, PROT_READ);
}

void cell_void(struct cells *cells, struct cell *cell)
{
	cell->voided = true;
	(void)cells->os->protect(
		cells->os, cell->pages, cell->page_bytes, PROT_NONE);
}

void cells_release(struct cells *cells)
{
	for (size_t i = 0; i < CELLS_MAX; i++)
		if (cells->cell[i].kind)
			drop(cells, &cells->cell[i]);
}

const struct cell *cell_at(const struct cells *cells, uintptr_t address)
{
	for (size_t i = 0; i < CELLS_MAX; i++) {
		const struct cell *cell = &cells->cell[i];
		uintptr_t first = (uintptr_t)cell->pages;

		if (cell->kind && address >= first &&
			address < first + cell->page_bytes)
			return cell;
	}
	return NULL;
}
