/*
 * symbols: which function and line of source an address in a file is.
 *
 * By the file's own symbol table and DWARF, with elfutils; debug information in
 * other places is not looked for, least of all on the network. Files are read,
 * never loaded: no code of theirs runs. Only regular files are opened, since
 * who says their names may be mistaken. Broken ones may still break who reads
 * them, so that only a process of its own does (core/fleet/resolver).
 */
#ifndef TAU_CORE_FLEET_SYMBOLS_H
#define TAU_CORE_FLEET_SYMBOLS_H

#include <stdint.h>

#include "core/base/os.h"

struct symbols;

/* What is known of a place. Lives as long as the `symbols` do. */
struct symbol {
	const char *function; /* NULL: the file is stripped */
	uint64_t behind;      /* so many bytes behind its beginning */
	const char *file;     /* of source; NULL: nobody knows */
	int line;
};

/* NULL when there is no memory. */
struct symbols *symbols_create(struct os *os);
void symbols_destroy(struct symbols **symbols);

/* What stands in the file `path` at a byte's offset; all NULL when nothing is
 * known. */
struct symbol symbols_find(
	struct symbols *symbols, const char *path, uint64_t offset);

#endif
