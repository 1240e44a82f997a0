/*
 * trials_parts: the words that a parent starts its child with, which both
 * files of the room trials know: tau TRIALS_WORD …
 */
#ifndef TAU_CORE_CHECK_TRIALS_PARTS_H
#define TAU_CORE_CHECK_TRIALS_PARTS_H

enum trials_word {
	WORD_NAME,
	WORD_FILE,
	WORD_FROM,    /* the run to begin with */
	WORD_RENEWS,  /* "1" or "0" */
	WORD_LIMIT,   /* in nanoseconds */
	WORD_PLUGINS, /* --plugin-path, or "" */
	WORD_SETTINGS,
};

/* Runs are cases, or each case twice, the second time with renewals. */

#endif
