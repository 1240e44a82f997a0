/*
 * node_given: what a node's process is given first: the plan that it is to be
 * built from, and what it is there for.
 */
#ifndef TAU_CORE_HOST_NODE_GIVEN_H
#define TAU_CORE_HOST_NODE_GIVEN_H

#include "core/plan/node_plan.h"
#include "core/wire/command_connection.h"

/* Zeroed is nothing. */
struct node_given {
	struct node_plan plan; /* node_plan_release */
	bool follows;          /* a process that crashed */
	bool stands_by;        /* for one that runs */
	uint64_t topology;
};

/* Waits for PLAN. -errno with a sentence. */
int node_given_receive(struct node_given *given, struct os *os,
	struct command_connection *connection, struct error *error);

#endif
