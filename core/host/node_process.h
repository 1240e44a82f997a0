/*
 * node_process: a node as a process of its own, told what to do by commands.
 *
 * Its fds are those of enum command_fd. It decides nothing: it loads what the
 * plan says, runs, and reports; when its supervisor is gone, it goes as well.
 */
#ifndef TAU_CORE_HOST_NODE_PROCESS_H
#define TAU_CORE_HOST_NODE_PROCESS_H

#include "core/base/os.h"

/* Runs one node from PLAN to DONE; `store` is the folder of plugin copies,
 * `environment` what a command is started with.
 * Returns the exit status: 0 after DONE, 1 when the node could not be made or
 * its supervisor left it. */
int node_process(struct os *os, const char *store, char *const *environment);

#endif
