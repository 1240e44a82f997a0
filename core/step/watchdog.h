/*
 * watchdog: whether an operator gives the thread back, by looks from outside.
 *
 * Pure: it is told what a look at a process has shown, and answers what is to
 * be done. Only time that the operator itself has had counts, within one turn:
 *
 *     between two looks     counts
 *     it used the processor by as much: it computes
 *     it slept at both      all of it: it is blocked
 *     it was ready to run   not at all: the machine is busy
 *     it was stopped        not at all, nor under a debugger
 *
 * So neither a loaded machine nor a suspended one raises an alarm. A turn that
 * ends between two looks was not seen.
 */
#ifndef TAU_CORE_STEP_WATCHDOG_H
#define TAU_CORE_STEP_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/plan/manifest.h"

#define WATCHDOG_NOBODY UINT32_MAX

/* Of one node; 0 is never. */
struct watchdog_settings {
	int64_t warn_ns, report_ns, kill_ns;
	uint64_t memory_bytes;
};

/* With defaults for what a node's options leave open. */
struct watchdog_settings watchdog_settings_of(
	const struct node_options *options);

/* How often to look when these are the settings and something runs. */
int64_t watchdog_look_ns(const struct watchdog_settings *settings);

/* How seldom is often enough while nothing has run for long: then a verdict may
 * come as late again as its node would be killed. INT64_MAX: there is nothing
 * to look for. */
int64_t watchdog_idle_ns(const struct watchdog_settings *settings);

/* How long to rest until the next look: `look_ns` where somebody ran, and else
 * twice as long as before, up to `idle_ns`. */
int64_t watchdog_rest_ns(
	int64_t look_ns, int64_t idle_ns, int64_t former_ns, bool ran);

enum watchdog_state { WATCHDOG_READY, WATCHDOG_ASLEEP, WATCHDOG_STOPPED };

/* What one look has shown. */
struct watchdog_look {
	int64_t now_ns;
	uint32_t running; /* the operator that has the thread, or NOBODY */
	uint64_t turn;    /* its, so far */
	enum watchdog_state state;
	int64_t cpu_ns; /* that the thread has used since it began */
};

enum watchdog_verdict {
	WATCHDOG_FINE,
	WATCHDOG_WARN,
	WATCHDOG_REPORT,
	WATCHDOG_KILL,
	WATCHDOG_HALTED, /* it was stopped for as long as a report takes */
};

/* Of one process. Zeroed is one that was never looked at. */
struct watchdog {
	struct watchdog_look last;
	bool held;                  /* the last two looks saw the same turn */
	int64_t cpu_ns;             /* of this turn, as far as it was seen */
	int64_t asleep_ns;          /* likewise */
	int64_t stopped_ns;         /* likewise */
	enum watchdog_verdict said; /* the last one, of this turn */
	bool halt_said;
};

/* Whether somebody has had the thread since the last look, so that the rest of
 * a look is worth its price. Notes what was seen otherwise. */
bool watchdog_suspects(struct watchdog *watchdog, int64_t now_ns,
	uint32_t running, uint64_t turn);

/* What follows from a look. Each verdict comes once in a turn. */
enum watchdog_verdict watchdog_take(struct watchdog *watchdog,
	const struct watchdog_settings *settings,
	const struct watchdog_look *look);

/* How long the operator has held the thread, and whether it computes rather
 * than waits in a call. */
int64_t watchdog_held_ns(const struct watchdog *watchdog);
bool watchdog_computes(const struct watchdog *watchdog);

#endif
