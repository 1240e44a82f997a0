/*
 * loop_private: what the files of the loop share: loop.c how it turns, and how
 * actions are carried out; loop_process.c the processes of nodes;
 * loop_change.c what comes and goes between nodes; loop_control.c answers to
 * tools;
 * loop_view.c what the view asks for; loop_watch.c those that do not come back.
 */
#ifndef TAU_CORE_FLEET_LOOP_PRIVATE_H
#define TAU_CORE_FLEET_LOOP_PRIVATE_H

#include "core/fleet/children.h"
#include "core/fleet/handed.h"
#include "core/fleet/journal.h"
#include "core/fleet/loop.h"
#include "core/fleet/process.h"
#include "core/fleet/signals.h"
#include "core/fleet/version.h"
#include "core/fleet/watch.h"
#include "core/run/timers.h"
#include "core/step/exchange.h"
#include "core/step/proof.h"

/* What an attempt to spawn has come to, until the step has heard of it. */
enum outcome { OUTCOME_NONE, OUTCOME_SPAWNED, OUTCOME_FAILED };

/* One that the loop looks at in its turn. */
struct loop_timer {
	struct timer timer;
	bool elapsed;
};

/* For `timer.fired`: notes it. */
void loop_timer_fired(struct timer *timer);

struct loop_process {
	struct process process;
	struct loop *loop;
	struct version *version; /* what its PLAN says; held */
	enum outcome outcome;
	bool follows;   /* one that is gone, without what that had */
	bool stands_by; /* it has a standby's page of the ledger */
	bool broken;    /* a command could not be sent; `error` says why */
	struct error error;
	int64_t since_ns; /* it was spawned last */
	struct watchdog watchdog;
	pid_t watched; /* whom that is about */
	struct loop_timer due[SUPERVISOR_TIMERS_ALL - SUPERVISOR_TIMERS];
};

/* A tool that is shown the log. */
struct loop_reader {
	uint64_t client; /* 0: none */
	uint64_t next;   /* number of the line */
	uint32_t node;   /* SUPERVISOR_NO_NODE: of all */
};

/* A tool that looks at a stream. */
struct loop_tap {
	uint64_t client; /* 0: none; its number is the tap's in the node */
	char *stream;    /* what was asked for; owned */
	bool state;      /* its writer's state, in `node` if that is one */
	uint32_t node;
	uint32_t process;       /* LOOP_NOBODY: none is asked at this moment, */
	int64_t until_ns;       /* and how long one will be again */
	bool owes;              /* TAP_MORE: RECORDS came since */
	bool shown;             /* RECORDS have come */
	struct loop_timer late; /* of a state: the node has not answered */
	struct loop_timer again; /* it is time to ask again */
};

/* A tool that looks at what operators do. */
struct loop_look {
	uint64_t client; /* 0: none */
	uint64_t number; /* LOOK's */
	bool *owes;      /* by process: it has not answered */
	uint32_t count;  /* of those */
	uint32_t waits_for;
	uint64_t skipped; /* lines for which there was no room */
	int64_t due_ns;
};

/* What a node is, was, and may become (version.h), and what it handed over:
 * in the transaction that is under way, and in the last that was committed. */
struct loop_place {
	struct version *next, *now, *previous;
	struct handed fresh, kept;
	struct handed past; /* of the commit before; closed when nobody waits */
	int64_t frozen_ns;  /* when FREEZE was sent */
	int64_t pause_ns;   /* until the new one answered; 0: not yet */
	char *before, *after; /* the proofs of both sides */
	uint64_t carried_bytes;
	uint64_t dropped; /* records that the new one has no place for */
	bool member; /* of the transaction that is under way, or was last */
	bool told;   /* the history has its last commit */
	enum upgrade_part part; /* in it */
	char *name;             /* of the node that is there, or was */
};

