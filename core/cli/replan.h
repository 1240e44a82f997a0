/*
 * replan: the plans of a topology that runs: the one that it runs by, and the
 * one that it may run by next.
 *
 *     running --(a plugin's file is chosen)--> next --(commit)--> running
 *             --(another manifest)----------->
 *
 * All are made of the text that was read when it was started or applied, with
 * the copies of plugins that run; so files that have changed since change
 * nothing until they are asked for. For each node the copies that it had before
 * its upgrade are known, so that it can have them again.
 */
#ifndef TAU_CORE_CLI_REPLAN_H
#define TAU_CORE_CLI_REPLAN_H

#include "core/cli/planning.h"
#include "core/fleet/loop.h"

struct replan;

/* What the supervisor does about each node, which follows the manifest; the
 * caller's, filled by replan_settings_fill. */
struct replan_settings {
	struct supervised_policy *policies;
	struct watchdog_settings *watchdogs;
};

/* `places` says where the loop has each node; NULL: in their order. */
void replan_settings_fill(const struct replan_settings *settings,
	const struct placement *placement, const uint32_t *places);

/* A connection as the loop makes it; a FIFO's path, in the arena, is where its
 * stream says, or under its name in `folder`. */
struct links_pair replan_link(const struct placement *placement, uint32_t link,
	const char *folder, struct arena *arena);

/* `folder` is the topology's own. `plan` is what runs at first, and the
 * caller's; all arguments outlive it. NULL with a sentence when there is no
 * store of plugins. */
struct replan *replan_create(struct cli *cli, const struct planning *planning,
	const struct plan *plan, const char *topology, const char *folder,
	struct replan_settings settings, struct error *error);
void replan_destroy(struct replan **replan);

/* What the loop calls; NULL for NULL. */
const struct loop_planner *replan_planner(const struct replan *replan);

#endif
