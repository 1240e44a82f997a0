/*
 * crash: reports of nodes that died of a signal, or that stand still: where,
 * in words that a person reads.
 *
 *     operator evil-crash of plugin evil crashed: SIGSEGV at address 0x0
 *       evil 1.2.3 is /opt/evil.so, sha256 9f86d081…, kept as
 *       /home/a/.cache/tau/plugins/9f86d081….so
 *       at crash, evil.c:54
 *       by run, core/host/instance.c:200
 *
 * The node has told addresses and files (core/wire/command, CRASHED and STANDS)
 * and is not believed: the worst that it can do is to have a wrong report; the
 * files are read by a process of its own (core/fleet/resolver). The
 * last report of each process (core/step/seat) is kept, at most about
 * CRASH_REPORT_BYTES_MAX of it.
 */
#ifndef TAU_CORE_FLEET_CRASH_H
#define TAU_CORE_FLEET_CRASH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/os.h"
#include "core/fleet/lines.h"
#include "core/text/arena.h"
#include "core/plan/node_plan.h"
#include "core/wire/command.h"

/* A plugin that a node has loaded. */
struct crash_plugin {
	const char *operator_name; /* that came from it */
	const char *plugin, *version, *path, *sha256;
	const char *call; /* the C function that it calls, or NULL */
};

struct crash_process {
	struct arena arena;           /* of its plugins */
	struct crash_plugin *plugins; /* by operator */
	uint32_t plugin_count;
	char *report; /* the last one, or NULL */
};

struct crash_book {
	struct os *os;
	struct crash_process *processes;
	uint32_t count;
	bool slow; /* looking functions up took too long */
};

/* Zeroes and fills it, for so many processes. */
void crash_book_init(
	struct crash_book *book, struct os *os, uint32_t processes);
void crash_book_release(struct crash_book *book);

/* What a process is made of, from now on. The plan may go. */
void crash_book_learn(struct crash_book *book, uint32_t process,
	const struct node_plan *plan);

/* Makes and keeps the report of what a node has told: its first line says what
 * happened, as the node itself has on its log; each further one is indented by
 * two. Ends without a line end. Lives until the process's next report. */
const char *crash_book_take(
	struct crash_book *book, uint32_t process, const struct command *told);

/* Whether a command is one for the book, which may be NULL. Of a crash all but
 * the first line is given to `take`. */
bool crash_book_hear(struct crash_book *book, uint32_t process,
	const struct command *told, lines_take *take, void *context);

/* The last report of a process, or NULL. */
const char *crash_book_last(const struct crash_book *book, uint32_t process);

#endif