struct loop {
	struct os *os;
	const struct loop_request *request;
	struct supervisor supervisor;
	struct reactor *reactor;
	struct timers timers;
	struct loop_timer due[SUPERVISOR_TIMERS];
	struct loop_timer look; /* at operators that do not come back */
	int64_t look_ns, idle_ns, rest_ns; /* as watchdog.h has it */
	bool unwatched; /* all nodes sleep, and nobody looks */
	struct signals signals;
	struct links links;
	struct children children;
	uint64_t number; /* random: who writes FIFOs is known by it */
	struct reactor_watch signal_watch;
	struct loop_process *processes;
	struct loop_timer alive;
	struct reactor_watch output_watch;
	struct lines output; /* what stood at the end of output_fd */
	struct journal journal;
	struct loop_reader readers[CONTROL_CLIENTS_MAX];
	struct loop_tap taps[CONTROL_CLIENTS_MAX];
	struct loop_look looks[CONTROL_CLIENTS_MAX];
	uint64_t look_number; /* of the last LOOK */
	struct loop_timer look_due;
	struct exchange exchange;
	struct loop_place *places; /* by node */
	const char **names;        /* likewise */
	uint32_t node_room, link_room;
	struct links_pair *pairs;  /* the links of what runs */
	struct loop_change change; /* that is under way; else zeroed */
	char **history;            /* of upgrades, oldest first: JSON */
	uint32_t history_count;
	bool committed;     /* the transaction that is under way, or was last */
	bool back;          /* it leads to what a node ran before */
	bool applies;       /* likewise: it is of another manifest */
	bool itself;        /* likewise: nobody asked but its files */
	struct watch watch; /* of files; an fd of -1: nobody asked */
	struct reactor_watch watch_told;
	struct loop_timer calm; /* the files have been left alone */
	bool changed;           /* files have, and that is not yet applied */
	uint32_t count;         /* of processes: SEATS of each node */
	int code;               /* the exit code, once ended */
	bool ended;
};

/* One event, its actions, and the events that these are in turn. */
void loop_happen(struct loop *loop, const struct supervisor_event *event);
void loop_hang_up(struct loop *loop, uint32_t index, const char *text);

/* Serves what a process has said, printed or come to. */
void loop_serve_process(struct loop *loop, uint32_t index);

/* Looks at all processes, when it is time to; the first call begins it. Where
 * all sleep it is never time, until one of them wakes or is started. */
void loop_watch(struct loop *loop);
void loop_watch_again(struct loop *loop);

/* A node has ended: gives up its links, and says why. */
void loop_drop(struct loop *loop, uint32_t node, const char *why);

/* A standby is to follow a program of somebody else's; nothing if it is none:
 * both it and its neighbours get new connections to each other. */
void loop_renew_program(struct loop *loop, uint32_t node);

/* Starts a process in its seat; how that went is told later. */
void loop_spawn(struct loop *loop, uint32_t index);

/* Nodes that are replaced while they run: loop_exchange.c. */
void loop_init_exchange(struct loop *loop);
void loop_release_exchange(struct loop *loop);
void loop_exchange(struct loop *loop, const struct supervisor_action *about);

/* What is to change between nodes: loop_change.c. */
void loop_begin_change(struct loop *loop);
int loop_prepare_change(struct loop *loop, struct error *error);
void loop_commit_change(struct loop *loop);
void loop_end_change(struct loop *loop);
void loop_count_removed(struct loop *loop);

/* Adds to `*text` what a node's crashed process had read within the node. */
void loop_add_passed(struct loop *loop, uint32_t node, char **text);

/* Whether all who a node has streams to find their way with a process that
 * follows on the same connections: others count from where the crashed one was.
 */
bool loop_begins_anew(const struct loop *loop, uint32_t node);

/* Why what a node has restored of streams that moved is not what the others
 * handed over of them, to be freed; or NULL. */
char *loop_vet_moved(const struct loop *loop, uint32_t node);

/* How many records of a stream all that were handed over leave to carry; false:
 * nobody had it. */
bool loop_expect(
	const struct loop *loop, struct command_text stream, uint64_t *records);

/* The line of a stream that moved, of whoever writes it now. */
bool loop_find_moved(const struct loop *loop, struct command_text stream,
	struct proof_stream *found);

/* A tool asks to replace nodes, or what was replaced: loop_upgrade.c. */
void loop_upgrade(
	struct loop *loop, uint64_t client, const struct request *request);
