/*
 * probes: tries each operator of a plugin in processes of its own, one group of
 * cases after the other; who dies, does not come back or leaves is a finding,
 * and the next group is tried in a new process.
 */
#ifndef TAU_CORE_CHECK_PROBES_H
#define TAU_CORE_CHECK_PROBES_H

#include "core/base/error.h"
#include "core/base/os.h"
#include "core/check/report.h"
#include "core/catalogue/description.h"

/* The word that such a process is started with; nobody types it:
 * `tau WORD FILE OPERATOR GROUP`. */
#define PROBE_WORD "checking"

struct probes_request {
	const char *path; /* of the plugin */
	const struct description *description;
	const char *folder;       /* for temporary files */
	char *const *environment; /* of the processes */
	int64_t deadline_ns;      /* of one case: of its own time */
	uint64_t memory_bytes;    /* that it may take */
};

/* Adds what is found to the report. A negative errno with a sentence when it
 * cannot be tried; a signal to us leaves nothing behind, and then ends us. */
int probes_run(struct check_report *report, struct os *os,
	const struct probes_request *request, struct error *error);

#endif
