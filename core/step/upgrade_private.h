/*
 * upgrade_private: what the files of `upgrade` share: upgrade.c a transaction
 * to its commit, upgrade_late.c deadlines, upgrade_end.c how one ends,
 * upgrade_revive.c deaths, probation and revival.
 */
#ifndef TAU_CORE_STEP_UPGRADE_PRIVATE_H
#define TAU_CORE_STEP_UPGRADE_PRIVATE_H

#include "core/step/upgrade.h"

/* A transaction whose standbys are of that version. */
void upgrade_begin(struct upgrade *upgrade,
	const struct upgrade_request *request, enum upgrade_plan plan);

/* Appends an action about a node. */
struct upgrade_action *upgrade_do(
	struct upgrade *upgrade, enum upgrade_action_kind kind, uint32_t node);

void upgrade_arm(
	struct upgrade *upgrade, enum upgrade_timer timer, int64_t timeout_ns);
void upgrade_say(
	struct upgrade *upgrade, uint32_t node, char *sentence); /* taken */
void upgrade_enter(struct upgrade *upgrade, enum upgrade_phase phase);

/* Why it does not go well; the first one stays. Taken. */
void upgrade_because(struct upgrade *upgrade, char *sentence);

/* Before the commit: everything back, for this reason (taken). */
void upgrade_abort(struct upgrade *upgrade, char *sentence);

/* All nodes are restored. */
void upgrade_commit(struct upgrade *upgrade);

/* What was promoted has been told to run; what is removed is gone. */
void upgrade_started(struct upgrade *upgrade, uint32_t node);

/* Ends a transaction all of whose nodes have come to rest. */
void upgrade_settle(struct upgrade *upgrade);

/* Gives the result of a client, which may be 0; the sentence is taken. */
void upgrade_result(
	struct upgrade *upgrade, uint64_t client, int code, char *sentence);

/* What ran is gone: whether that is this step's to see to. */
bool upgrade_on_gone(
	struct upgrade *upgrade, const struct upgrade_event *event);

void upgrade_on_failed(
	struct upgrade *upgrade, const struct upgrade_event *event);
void upgrade_on_sick(
	struct upgrade *upgrade, const struct upgrade_event *event);

/* Starts, for a node whose process is gone, one of the version that wrote its
 * handover, of which there is one. */
void upgrade_revive(struct upgrade *upgrade, uint32_t node);

/* What happens to the other seat of a node that is being revived. */
void upgrade_on_revival(
	struct upgrade *upgrade, const struct upgrade_event *event);

/* Nothing is to be revived any more: the topology ends. */
void upgrade_forget(struct upgrade *upgrade);

void upgrade_on_timeout(
	struct upgrade *upgrade, const struct upgrade_event *event);

/* What was told to run has answered. */
void upgrade_on_runs(struct upgrade *upgrade, uint32_t node);

void upgrade_on_probation_over(struct upgrade *upgrade);

/* Closes what was kept: of all, or of those that do not go back. */
void upgrade_let_go(struct upgrade *upgrade, bool same);
void upgrade_on_revival_late(struct upgrade *upgrade);

/* Whether a version is on probation in the node. */
static inline bool upgrade_on_trial(const struct upgrade_node *node)
{
	return node->kept && !node->same && node->revival == REVIVAL_NONE &&
	       !node->dead;
}

#endif
