/*
 * action: what the supervisor's step asks its loop to do, as a list.
 */
#ifndef TAU_CORE_STEP_ACTION_H
#define TAU_CORE_STEP_ACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/step/upgrade.h"
#include "core/wire/command.h"

/* One of each; armed again, a timer begins anew. */
enum supervisor_timer {
	SUPERVISOR_TIMER_FOR,      /* --for is over */
	SUPERVISOR_TIMER_PATIENCE, /* it runs out so slowly that it is said */
	SUPERVISOR_TIMER_DRAIN,    /* --drain-timeout is over */
	SUPERVISOR_TIMER_CLOSE,    /* CLOSE was given time enough */
	SUPERVISOR_TIMER_PROGRESS, /* somebody wants to read how it goes */
	SUPERVISOR_TIMER_UPGRADE,  /* UPGRADE_TIMERS of them */
	SUPERVISOR_TIMERS = SUPERVISOR_TIMER_UPGRADE + UPGRADE_TIMERS,
	/* one of each for every process */
	SUPERVISOR_TIMER_START = SUPERVISOR_TIMERS, /* to be ready */
	SUPERVISOR_TIMER_RESTART,                   /* to be spawned again */
	SUPERVISOR_TIMERS_ALL,
};

enum supervisor_action_kind {
	SUPERVISOR_SPAWN, /* process; answered by SPAWNED or SPAWN_FAILED */
	SUPERVISOR_SEND,  /* process, command */
	SUPERVISOR_ABORT, /* process: SIGABRT, so that it says where it is */
	SUPERVISOR_KILL,  /* process: SIGKILL; answered by EXITED */
	SUPERVISOR_DROP,  /* node: it is gone for good, and its ends of links */
	SUPERVISOR_ARM,   /* timer, timeout_ns: relative; 0: disarm; process */
	SUPERVISOR_SAY,   /* text; about `node` unless SUPERVISOR_NO_NODE */
	SUPERVISOR_SHOW,  /* records, bytes: progress so far */
	SUPERVISOR_STARTED,  /* all nodes were told to run */
	SUPERVISOR_STOPPING, /* it drains or closes */
	SUPERVISOR_EXIT,     /* code: of the program */
	/* answers to a tool, which may be gone meanwhile: */
	SUPERVISOR_DESCRIBE, /* client, node: a line about it */
	SUPERVISOR_RECORD,   /* client: a line, how it is resolved again */
	SUPERVISOR_LOGS,     /* client, node, follow: the log, and the result */
	SUPERVISOR_RESULT,   /* client, code, text */
	SUPERVISOR_EXCHANGE, /* upgrade: of handovers, plans and clients */
};

#define SUPERVISOR_NO_NODE UINT32_MAX

struct supervisor_action {
	enum supervisor_action_kind kind;
	uint32_t process; /* core/step/seat */
	uint32_t node;
	enum command_kind command;
	enum supervisor_timer timer;
	int64_t timeout_ns;
	char *text; /* owned by the list */
	uint64_t records, bytes;
	int code;
	uint64_t client;
	bool follow;
	struct upgrade_action upgrade; /* its text is the list's too */
};

/* In the order in which they are to be done. Zeroed is empty. */
struct action_list {
	struct supervisor_action *items;
	size_t count, room;
};

/* Empties the list, and keeps its memory; release gives that back too. */
void action_list_clear(struct action_list *list);
void action_list_release(struct action_list *list);

/* Appends one of each kind. */
void action_spawn(struct action_list *list, uint32_t process);
void action_send(
	struct action_list *list, uint32_t process, enum command_kind command);
void action_abort(struct action_list *list, uint32_t process);
void action_kill(struct action_list *list, uint32_t process);
void action_drop(struct action_list *list, uint32_t node,
	char *sentence); /* taken; NULL: it ended well */
void action_arm(struct action_list *list, enum supervisor_timer timer,
	int64_t timeout_ns);
void action_arm_process(struct action_list *list, uint32_t process,
	enum supervisor_timer timer, int64_t timeout_ns);
void action_say(
	struct action_list *list, uint32_t node, char *sentence); /* taken */
void action_show(struct action_list *list, uint64_t records, uint64_t bytes);
void action_started(struct action_list *list);
void action_stopping(struct action_list *list);
void action_exit(struct action_list *list, int code);
void action_record(struct action_list *list, uint64_t client);
void action_describe(struct action_list *list, uint64_t client, uint32_t node);
void action_logs(
	struct action_list *list, uint64_t client, uint32_t node, bool follow);
void action_result(struct action_list *list, uint64_t client, int code,
	char *sentence); /* taken; may be NULL */
void action_exchange(struct action_list *list,
	struct upgrade_action *action); /* its text is taken */

#endif
