/*
 * program: the file that a word names as a program, as a shell finds it, and
 * the environment that it gets. Runs nothing.
 */
#ifndef TAU_CORE_BASE_PROGRAM_H
#define TAU_CORE_BASE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/os.h"

#define PROGRAM_PATH_BYTES 4096

/* A word with a slash is a path, relative to `folder`; any other is looked for
 * along the PATH of `environment`, or what stands for it where there is none.
 * `path` holds PROGRAM_PATH_BYTES. 0, -ENOENT: not along PATH, -ENAMETOOLONG.
 * Whether a path leads to a program, nobody has looked. */
int program_find(struct os *os, char *path, const char *folder,
	const char *word, char *const *environment);

/* Whether a file is there that somebody may execute. */
bool program_is(struct os *os, const char *path);

/* `count` settings, "NAME=VALUE" each, and behind them what of `environment`
 * is not set by them. Views; the array is to be freed. NULL: out of memory. */
char **program_environment(
	const char *const *settings, size_t count, char *const *environment);

#endif
