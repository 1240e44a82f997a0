/*
 * choice: which file a plugin of a running topology is taken from.
 *
 * What runs is what was read when it was started, or upgraded since; the files
 * may have changed meanwhile, and that must change nothing until it is asked
 * for. So a running topology is resolved again with a list of choices: first
 * all plugins that it runs, as copies in the store, then the one to upgrade.
 */
#ifndef TAU_CORE_PLAN_CHOICE_H
#define TAU_CORE_PLAN_CHOICE_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/text/arena.h"
#include "core/catalogue/catalogue.h"
#include "core/plan/manifest.h"
#include "core/plan/placement.h"
#include "core/text/text.h"

/* What a placement runs. Paths are FOLDER/SHA256.so where `store` is a folder,
 * and where the plugins were found where it is NULL. */
struct catalogue_choice *choice_pin(const struct placement *placement,
	const char *store, struct arena *arena, size_t *count);

/* The same with one more behind them. */
struct catalogue_choice *choice_add(struct catalogue_choice *choices,
	size_t *count, struct catalogue_choice choice, struct arena *arena);

/* Whether operators of the plugin run, in the node of that name in the
 * manifest, or anywhere (NULL). 0, or -ENOENT with a sentence. */
int choice_check(const struct placement *placement, const char *plugin,
	const char *node, struct error *error);

/* Says what to write into the manifest so that a start takes that file too:
 * "weblog.json:4:31: write \"path\": \"/new/acme.so\" …" and a newline; nothing
 * where the manifest means that file already. */
void choice_advise(const struct catalogue *catalogue,
	const struct manifest *manifest, const char *plugin,
	const struct catalogue_choice *choice, struct text *text);

#endif
