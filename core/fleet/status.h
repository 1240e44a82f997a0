/*
 * status: what tools are told about a running topology, as lines of JSON.
 *
 * Asks the kernel about a process, and nothing of the process itself, so that
 * one that hangs can be looked at like any other.
 */
#ifndef TAU_CORE_FLEET_STATUS_H
#define TAU_CORE_FLEET_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/os.h"
#include "core/fleet/ledger.h"
#include "core/step/supervisor.h"

struct status {
	const char *topology, *node;
	enum supervised_state state;
	bool waiting;     /* to be started again */
	pid_t pid;        /* 0: none */
	int64_t since_ns; /* it was spawned, on the monotonic clock */
	uint64_t restarts;
	pid_t standby_pid; /* 0: none */
	enum supervised_state standby;
	const char *crash; /* the report of its last one, or NULL */
	struct ledger_flow flow;
};

/* Each result is one line of JSON without a newline, to be freed.
 * Of a node:
 *   {"topology": "weblog", "node": "ingest", "state": "running", "pid": 4711,
 *    "uptime_ms": 12000, "memory_bytes": 8388608, "restarts": 0, "records":
 * 1000, "records_in": 0, "records_out": 500, "runs": "parse (acme)",
 *    "crash": "operator parse of plugin …", "standby": "prepared",
 *    "standby_pid": 4712} */
char *status_line(const struct status *status, struct os *os);

/* Of a line of the log: {"time_ms": …, "node": "ingest", "text": "…"}; node is
 * null for what the supervisor says. */
char *status_said(
	int64_t time_ns, const char *node, const char *text, size_t bytes);

/* Of lines that were not kept: {"skipped": 12}. */
char *status_gap(uint64_t lines);

#endif
