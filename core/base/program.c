/* program: words as programs. See the header. */
#include "core/base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_set(
	const char *const *settings, size_t count, const char *variable);

int program_find(struct os *os, char *path, const char *folder,
	const char *word, char *const *environment)
{
	const char *search = "/usr/local/bin:/usr/bin:/bin";
	int bytes;

	if (strchr(word, '/')) {
		bytes = snprintf(path, PROGRAM_PATH_BYTES, "%s%s%s",
			word[0] == '/' ? "" : folder, word[0] == '/' ? "" : "/",
			word);
		return bytes < PROGRAM_PATH_BYTES ? 0 : -ENAMETOOLONG;
	}
	for (char *const *at = environment; *at; at++)
		if (strncmp(*at, "PATH=", 5) == 0) {
			search = *at + 5;
			break;
		}
	while (*search) {
		size_t length = strcspn(search, ":");

		bytes = snprintf(path, PROGRAM_PATH_BYTES, "%.*s/%s",
			(int)length, search, word);
		if (bytes < PROGRAM_PATH_BYTES && program_is(os, path))
			return 0;
		search += length + (search[length] == ':');
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
