/*
 * variables: the values of a manifest's `vars`, put into its texts.
 *
 * A value comes from a setting (`--set`), else from the environment variable
 * that the manifest names, else from the default. It is checked against the
 * variable's type. Then every string of params, plugins, command, env, at and
 * remote is gone through once:
 *
 *     "${v}" alone      the value with its type
 *     "…${v}…"          the value as text: a string as it is, else as JSON
 *     "$${"             a literal "${"
 *
 * What is put in is never read again, so a value cannot name a variable, and
 * being put in after parsing, it cannot change the structure either.
 *
 * A variable of type path is made absolute: one from a setting or from the
 * environment against the current folder, a default against the manifest's.
 * The value of a secret taints each string that it enters.
 */
#ifndef TAU_CORE_PLAN_VARIABLES_H
#define TAU_CORE_PLAN_VARIABLES_H

#include <stddef.h>

#include "core/text/diagnostic.h"
#include "core/plan/manifest.h"

/* "NAME=VALUE", as given to --set; a later one of a name wins. */
struct variables_input {
	const char *const *settings;
	size_t setting_count;
	char *const *environment; /* "NAME=VALUE", NULL at the end; or NULL */
	const char *folder;       /* the current one, absolute */
};

/* Fills in `value` of every param and puts the values into all texts. In a
 * one-liner, which has no variables, every text is literal. Returns 0, or
 * -EINVAL after sentences; params then may have no value. */
int variables_apply(struct manifest *manifest,
	const struct variables_input *input, struct diagnostics *diagnostics);

#endif
