/*
 * exit_code: every status that the program ends with, and how `run` chooses.
 * They are those of sysexits.h where it has one; the man page lists them.
 */
#ifndef TAU_CORE_STEP_EXIT_CODE_H
#define TAU_CORE_STEP_EXIT_CODE_H

#include <stdbool.h>

enum exit_code {
	EXIT_CODE_DONE = 0,
	EXIT_CODE_FAILED = 1,        /* an operator or node failed */
	EXIT_CODE_USAGE = 2,         /* the command line is wrong */
	EXIT_CODE_UNAVAILABLE = 69,  /* nothing is running */
	EXIT_CODE_BUG = 70,          /* a mistake of ours */
	EXIT_CODE_TAKEN = 73,        /* that name already runs, or exists */
	EXIT_CODE_IO = 74,           /* reading or writing failed */
	EXIT_CODE_NOT_DRAINED = 75,  /* the drain timed out */
	EXIT_CODE_INVALID = 78,      /* the manifest or one-liner is wrong */
	EXIT_CODE_INTERRUPTED = 130, /* by SIGINT */
};

/* Why a run ended; several may hold. */
struct exit_causes {
	bool failed;      /* an operator, a node, or the start of one */
	bool interrupted; /* SIGINT */
	bool cut_short;   /* a second signal while it drained */
	bool timed_out;   /* the drain's deadline */
};

/* A failure hides the rest, a drain that timed out hides an interrupt. */
enum exit_code exit_code_of(const struct exit_causes *causes);

#endif
