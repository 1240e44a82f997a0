/*
 * catalogue: the plugins that a topology may use, found in folders and named
 * by a manifest, and the operator types they describe.
 *
 * Plugins are read as data (`note`), never loaded. A plugin that is refused
 * does not hide the others: it stands in a list of its own with its sentence.
 *
 * A type of a standard plugin (its name begins with "tau-", and it comes from
 * the folder beside the binary or the installed one) stands alone: `merge`,
 * `file.read`. Any other type is PLUGIN.OPERATOR. Where two places offer a
 * plugin of one name, the first wins: manifest, option, environment, beside,
 * installed. What was chosen comes before them all.
 */
#ifndef TAU_CORE_CATALOGUE_CATALOGUE_H
#define TAU_CORE_CATALOGUE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/catalogue/description.h"
#include "core/catalogue/note.h"

struct os;
struct catalogue;

enum catalogue_origin {
	CATALOGUE_CHOSEN, /* by somebody, whatever the places below offer */
	CATALOGUE_MANIFEST,
	CATALOGUE_OPTION,
	CATALOGUE_ENVIRONMENT,
	CATALOGUE_BESIDE,
	CATALOGUE_INSTALLED,
};

/* One entry of a manifest's `plugins`. */
struct catalogue_named {
	const char *name;    /* the manifest's key */
	const char *path;    /* absolute, or relative to the current folder */
	const char *version; /* "1.2.3" or "^1.2", or NULL */
	const char *sha256;  /* 64 hexadecimal digits, or NULL */
	uint32_t at;         /* of the entry in its source, for its refusal */
};

/* A file that a plugin is taken from, whatever the places offer: what runs, or
 * what `upgrade` was told to take instead. */
struct catalogue_choice {
	const char *path; /* absolute, or relative to the current folder */
	const char *node; /* for this node of the manifest alone; NULL: all */
	bool standard;    /* a copy of what was found as a standard plugin */
	/* Of the file, as 64 digits, where that is known already, so that the
	 * file is not read for it: what the store names by its hash. */
	const char *sha256;
};

/* Where to look; lists of folders are separated by ':'. NULL: nowhere. An
 * absent folder offers nothing. */
struct catalogue_search {
	/* The last one for a plugin and a node counts, and one for all nodes
	 * takes back those for single ones before it. What the manifest asks of
	 * the plugin's version and hash holds for them too. */
	const struct catalogue_choice *choices;
	size_t choice_count;
	/* All that is used was chosen: nothing is taken from the places below,
	 * which only tell what a standard plugin is. */
	bool chosen_alone;
	const struct catalogue_named *named;
	size_t named_count;
	const char *option;      /* --plugin-path */
	const char *environment; /* TAU_PLUGIN_PATH */
	const char *beside;      /* the build tree's plugins/, or NULL */
	const char *installed;
};

struct catalogue_plugin {
	struct note_identity identity; /* its hash: ask catalogue_sha256 */
	const struct description *description;
	enum catalogue_origin origin;
	uint32_t at; /* of the manifest's entry, else UINT32_MAX */
	bool standard;
	bool hashed;
	const struct catalogue *catalogue; /* that it belongs to */
};

struct catalogue_type {
	const char *type; /* as a manifest writes it */
	const struct catalogue_plugin *plugin;
	const struct operator_description *description;
};

struct catalogue_refusal {
	const char *path;
	const char *name; /* the manifest's key, else NULL */
	enum catalogue_origin origin;
	uint32_t at; /* of the manifest's entry, else UINT32_MAX */
	struct error error;
};

/* Reads all plugins found. Fails only for want of memory; what cannot be read
 * or is not a good plugin is a refusal. The search is not kept; `os` outlives
 * the catalogue. */
int catalogue_create(struct catalogue **catalogue, struct os *os,
	const struct catalogue_search *search, struct error *error);
void catalogue_destroy(struct catalogue **catalogue);

/* The type of that name, or NULL. Lives as long as the catalogue. */
const struct catalogue_type *catalogue_find(
	const struct catalogue *catalogue, const char *type);

/* The same as the node of that name in the manifest has it, for which another
 * file of the plugin may have been chosen. */
const struct catalogue_type *catalogue_find_in(
	const struct catalogue *catalogue, const char *node, const char *type);

/* Whether both paths lead to the same regular file now, as whoever has plugins
 * looked for can tell. */
bool catalogue_same_file(
	const struct catalogue *catalogue, const char *one, const char *other);

/* Writes the SHA-256 of a plugin's file as 64 digits. The file is read for it
 * when it is first asked for, since reading all of every plugin would take
 * longer than a start may. Returns 0, or a negative errno with a sentence when
 * the file is not the one whose note was read; the digits are zeros then. */
int catalogue_sha256(const struct catalogue_plugin *plugin,
	char text[NOTE_SHA256_TEXT], struct error *error);

/* Sets the error for a type that `catalogue_find` did not find: what it may
 * have meant, or why its plugin was refused. Returns -ENOENT. */
int catalogue_explain(const struct catalogue *catalogue, const char *type,
	struct error *error);

/* What was refused of the plugin that the type is of, or NULL. */
const struct catalogue_refusal *catalogue_refusal_of(
	const struct catalogue *catalogue, const char *type);

/* The standard type that a plugin of that name would be taken for, for which it
 * is refused, or NULL. */
const char *catalogue_standard_like(
	const struct catalogue *catalogue, const char *name);

/* All of them: types and plugins by name, refusals in order of search. */
size_t catalogue_type_count(const struct catalogue *catalogue);
const struct catalogue_type *catalogue_type_at(
	const struct catalogue *catalogue, size_t index);
size_t catalogue_plugin_count(const struct catalogue *catalogue);
const struct catalogue_plugin *catalogue_plugin_at(
	const struct catalogue *catalogue, size_t index);
size_t catalogue_refusal_count(const struct catalogue *catalogue);
const struct catalogue_refusal *catalogue_refusal_at(
	const struct catalogue *catalogue, size_t index);

#endif
