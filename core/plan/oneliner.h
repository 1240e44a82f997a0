/*
 * oneliner: a topology of one node, written in one line.
 *
 *     oneliner = chain *(";" chain)          chain = element *("!" element)
 *     element  = "@" name ["." port ["[" n "]"]]    an operator of elsewhere
 *              | [name ":"] type *arg
 *     arg      = value | param "=" value            bare: in declared order
 *     value    = word | 'raw' | "JSON string" | JSON array or object
 *
 *     file.read a.log ! lines ! w:weblog ! null ; @w.bad ! stdout
 *
 * `!` and `;` count only as whole words. `name=` is a param only when `name`
 * is one of the type's. A list also takes a,b. A free required in port at the
 * head of a chain gets `stdin`, a free first out port at its tail `stdout`.
 * Operators without a name are called after their type: `lines`, `lines2`,
 * `file-read`.
 */
#ifndef TAU_CORE_PLAN_ONELINER_H
#define TAU_CORE_PLAN_ONELINER_H

#include "core/catalogue/catalogue.h"
#include "core/text/diagnostic.h"
#include "core/plan/manifest.h"

/* Reads the source's text into `manifest` (zeroed), as manifest_parse does for
 * JSON. Names, types and the number of args are judged here; values only as
 * far as it takes to read them. Places are in the text. Returns 0, or -EINVAL
 * when anything was said; the manifest must be released either way. */
int oneliner_parse(struct manifest *manifest, const struct source *source,
	const struct catalogue *catalogue, struct diagnostics *diagnostics);

#endif
