/*
 * plan: from a file or a one-liner to a placed topology, in one call.
 *
 *     read -> manifest | oneliner -> variables -> catalogue -> topology
 *          -> placement
 *
 * Each step goes as far as it can, so that all that is wrong is said in one
 * run; a later step is left out where it would only repeat what an earlier
 * one has said.
 */
#ifndef TAU_CORE_PLAN_PLAN_H
#define TAU_CORE_PLAN_PLAN_H

#include <stdbool.h>

#include "core/base/error.h"
#include "core/catalogue/catalogue.h"
#include "core/text/diagnostic.h"
#include "core/plan/manifest.h"
#include "core/plan/placement.h"
#include "core/plan/topology.h"
#include "core/plan/variables.h"

struct os;

/* What was asked for; not kept. */
struct plan_request {
	const char *file;       /* a path, or "-" for fd 0; or NULL and … */
	const char *expression; /* … a one-liner */
	const char *text; /* what was in the file before; NULL: it is read */
	struct variables_input variables; /* with the current folder */
	/* Where plugins are; `named` is filled in from the manifest. */
	struct catalogue_search search;
	/* Where nothing must be connected. */
	const struct manifest_lent *lent;
	uint32_t lent_count;
	bool embedded; /* an application lends them: `writes`, `reads` */
};

/* Zeroed is empty. It points into itself and must not be moved. */
struct plan {
	char *text;   /* of the file; owned */
	char *folder; /* of the file, absolute; owned */
	struct source source;
	struct diagnostics diagnostics;
	struct diagnostics warnings; /* of a valid manifest; of -e none */
	struct manifest manifest;
	struct catalogue *catalogue;
	struct topology topology;
	struct placement placement;
	bool placed; /* topology and placement are whole */
};

/* Fills a zeroed plan. Returns 0 when it is valid; -EINVAL when it is not,
 * with sentences in `plan->diagnostics`; another negative errno and a sentence
 * in `error` when the file could not be read. To be released either way. */
int plan_make(struct plan *plan, struct os *os,
	const struct plan_request *request, struct error *error);

void plan_release(struct plan *plan);

#endif
