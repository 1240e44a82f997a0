/*
 * supervisor_private: what the files of the step share: supervisor.c how
 * processes start and exit; supervisor_said.c what they say, and that all run
 * once all are ready; supervisor_seat.c standbys; supervisor_again.c restarts;
 * supervisor_end.c how a topology ends; supervisor_request.c what tools ask.
 */
#ifndef TAU_CORE_STEP_SUPERVISOR_PRIVATE_H
#define TAU_CORE_STEP_SUPERVISOR_PRIVATE_H

#include "core/step/supervisor.h"

void supervisor_on_command(
	struct supervisor *supervisor, const struct supervisor_event *event);
void supervisor_on_signal(struct supervisor *supervisor, int number);
void supervisor_on_timeout(
	struct supervisor *supervisor, const struct supervisor_event *event);

/* Ends the sources and lets all behind them run out, for at most so long;
 * SUPERVISOR_NO_DEADLINE: as long as it takes. Does nothing when it drains. */
#define SUPERVISOR_NO_DEADLINE (-1)
void supervisor_run_out(struct supervisor *supervisor, int64_t drain_ns);

/* A drain without a deadline gets the usual one. */
void supervisor_hurry(struct supervisor *supervisor);

/* Ends everything at once, as a second signal does. */
void supervisor_cut_short(struct supervisor *supervisor);

void supervisor_on_request(struct supervisor *supervisor, uint64_t client,
	const struct request *request);
void supervisor_on_left(struct supervisor *supervisor, uint64_t client);

/* Tells who asked for a restart that the node runs again, or never will. */
void supervisor_tell_back(
	struct supervisor *supervisor, uint32_t node, bool runs);

/* Tells everybody who waits for the end what it was. */
void supervisor_tell_end(struct supervisor *supervisor, int code);

/* Something failed, and that was said. */
void supervisor_failed(struct supervisor *supervisor);

/* Reports deadlocks that have come about, and closes who is in one. */
void supervisor_seek_deadlocks(struct supervisor *supervisor);

/* Whether a process tells of a failure that is none: it is replaced, removed or
 * started again; or all end at once, and who it has a link to was the first,
 * which is said, then. */
bool supervisor_lets_part(
	struct supervisor *supervisor, const struct supervisor_event *event);

/* Kills a process, unless it is gone or was killed before. */
void supervisor_kill(struct supervisor *supervisor, uint32_t process);

/* It says something that makes no sense: it is killed, and that is said. */
void supervisor_hang_up(
	struct supervisor *supervisor, uint32_t process, const char *text);

/* A process failed: says so, for which the sentence is taken. A standby is of
 * no more use then; else it is the topology's failure. */
void supervisor_process_failed(
	struct supervisor *supervisor, uint32_t process, char *sentence);

/* Whether the hook has decided what follows from an event. */
bool supervisor_hooked(
	struct supervisor *supervisor, const struct supervisor_event *event);

/* Tells the hook what is about no node: UPGRADE, LEFT, its TIMEOUTs. */
void supervisor_tell_hook(
	struct supervisor *supervisor, const struct supervisor_event *event);

/* Lets the hook give up what it has begun, before the topology ends. */
void supervisor_stop_hook(struct supervisor *supervisor);

/* A node's process was reaped, by that event, that had to make room for its
 * standby. NULL: it had ended before, and the standby is PREPARED. */
void supervisor_change_seats(struct supervisor *supervisor, uint32_t node);

/* The standby may have died at the very moment it was to run. */
void supervisor_standby_ended(struct supervisor *supervisor, uint32_t node,
	const struct supervisor_event *event);

/* The process of the seat that runs was reaped; what `was` tells how it stood.
 * Another follows, or its node has ended. */
void supervisor_current_exited(struct supervisor *supervisor,
	const struct supervisor_event *event, struct supervised_process was);

/* Whether what becomes of a process shows when it has exited. */
bool supervisor_may_restart(
	const struct supervisor *supervisor, uint32_t process);

/* The pause before a restart is over; a process was not ready in time. */
void supervisor_on_restart(struct supervisor *supervisor, uint32_t process);
void supervisor_on_late(
	struct supervisor *supervisor, const struct supervisor_event *event);

/* Whether a new process of a node would be of no use, since a program that must
 * begin anew with it cannot. */
bool supervisor_is_stranded(const struct supervisor *supervisor, uint32_t node);

/* No other process will be tried. */
void supervisor_give_up_restart(struct supervisor *supervisor, uint32_t node);

/* What the manifest says of a process's node. */
const struct supervised_policy *supervisor_policy(
	const struct supervisor *supervisor, uint32_t process);

/* A node has ended, and nobody will follow; its neighbours are told why: the
 * sentence is taken. NULL: it ended well. */
void supervisor_node_ended(
	struct supervisor *supervisor, uint32_t node, char *sentence);

/* Tells the prepared process of a seat that runs to do so, and to end if all
 * do. */
void supervisor_run(struct supervisor *supervisor, uint32_t process);

/* Tells a node to let its sources end; to end at once. Nothing if it does not
 * run, or was told so already. */
void supervisor_drain(struct supervisor *supervisor, uint32_t node);
void supervisor_close(struct supervisor *supervisor, uint32_t node);

/* The process of a node's seat that runs. */
static inline struct supervised_process *supervised_current(
	const struct supervisor *supervisor, uint32_t node)
{
	return &supervisor->processes[supervisor_current(supervisor, node)];
}

/* Whether a process is a standby, or one that was. */
static inline bool supervised_stands_by(
	const struct supervisor *supervisor, uint32_t process)
{
	return supervisor->nodes[seat_node(process)].current !=
	       seat_of(process);
}

/* Whether there is a process that was not yet reaped. */
static inline bool supervised_alive(const struct supervised_process *process)
{
	return process->state >= SUPERVISED_PREPARING &&
	       process->state < SUPERVISED_ENDED;
}

/* Whether it was killed without having failed before. */
static inline bool supervised_was_killed(
	const struct supervised_process *process)
{
	return process->state >= SUPERVISED_ABORTED && !process->failed;
}

/* Whether it was told to run, and not to end at once. */
static inline bool supervised_runs(const struct supervised_process *process)
{
	return process->state == SUPERVISED_RUNNING ||
	       process->state == SUPERVISED_DRAINING;
}

#endif
