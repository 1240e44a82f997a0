/* search: the places of plugins. See the header. */
#include "core/cli/search.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

void search_init(struct search *search, struct cli *cli, const char *option)
{
	char folder[SEARCH_PATH_BYTES - 32];
	struct stat status;

	*search = (struct search){.folders = {.option = option}};
	search->folders.environment = cli_environment(cli, "TAU_PLUGIN_PATH");
	search->folders.installed = TAU_PLUGIN_FOLDER;
	if (!search_own_folder(&cli->os, folder, sizeof folder))
		return;
	snprintf(search->beside, sizeof search->beside, "%s/plugins", folder);
	search->folders.beside = search->beside;
	/* An installed tree that was moved as a whole still finds its own. */
	snprintf(search->installed, sizeof search->installed,
		"%s/../lib/tau/plugins", folder);
	if (cli->os.fstatat(
		    &cli->os, AT_FDCWD, search->installed, &status, 0) == 0)
		search->folders.installed = search->installed;
}

bool search_own_folder(struct os *os, char *folder, size_t bytes)
{
	ssize_t count =
		os->readlinkat(os, AT_FDCWD, "/proc/self/exe", folder, bytes);
	char *slash;

	if (count < 0 || (size_t)count == bytes)
		return false;
	folder[count] = 0;
	slash = strrchr(folder, '/');
	if (!slash)
		return false;
	*slash = 0;
	return true;
}
