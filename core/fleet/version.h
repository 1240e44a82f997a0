/*
 * version: what a node's process is told to be, and which of them a node has.
 *
 *     next      of a transaction that is under way
 *     now       runs, or ran last
 *     previous  ran before, and can come again
 *
 * Held by counts: a node and its two seats may hold the same one.
 */
#ifndef TAU_CORE_FLEET_VERSION_H
#define TAU_CORE_FLEET_VERSION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/plan/surroundings.h"
#include "core/wire/command.h"

struct version {
	uint32_t holders;
	char *plan; /* PLAN's text; wiped when the last lets go */
	size_t plan_bytes;
	/* FREEZE's text, for who is to hand over to this one: a line per
	 * operator, its name and the state version that it reads. */
	char *states;
	char *label; /* version_label's; NULL or "": not yet known */
	bool with_stdin, with_stdout;
	uint64_t files; /* how many it may open; 0: as many as we */
	struct surroundings *around; /* owned; NULL: its supervisor's */
	/* Its links, by their places, as core/fleet/links counts them. */
	uint32_t *links;
	uint32_t link_count;
	/* Nodes whose handovers it goes on from besides its own. */
	uint32_t *sources;
	uint32_t source_count;
};

struct links_pair;

/* Takes the links of a node out of all there are. */
void version_connect(struct version *version, const struct links_pair *links,
	uint32_t link_count, uint32_t node);

/* One, held once by the caller. The plan is copied; `states` and `label`, which
 * may be NULL, are taken. */
struct version *version_create(struct command_text plan, char *states,
	char *label, bool with_stdin, bool with_stdout);

/* What it is, for people: "acme 1.2.0 (9f86d081)", of the plugins that are
 * others than before; where nobody said which, of all that its plan names; of
 * somebody else's program its first word. Lives as long as the version. */
const char *version_label(struct version *version);

/* Holds it once more; NULL stays NULL. */
struct version *version_hold(struct version *version);

/* Lets go, and clears the pointer. NULL is fine. */
void version_drop(struct version **version);

/* Puts one in the place of another; takes it. */
void version_put(struct version **place, struct version *version);

#endif
