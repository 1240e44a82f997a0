/*
 * unbuilt: commands that are designed and not in this version. They
 * are refused by name, so that nobody takes them for misspelt.
 */
#include "core/cli/commands.h"

#include <string.h>

static const struct {
	const char *name;
	const char *does;
} unbuilt[] = {
	{"new", "writes a first plugin of your own"},
};

bool unbuilt_explain(struct cli *cli, const char *name)
{
	for (size_t i = 0; i < sizeof unbuilt / sizeof *unbuilt; i++) {
		if (strcmp(unbuilt[i].name, name) != 0)
			continue;
		cli_say(cli,
			"%s (it %s) is designed, but not built in this version",
			name, unbuilt[i].does);
		return true;
	}
	return false;
}
