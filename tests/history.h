/*
 * history: a supervisor's life as a test tells it, event by event, and what the
 * step called for, as text: "0 spawn; 0 plan; ". It must carry no action out:
 * the test answers SPAWN, KILL and the others itself, or leaves that out.
 *
 *	struct history history;
 *	history_begin(&history, &style, &options);
 *	history_run(&history);
 *	history_exits(&history, 0, SIGSEGV);
 *	history_expect(&history, "\"crashed ...\"; exit 1; ");
 *	supervisor_release(&history.supervisor);
 *
 * Invariant: `said` holds all that was called for since the last look, in
 * order, of the kinds that the style notes.
 */
#ifndef TESTS_HISTORY_H
#define TESTS_HISTORY_H

#include "core/step/supervisor.h"

#define HISTORY_NOTES(kind) (UINT32_C(1) << (kind))

struct history;

/* What stands before the spawn, a command or a kill: nothing, "2 " for process
 * 2, or "1 " for a process of node 1. */
enum history_subject { HISTORY_NOBODY, HISTORY_PROCESS, HISTORY_NODE };

/* How actions become text. */
struct history_style {
	uint32_t notes; /* HISTORY_NOTES of each kind that is written */
	enum history_subject subject;
	bool says_node;  /* a sentence stands behind its node; -1: none */
	bool in_seconds; /* timeouts, as "1 s"; else ns */
	/* Asked first about what is noted; true: it wrote, or did not care to.
	 * NULL: all is written as usual. */
	bool (*write)(struct history *history,
		const struct supervisor_action *action);
};

struct history {
	struct supervisor supervisor;
	const struct history_style *style;
	char said[4096];
};

/* Initializes the supervisor, and START happens. `style` must outlive it. */
void history_start(struct history *history, const struct history_style *style,
	const struct supervisor_options *options);

/* The same; then each node's process was spawned. What was said is kept. */
void history_begin(struct history *history, const struct history_style *style,
	const struct supervisor_options *options);

/* Each node is READY. All that was said so far is forgotten. */
void history_run(struct history *history);

void history_happens(struct history *history, struct supervisor_event event);
void history_spawned(struct history *history, uint32_t process);
void history_tells(
	struct history *history, uint32_t process, struct command command);
void history_tells_kind(
	struct history *history, uint32_t process, enum command_kind kind);
/* FAILED, with "no" for a reason. */
void history_fails(struct history *history, uint32_t process);
/* `status` as waitpid gives it. */
void history_exits(struct history *history, uint32_t process, int status);
/* DONE, and exits with 0. */
void history_ends(struct history *history, uint32_t process);
void history_signalled(struct history *history, int number);
/* Of a timer that each process has, that of process 0. */
void history_elapses(struct history *history, enum supervisor_timer timer);

/* Notes what was called for outside of a step, as a hook may within one. */
void history_note(struct history *history);

/* Appends to what was said; cut where there is no room. */
void history_write(struct history *history, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Asserts what was said since the last look, and forgets it. */
void history_expect(struct history *history, const char *actions);
void history_forget(struct history *history);

#endif
