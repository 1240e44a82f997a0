/*
 * services: what `struct tau_host` points to.
 *
 * Every call of a plugin comes in here. What it may do depends on the
 * operator's context; a call from another thread, or one that would suspend
 * somebody else, ends the node with a sentence.
 */
#ifndef TAU_CORE_HOST_SERVICES_H
#define TAU_CORE_HOST_SERVICES_H

#include <stdint.h>

#include <tau/operator.h>

#include "core/host/fabric.h"

struct instance;

/* Fills the table that plugins call. */
void services_init(struct tau_host *host);

/* The rest of the table, by file. */
void services_init_wait(struct tau_host *host);
void services_init_slots(struct tau_host *host);

/* The operator behind a handle, its caller checked. */
struct instance *services_enter(struct tau_op *op);

/* Publishes and retires all windows. 0, or a negative errno that has broken
 * the operator. services_leave also closes the out windows, before others run.
 */
int services_settle(struct instance *instance);
int services_leave(struct instance *instance);

/* TAU_STOPPED when reads and waits must say so, marking it as told; else 0. */
int services_stopped(struct instance *instance);

/* Whether a call may suspend: aborts if it must not but claims to be able. */
bool services_may_suspend(struct instance *instance, uint32_t how);

/* out_room, for services in other files. */
int services_room(
	struct tau_op *op, struct tau_out *head, uint32_t bytes, uint32_t how);

/* The bits that are ready among those asked for, control bits included;
 * timer bits are taken. */
uint64_t services_ready(struct instance *instance, const struct tau_want *want);

/* Waits in the scheduler, ports that have reported their end left out. */
void services_wait(struct instance *instance, const struct tau_want *want);

#endif
