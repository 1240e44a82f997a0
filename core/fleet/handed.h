/*
 * handed: what a node handed over, as its supervisor holds it: fds, of which
 * the first is the sealed file. Never looked into.
 */
#ifndef TAU_CORE_FLEET_HANDED_H
#define TAU_CORE_FLEET_HANDED_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/base/os.h"

/* Zeroed is none. */
struct handed {
	int *fds;
	uint32_t count;
};

/* Duplicates all fds; the array is the caller's, and the fds. NULL and a
 * negative errno in `code` when that fails; nothing is left then. */
int *handed_copy(const struct handed *handed, struct os *os, int *code);

/* Moves what `from` holds in the place of what `to` held. */
void handed_move(struct handed *to, struct handed *from, struct os *os);

/* Puts /dev/null in the place of the pipe with these numbers, whose end is
 * waited for. */
void handed_forget(
	struct handed *handed, struct os *os, dev_t device, ino_t inode);

void handed_close(struct handed *handed, struct os *os);

#endif