void loop_tell_history(struct loop *loop, uint64_t client);
void loop_tell_phase(struct loop *loop, const struct upgrade_action *action);
void loop_note_commit(struct loop *loop, uint32_t node); /* once */
void loop_note_return(struct loop *loop, uint32_t node);
void loop_release_history(struct loop *loop);

/* Becoming another topology: loop_apply.c. As who the loop asks itself, when
 * files have changed: */
#define LOOP_ITSELF UINT64_MAX

/* Tells the result of a change, or why it is refused. */
void loop_answer_change(
	struct loop *loop, uint64_t client, int code, const char *text);
void loop_refuse(struct loop *loop, uint64_t client,
	const struct request *request, int code, const char *text);
void loop_say_change(struct loop *loop, uint32_t node);

/* The same for the log, of one that was asked for: what history says. */
void loop_log_change(
	struct loop *loop, uint32_t node, const char *what, int64_t pause_ns);

/* What was made is what runs from now on, or is not; the planner's advice. */
char *loop_adopt(struct loop *loop, bool committed);

void loop_tell_record(struct loop *loop, uint64_t client);

/* Watches files when that is asked for; -errno with a sentence. */
int loop_begin_files(struct loop *loop, struct error *error);
void loop_serve_files(struct loop *loop);
void loop_release_files(struct loop *loop);

/* A tool looks at a stream, a node tells what it saw (false: it is another
 * command), room may have come for more, the tool has gone, or the process, or
 * all: loop_tap.c. */
#define LOOP_NOBODY UINT32_MAX
void loop_begin_tap(
	struct loop *loop, uint64_t client, const struct request *request);
bool loop_hear_tap(
	struct loop *loop, uint32_t process, const struct command *command);
void loop_serve_taps(struct loop *loop);
void loop_end_tap(struct loop *loop, uint64_t client);
void loop_end_taps_of(struct loop *loop, uint32_t process);
void loop_end_taps(struct loop *loop);

/* A tool looks at what operators do, a node answers (false: it is another
 * command), it is time to wait no longer, the tool has gone, or the process:
 * loop_look.c. */
void loop_begin_look(struct loop *loop, uint64_t client);
bool loop_hear_look(
	struct loop *loop, uint32_t process, const struct command *command);
void loop_serve_looks(struct loop *loop);
void loop_end_look(struct loop *loop, uint64_t client);
void loop_end_looks_of(struct loop *loop, uint32_t process);
void loop_release_looks(struct loop *loop);

/* Children of operators: a node asks for one (false: it is another command);
 * all are ended: loop_children.c. */
void loop_begin_children(struct loop *loop);
bool loop_hear_spawn(
	struct loop *loop, uint32_t process, const struct command *command);
void loop_end_children(struct loop *loop);

/* Looks at a command before the step does: takes the fds that came with it,
 * and what it proves. False: it answers a FREEZE that was taken back, which is
 * no news to anybody. */
bool loop_note_command(
	struct loop *loop, uint32_t index, const struct command *command);

/* Sends a command to a process; that it failed is told later. */
void loop_send(
	struct loop *loop, uint32_t index, const struct command *command);

/* As ledger_take; the context is the loop. */
void loop_take_lost(void *context, const char *sentence);

void loop_send_command(
	struct loop *loop, const struct supervisor_action *action);

/* Keeps a line and gives it to the view. */
void loop_say(
	struct loop *loop, const char *node, const char *text, size_t bytes);

/* Arms what the view wants to be told, and tells it. */
int loop_begin_view(struct loop *loop, struct error *error);
void loop_serve_view(struct loop *loop);
void loop_show(struct loop *loop, const struct supervisor_action *action);
void loop_end_view(struct loop *loop);

/* Takes requests of tools, and shows the log to who reads it. */
void loop_serve_control(struct loop *loop);

/* Carries out what the step answers. */
void loop_describe(struct loop *loop, const struct supervisor_action *action);
void loop_show_log(struct loop *loop, const struct supervisor_action *action);
void loop_answer(struct loop *loop, const struct supervisor_action *action);

/* Shows what is left of the log to who reads it, when all has ended. */
void loop_end_control(struct loop *loop);

#endif
