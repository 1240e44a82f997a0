/*
 * comparing: what runs with what is wanted, as `plan` shows it and `apply` does
 * it.
 */
#ifndef TAU_CORE_CLI_COMPARING_H
#define TAU_CORE_CLI_COMPARING_H

#include <jansson.h>

#include "core/cli/planning.h"
#include "core/plan/changes.h"

struct comparing {
	const char *topology; /* --topology, or NULL */
	json_t *record;       /* of what runs; to be given up */
};

/* Resolves what runs into a zeroed plan. Where nothing does, it is said what a
 * start of `after` would begin. Returns 0, or an exit code after a sentence. */
int comparing_ask(struct cli *cli, struct comparing *comparing,
	const struct plan *after, struct plan *before);

/* Finds the changes, into zeroed ones, to be released either way; `after`
 * follows `before`. Returns 0, or EXIT_CODE_INVALID after all that cannot be
 * done was said. */
int comparing_make(struct cli *cli, const struct plan *before,
	struct plan *after, struct changes *changes);

/* The result: for people, or with --json. */
void comparing_print(struct cli *cli, const struct changes *changes);

#endif
