/*
 * search: where this program looks for plugins.
 *
 * In order: what the manifest names, --plugin-path, TAU_PLUGIN_PATH, the
 * folder plugins/ beside the program (a build tree), the installed folder.
 */
#ifndef TAU_CORE_CLI_SEARCH_H
#define TAU_CORE_CLI_SEARCH_H

#include "core/cli/cli.h"
#include "core/catalogue/catalogue.h"

#define SEARCH_PATH_BYTES 4096

/* Holds the texts that the search points to; must not be moved. */
struct search {
	struct catalogue_search folders;
	char beside[SEARCH_PATH_BYTES];
	char installed[SEARCH_PATH_BYTES];
};

#define SEARCH_OPTION                                                          \
	{                                                                      \
		"plugin-path", SEARCH_PLUGIN_PATH, "FOLDER[:FOLDER]...",       \
			"look for plugins there first"                         \
	}
enum { SEARCH_PLUGIN_PATH = 'L' };

/* `option` is the value of --plugin-path, or NULL; it is kept. */
void search_init(struct search *search, struct cli *cli, const char *option);

/* The folder that this program stands in; false when nobody knows. */
bool search_own_folder(struct os *os, char *folder, size_t bytes);

#endif
