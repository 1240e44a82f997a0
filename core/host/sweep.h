/*
 * sweep: takes copies out of the plugin store that nobody needs any more.
 *
 * A copy stays while a process holds a shared lock on it, and for
 * STORE_KEEP_NS after it was made. Since the store is swept only when a new
 * copy was made, that is also when a version is replaced, the version before
 * the one that runs is always there to go back to.
 */
#ifndef TAU_CORE_HOST_SWEEP_H
#define TAU_CORE_HOST_SWEEP_H

struct os;

/* Sweeps the store whose folder is open as `folder_fd`. Whatever fails is left
 * for the next time. Nobody else may be making a copy: the caller has the
 * folder's exclusive lock. */
void sweep_store(struct os *os, int folder_fd);

#endif
