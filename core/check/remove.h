/*
 * remove: removes a folder of ours and all that strangers' code has put into
 * it, however deep.
 */
#ifndef TAU_CORE_CHECK_REMOVE_H
#define TAU_CORE_CHECK_REMOVE_H

#include "core/base/os.h"

/* Follows no link. A negative errno when something is left. */
int remove_folder(struct os *os, const char *path);

#endif
