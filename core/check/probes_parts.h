/*
 * probes_parts: what the files of the room probes share: probes.c who is tried
 * in which order, probes_process.c one process and its time, probes_judge.c
 * what is made of what it left.
 */
#ifndef TAU_CORE_CHECK_PROBES_PARTS_H
#define TAU_CORE_CHECK_PROBES_PARTS_H

#include "core/check/brood.h"
#include "core/check/page.h"
#include "core/check/probes.h"

#define PROBES_PATH_BYTES 4096
#define PROBES_SAID_BYTES 400 /* of what it wrote on fds 1 and 2 */

struct probes {
	struct check_report *report;
	struct os *os;
	const struct probes_request *request;
	struct brood brood;
	struct page *page; /* shared with the process, until that is dead */
	int page_fd;
	char path[PROBES_PATH_BYTES], folder[PROBES_PATH_BYTES];
};

/* How a process ended, or why it was made to. */
struct probes_end {
	siginfo_t how;
	bool late;   /* it was in one case for too long */
	bool large;  /* it took too much memory */
	bool copies; /* it left processes behind, which were killed */
	char said[PROBES_SAID_BYTES + 1];
	/* What each finding's case has printed, or "". */
	char printed[PAGE_FINDINGS_MAX][PROBES_SAID_BYTES + 1];
};

/* Tries groups from `group` on in one process, until it has ended. A negative
 * errno when there is none; -EINTR when we were asked to end. */
int probes_process(struct probes *probes, const char *name, uint32_t group,
	struct probes_end *end);

/* Adds to the report what stands on the page and how it ended; `done`: by
 * itself, behind its last case. */
void probes_judge(struct probes *probes, const char *owner,
	const struct probes_end *end, bool done);

const char *probes_group(uint32_t group);

#endif
