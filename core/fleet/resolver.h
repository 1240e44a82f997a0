/*
 * resolver: which functions and lines of source addresses in files are, found
 * out by a process of its own.
 *
 * Files that a node names may be broken, or made to break who reads them; and
 * a supervisor must not break. So this very program, started once per report
 * as `tau symbols`, reads them (core/fleet/symbols), with no fd but these two,
 * and is killed after RESOLVER_WAIT_NS:
 *
 *	fd 0   a file: per place a line, its offset in hexadecimal digits, its
 *	       path
 *	fd 1   a pipe: per place and in the same order a line as soon as it is
 *	       known, "FUNCTION<tab>LINE<tab>FILE", empty what is not known
 *
 * What it says is not believed either: it makes a wrong report at worst.
 */
#ifndef TAU_CORE_FLEET_RESOLVER_H
#define TAU_CORE_FLEET_RESOLVER_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/os.h"

#define RESOLVER_WORD "symbols" /* nobody types it */

/* `path` and `offset` are the asker's. The others are found out and to be
 * freed; NULL and 0: not known. */
struct resolver_place {
	const char *path;
	uint64_t offset;
	char *function, *file;
	int line;
};

/* Fills what can be known, and waits for it as long as the header says.
 * Negative errno with a sentence when it had to give up; what was known by
 * then is there. */
int resolver_ask(struct os *os, struct resolver_place *places, size_t count,
	struct error *error);
void resolver_forget(struct resolver_place *places, size_t count);

/* What that process does, with its own fds 0 and 1. Its exit status. */
int resolver_serve(struct os *os);

#endif
