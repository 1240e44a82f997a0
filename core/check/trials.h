/*
 * trials: all cases of a test's file, in a child process, so that a plugin
 * that crashes or does not come back is a case that failed.
 *
 *	tau test ----- spawns ----> tau TRIALS_WORD FILE …
 *	         <-- a line each --  begin 0 / pass 0 / | why / fail 1
 *
 * When the child dies, the case that it had begun has failed, and another
 * child goes on behind it.
 */
#ifndef TAU_CORE_CHECK_TRIALS_H
#define TAU_CORE_CHECK_TRIALS_H

#include "core/check/trying.h"

/* The word that the child is started with, and where it reports. */
#define TRIALS_WORD "trials"
#define TRIALS_FD 3

struct trials_request {
	struct trial_request trial;
	const char *plugin_path; /* as --plugin-path said it, or NULL */
	int64_t limit_ns;        /* of real time, for a case */
	bool renews;             /* each case once more, with renewals */
};

/* Told of each case that was tried; `why` is NULL when it passed. */
typedef void trials_told(void *context, const struct trial *trial, uint32_t at,
	bool renewed, const char *why);

/* Tries all cases of a file that was made, in order. 0; 1 when processes that
 * operators had started were still there, and were ended; or -errno with a
 * sentence when no child can be started. */
int trials_run(struct os *os, struct trial *trial,
	const struct trials_request *request, trials_told *told, void *context,
	struct error *error);

/* The child: does what its words say, argv[0] being TRIALS_WORD; the file and
 * settings of `request` are filled in. Its exit code. */
int trials_serve(struct os *os, int argc, char **argv,
	struct trial_request *request, const char *store);

/* The word of the child's that says --plugin-path; "" for none. */
const char *trials_plugin_path(int argc, char **argv);

#endif
