/*
 * probe: one operator, tried group by group, in a process of its own. What is
 * found goes to the page; the process may die at any time.
 */
#ifndef TAU_CORE_CHECK_PROBE_H
#define TAU_CORE_CHECK_PROBE_H

#include "core/check/draw.h"
#include "core/check/page.h"
#include "core/check/scarce.h"
#include "core/check/stage.h"
#include "core/host/library.h"

/* The fds that such a process is started with, besides 0 to 2. */
#define PROBE_PAGE_FD 3

struct probe_code {
	uintptr_t start, end; /* where the plugin's code is mapped */
	uint64_t offset;      /* of its start in the file */
};

#define PROBE_PROCESS_LINES 4
#define PROBE_LOCALE_BYTES 512u

/* What belongs to all in a process; the folder is the probe's. */
struct probe_process {
	uint64_t line[PROBE_PROCESS_LINES];
	uint32_t rounding;
	char locale[PROBE_LOCALE_BYTES]; /* of all categories */
};

struct probe {
	struct os *os;
	pid_t pid; /* who copies it is another one */
	struct page *page;
	const struct library_operator *owner;
	struct probe_code code;
	struct draw draw;
	struct cells cells;
	struct stack_arena *stacks;
	const char *folder;
	void *signal_stack;
	size_t fds_before;
	struct scarce scarce;
	struct probe_process before;
};

/* All groups of an operator from `first` on, which is its name; "" tries
 * whether the plugin can be loaded. The current folder is the probe's. Returns
 * the exit status. */
int probe_main(struct os *os, const char *path, const char *name,
	uint32_t first, const struct catalogue_search *search);

/* Tells the page a finding, once for each code and group. */
void probe_finding(struct probe *probe, const char *code, const char *format,
	...) __attribute__((format(printf, 3, 4)));
void probe_left_out(struct probe *probe, const char *what, const char *format,
	...) __attribute__((format(printf, 3, 4)));
/* From here on what goes wrong is of this case. */
void probe_case(struct probe *probe, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void probe_passed(struct probe *probe);

/* Says of a crash from now on what it was, and ends the process. */
int probe_watch_signals(struct probe *probe);

/* How many fds are open. */
size_t probe_fds(struct os *os);
void probe_process_look(struct os *os, struct probe_process *process);
/* A finding for what is another now, or is left behind. */
void probe_process_judge(struct probe *probe, const struct probe_process *was);

/* One life with params, records and faults; the stage is the caller's to
 * release. */
struct probe_life {
	size_t variant;
	enum draw_feed feed;
	char drawn[96];
	struct tau_param *params;
	int created, code; /* of create, of the last run */
	bool stopped;
	int stdio_fd;
};
/* False behind the last variant. */
bool probe_begin(
	struct probe *probe, struct stage *stage, struct probe_life *life);
/* After create and until run has returned for good; `moved`: of its state. */
void probe_live(struct probe *probe, struct stage *stage,
	struct probe_life *life, bool moved);
void probe_end(
	struct probe *probe, struct stage *stage, struct probe_life *life);
/* Whether a negative result came with a sentence; it is a finding if not. */
bool probe_judge(
	struct probe *probe, struct stage *stage, int code, const char *what);
/* Out of the instance, and into a new one; judged on the way. */
bool probe_move(struct probe *probe, struct stage *stage);

/* The groups. */
void probe_run(struct probe *probe);
void probe_stall(struct probe *probe);
void probe_params(struct probe *probe);
void probe_lives(struct probe *probe);
void probe_stop(struct probe *probe);
void probe_close(struct probe *probe);
void probe_save(struct probe *probe);
void probe_fail(struct probe *probe);

/* With a FIFO at the path that it opened, "" for none. */
void probe_fifo(struct probe *probe, const char *opened);

/* What its lives leave behind of memory. */
void probe_memory(struct probe *probe);
/* Of its state: each version that it writes but does not prefer. */
void probe_versions(struct probe *probe);

/* A sentence about the first difference, or false when there is none. */
bool probe_differs(const struct stage *wanted, const struct stage *found,
	char *text, size_t bytes);

#endif
