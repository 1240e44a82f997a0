/*
 * catalogue_parts: what the files of the room `catalogue` share. Nobody else
 * includes this.
 */
#ifndef TAU_CORE_CATALOGUE_CATALOGUE_PARTS_H
#define TAU_CORE_CATALOGUE_CATALOGUE_PARTS_H

#include "core/text/arena.h"
#include "core/catalogue/catalogue.h"

/* A plugin that one node has from another file. */
struct catalogue_chosen {
	const char *node;
	struct catalogue_plugin *plugin;
	struct catalogue_type *types; /* in the order of the description */
};

struct catalogue {
	struct arena arena;
	struct os *os;
	/* In order of search until they are all there, then by name. */
	struct catalogue_plugin **plugins;
	struct catalogue_type *types; /* by name */
	struct catalogue_refusal *refusals;
	struct catalogue_chosen *chosen;
	size_t plugin_count, type_count, refusal_count, chosen_count;
};

/* Takes all plugins of the search. */
void catalogue_search_all(
	struct catalogue *catalogue, const struct catalogue_search *search);

/* Adds a refusal; the result is its error, still to be set. It moves when the
 * next refusal is added. */
struct error *catalogue_refuse(struct catalogue *catalogue, const char *path,
	enum catalogue_origin origin, uint32_t at);

/* What a manifest writes for an operator of a plugin; in the arena. */
struct catalogue_type catalogue_type_of(struct catalogue *catalogue,
	const struct catalogue_plugin *plugin,
	const struct operator_description *described);

/* Whether `version` is what a manifest wrote: "1.2.3" exactly, "^1.2" that or
 * later without a new major (below 1.0: without a new minor). Returns 0, or
 * -EINVAL with a sentence without a path. */
int catalogue_check_version(
	const char *written, const char *version, struct error *error);

#endif
