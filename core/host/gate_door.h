/*
 * gate_door: the address at which peers of a remote node knock.
 *
 * One that is bound to a path has made it, and takes it away when it closes.
 */
#ifndef TAU_CORE_HOST_GATE_DOOR_H
#define TAU_CORE_HOST_GATE_DOOR_H

#include <stdbool.h>

#include "core/base/error.h"
#include "core/base/os.h"
#include "core/plan/node_plan.h"
#include "core/wire/address.h"

struct gate_door {
	struct os *os;
	const struct node_plan *plan; /* whose `remote` it is */
	struct address address;
	int fd; /* that listens; -1: none */
};

/* Listens; where it `follows` a process that has left its path behind, in the
 * place of that. -errno with a sentence; what there is is to be closed. */
int gate_door_open(struct gate_door *door, bool follows, struct error *error);
void gate_door_close(struct gate_door *door);

#endif
