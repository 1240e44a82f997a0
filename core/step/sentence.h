/*
 * sentence: what a node's messages and its end mean, in words for a person.
 *
 * Pure text; where it is printed, and behind which name, is not decided here.
 * Each result is the caller's to free, and never NULL.
 */
#ifndef TAU_CORE_STEP_SENTENCE_H
#define TAU_CORE_STEP_SENTENCE_H

#include <stdbool.h>

#include "core/base/bounds.h"
#include "core/step/exit_code.h"
#include "core/step/restart.h"
#include "core/text/quantity.h"
#include "core/wire/command.h"

/* How long, as a person reads it: "0.05 s", "10 s", "1m30s", "1h". */
struct sentence_time {
	char text[QUANTITY_TEXT_BYTES];
};
struct sentence_time sentence_time(int64_t time_ns);

/* Who of a node: "OPERATOR (PLUGIN)", or one name where both are the same. */
struct sentence_operator {
	char text[2 * NAME_BYTES_MAX + 4];
};
struct sentence_operator sentence_operator(
	const char *name, const char *plugin);

/* A FAILED: who, and why, as far as they are known. */
char *sentence_failed(const struct command *command);

/* A COUNT: "17 records left parse.bad, which goes nowhere; the first: why", or
 * without a why. NULL when it
 * counts what this version does not know. */
char *sentence_count(const struct command *command);

/* An end that should not have been; `status` is as waitpid gives it, `done`
 * tells whether the operators had ended before, `who` which of them had the
 * thread, as sentence_operator names it, or NULL. */
char *sentence_exited(int status, bool done, const char *who);

/* What a stream lost when a node died. `worker` had taken some of it, and may
 * have done with them what it does; NULL: nobody had. */
char *sentence_lost(const char *stream, const char *node, uint64_t written,
	uint64_t read, const char *worker);

/* What is known of that when another process follows. */
char *sentence_gone_down(
	const char *stream, const char *node, uint64_t records);
/* Over a FIFO: at most so much. */
char *sentence_underway(const char *stream, const char *node, uint64_t records);
char *sentence_state_gone(
	const char *operator_name, const char *node, uint64_t records);

/* What a node had read that went down with its new version. */
char *sentence_undone(const char *stream, const char *node, uint64_t records);

/* What the one before it works off again, on which `worker` was. */
char *sentence_done_twice(const char *stream, const char *node,
	uint64_t records, const char *worker);

/* What such a version had written, and the one before it may write again. */
char *sentence_twice(const char *stream, const char *node, uint64_t records);

/* It was not ready after so long, and was in "OPERATOR (PLUGIN)"; or NULL. */
char *sentence_late(int64_t start_ns, const char *who);

/* An operator has the thread and does not give it back: it is in that call, or
 * computes when `call` is NULL; it may be killed for it. */
char *sentence_held(
	const char *who, const char *call, int64_t held_ns, bool killed);

/* An operator has the thread, and the process was stopped. */
char *sentence_halted(const char *who);

/* A node holds more memory than it may. */
char *sentence_memory(uint64_t bytes, uint64_t limit_bytes);

/* It is started again, for the so-many-th time, after a pause; or no more. */
char *sentence_restarted(
	const struct restart_policy *policy, uint32_t nth, int64_t pause_ns);
char *sentence_given_up(const struct restart_policy *policy);

/* The latter, as its neighbours are told. */
char *sentence_gone(const struct restart_policy *policy);

/* A program that would have to begin anew cannot. */
char *sentence_stranded(void);

/* What is said when running out takes a while; `drain_ns` is what it may take.
 */
char *sentence_patience(int64_t drain_ns);

/* Of a node that did not heed CLOSE. */
char *sentence_unclosed(void);

/* How a topology ended, for a tool that waited for it; `now`: it was asked to
 * end at once. */
char *sentence_ended(enum exit_code code, bool now);

/* Whether a node that a tool wanted restarted runs again. */
char *sentence_back(bool runs);

/* Any text; aborts when there is no memory for a sentence. */
char *sentence_format(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

#endif
