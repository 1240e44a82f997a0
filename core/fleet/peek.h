/*
 * peek: what the kernel tells of another process: what it does just now, and
 * how much memory it holds. Of the process's first thread, which is a node's
 * only one.
 */
#ifndef TAU_CORE_FLEET_PEEK_H
#define TAU_CORE_FLEET_PEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/os.h"

struct peek {
	char state;  /* as in /proc: R runs, S and D sleep, T and t stopped */
	bool ending; /* it is on its way out, and says nothing more */
	int64_t cpu_ns;
	uint64_t memory_bytes; /* resident */
};

/* 0 or -errno. */
int peek_process(struct os *os, pid_t pid, struct peek *peek);

/* Whether a debugger is at it. */
bool peek_traced(struct os *os, pid_t pid);

/* Which call it is in, as "read(2) of fd 7"; "a call" when that is not told. */
void peek_call(struct os *os, pid_t pid, char *text, size_t bytes);

#endif
