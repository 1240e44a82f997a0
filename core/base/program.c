/* program: words as programs. See the header. */
#include "core/base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *search_path(char *const *environment);
static int join(
	char *path, const char *folder, size_t folder_bytes, const char *word);
static bool is_set(
	const char *const *settings, size_t count, const char *variable);

int program_find(struct os *os, char *path, const char *folder,
	const char *word, char *const *environment)
{
	const char *search = search_path(environment);

	if (word[0] == '/')
		return join(path, "", 0, word + 1);
	if (strchr(word, '/'))
		return join(path, folder, strlen(folder), word);
	while (*search) {
		size_t bytes = strcspn(search, ":");

		if (join(path, search, bytes, word) == 0 &&
			program_is(os, path))
			return 0;
		search += bytes + (search[bytes] == ':');
	}
	return -ENOENT;
}

char **program_environment(
	const char *const *settings, size_t count, char *const *environment)
{
	size_t others = 0, used = 0;
	char **made;

	while (environment[others])
		others++;
	made = calloc(count + others + 1, sizeof *made);
	if (!made)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (!is_set(settings, i, settings[i]))
			made[used++] = (char *)(uintptr_t)settings[i];
	for (size_t i = 0; i < others; i++)
		if (!is_set(settings, count, environment[i]))
			made[used++] = environment[i];
	return made;
}

bool program_is(struct os *os, const char *path)
{
	struct stat status;

	return os->fstatat(os, AT_FDCWD, path, &status, 0) == 0 &&
	       S_ISREG(status.st_mode) && status.st_mode & 0111;
}

static const char *search_path(char *const *environment)
{
	for (; *environment; environment++)
		if (strncmp(*environment, "PATH=", strlen("PATH=")) == 0)
			return *environment + strlen("PATH=");
	return "/usr/local/bin:/usr/bin:/bin";
}

static int join(
	char *path, const char *folder, size_t folder_bytes, const char *word)
{
	int bytes = snprintf(path, PROGRAM_PATH_BYTES, "%.*s/%s",
		(int)folder_bytes, folder, word);

	return bytes < PROGRAM_PATH_BYTES ? 0 : -ENAMETOOLONG;
}

static bool is_set(
	const char *const *settings, size_t count, const char *variable)
{
	size_t bytes = strcspn(variable, "=");

	for (size_t i = 0; i < count; i++)
		if (strncmp(settings[i], variable, bytes) == 0 &&
			settings[i][bytes] == '=')
			return true;
	return false;
}
