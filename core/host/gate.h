/*
 * gate: a node that is a program elsewhere, and the process that lets it in.
 *
 *	other nodes === links === gate ... listens, accepts one peer --- peer
 *
 * It listens at the address that the manifest gives, takes one peer, and
 * passes on what both sides say (core/host/hub). So whatever a stranger does to
 * the connection happens to a process that holds nothing.
 * Who connects besides is turned away.
 *
 * One that follows a gate that crashed takes away the name of that one's unix
 * socket, if nobody listens there: a kill leaves it.
 */
#ifndef TAU_CORE_HOST_GATE_H
#define TAU_CORE_HOST_GATE_H

#include "core/base/log.h"
#include "core/base/os.h"
#include "core/plan/node_plan.h"
#include "core/wire/command_connection.h"

/* Keeps the plan's remote node from READY to DONE; `follows`: another did so
 * before, and crashed. Returns the exit status: 0 after DONE, 1 when it could
 * not listen, had a failure to tell or the supervisor has gone. */
int gate_run(struct os *os, struct log *log,
	struct command_connection *connection, const struct node_plan *plan,
	bool follows);

#endif
