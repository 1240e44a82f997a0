/* table: what a plugin exports, held against what it says about itself. */
#ifndef TAU_CORE_HOST_TABLE_H
#define TAU_CORE_HOST_TABLE_H

#include "core/host/library.h"

/* Fills `operators`, zeroed and as many as are described, from the table of a
 * mapped plugin: magic and versions, one entry per described operator and the
 * other way round, the functions its style needs. Of each entry the host takes
 * min(size, its own). Returns 0, or -ENOEXEC with a sentence. */
int table_take(struct library_operator *operators,
	const struct description *description, const struct tau_plugin *plugin,
	const char *path, struct error *error);

#endif
