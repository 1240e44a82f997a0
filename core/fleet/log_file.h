/*
 * log_file: the log of a detached topology.
 *
 *	$XDG_STATE_HOME/tau/log/NAME      the newest lines
 *	…/NAME.1 … NAME.4                 older ones, the higher the older
 *
 * Lines read "2026-11-20T21:10:00.123Z NODE: text". A file that has reached
 * LOG_FILE_BYTES makes way for a new one; LOG_FILES are kept. It never stops
 * the work: lines that cannot be written are counted, and that is written when
 * it can be.
 */
#ifndef TAU_CORE_FLEET_LOG_FILE_H
#define TAU_CORE_FLEET_LOG_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/os.h"

#define LOG_FILE_PATH_BYTES 4096

struct log_file {
	struct os *os;
	int folder_fd, fd;
	int64_t bytes;
	uint64_t lost; /* lines since the last that was written */
	char name[NAME_BYTES_MAX];
	char path[LOG_FILE_PATH_BYTES];
};

/* Opens the log to be appended to, and makes the folders. `state_home` and
 * `home` are what the environment says for XDG_STATE_HOME and HOME, or NULL.
 * -errno with a sentence. */
int log_file_open(struct log_file *file, struct os *os, const char *state_home,
	const char *home, const char *name, struct error *error);
void log_file_close(struct log_file *file);

/* Given a line as it stands there, without its end; lives during the call. */
typedef void log_file_take(void *context, const char *line, size_t bytes);

/* Gives `take` all that is kept, oldest first, also of a topology that has
 * ended. -ENOENT when there is no log of that name, or another negative errno,
 * each with a sentence. */
int log_file_read(struct os *os, const char *state_home, const char *home,
	const char *name, log_file_take *take, void *context,
	struct error *error);

/* Writes a line; `node` is NULL for what the supervisor says. */
void log_file_line(struct log_file *file, const char *node, const char *text,
	size_t bytes);

#endif
