/*
 * runtime: the folder of a running topology, and the lock on its name.
 *
 *     $XDG_RUNTIME_DIR/tau/NAME/lock        where that is set and there,
 *     /run/tau/NAME/lock                    else as root,
 *     /tmp/tau-UID/NAME/lock                else
 *
 * Beside the lock stands the control socket (core/fleet/control), and FIFOs.
 *
 * One supervisor per name: it holds a flock on `lock`, which the kernel drops
 * whatever becomes of the process. Folders are 0700 and must be ours: in /tmp
 * somebody else may have made one first.
 */
#ifndef TAU_CORE_FLEET_RUNTIME_H
#define TAU_CORE_FLEET_RUNTIME_H

#include "core/base/error.h"
#include "core/base/os.h"

#define RUNTIME_PATH_BYTES 512

struct runtime {
	struct os *os;
	int lock_fd;                     /* -1: none */
	char folder[RUNTIME_PATH_BYTES]; /* of this topology */
};

/* Takes the name, and removes what killed supervisors of unnamed topologies
 * have left; `xdg` is $XDG_RUNTIME_DIR or NULL. Returns 0, -EEXIST when
 * that name already runs, or another negative errno; each with a sentence. */
int runtime_init(struct runtime *runtime, struct os *os, const char *xdg,
	const char *name, struct error *error);

/* Gives the name back and removes the folder. */
void runtime_release(struct runtime *runtime);

/* Opens the folder in which this user's topologies have theirs, and makes
 * none. An fd of the caller's, or a negative errno. */
int runtime_open_base(struct os *os, const char *xdg);

/* What an unnamed topology is called: STEM-PID, where the stem is the file's
 * name without its last dot and what follows, or "tau" where there is none;
 * characters that no name has become `_`. */
void runtime_name(char name[NAME_BYTES_MAX], const char *file, pid_t pid);

#endif
