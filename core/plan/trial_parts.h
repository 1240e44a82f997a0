/*
 * trial_parts: what the files of the room trial share: trial.c the whole,
 * trial_read.c what is written, trial_records.c records, trial_bind.c names and
 * the one node.
 */
#ifndef TAU_CORE_PLAN_TRIAL_PARTS_H
#define TAU_CORE_PLAN_TRIAL_PARTS_H

#include "core/plan/manifest_take.h"
#include "core/plan/trial.h"

/* Reads the root into the trial; what is wrong is said. */
void trial_read(struct trial *trial);

/* The records of a step whose port is known. */
void trial_take_records(
	struct trial *trial, struct trial_step *step, enum port_type type);

/* Whether a step names a port, and of which direction. */
bool trial_takes_port(const struct trial_step *step, bool *out);

/* Names to ports and operators, after the topology was resolved; the ports
 * that are the test's alone. */
void trial_bind(struct trial *trial);

#endif
