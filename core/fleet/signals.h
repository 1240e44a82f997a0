/*
 * signals: INT, TERM and HUP as something to read.
 *
 * Signals that were ignored when the program started stay ignored (nohup, a
 * shell's background job). PIPE is ignored meanwhile: a reader of the log that
 * is gone must not take the topology along.
 *
 * Whoever signals a program and then its group (timeout, a shell that passes a
 * Ctrl-C on) means one signal: of those with the same number only the first
 * within SIGNALS_SAME_NS is told.
 */
#ifndef TAU_CORE_FLEET_SIGNALS_H
#define TAU_CORE_FLEET_SIGNALS_H

#include <signal.h>

#include "core/base/os.h"

#define SIGNALS_SAME_NS 100000000ll

struct signals {
	struct os *os;
	int last;        /* the number told last, or 0 */
	int64_t last_ns; /* … and when */
	int fd;          /* readable when signals_next has one */
	sigset_t former_mask;
	struct sigaction former_pipe;
};

/* 0 or a negative errno, with nothing left changed. */
int signals_init(struct signals *signals, struct os *os);

/* Puts everything back as it was. */
void signals_release(struct signals *signals);

/* The number of the next signal that has arrived and was not told already, or
 * 0. */
int signals_next(struct signals *signals);

#endif
