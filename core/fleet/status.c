/* status: what tools are told. See the header. */
#include "core/fleet/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fleet/peek.h"
#include "core/text/object.h"

#define MS_NS 1000000

static const char *const states[] = {"absent", "starting", "preparing",
	"prepared", "running", "draining", "closing", "aborted", "killed",
	"ended"};

static void skip(const char **text, size_t *bytes, const char *name);

char *status_line(const struct status *status, struct os *os)
{
	struct object object = OBJECT_NONE;
	struct peek peek = {0}; /* where nobody knows */

	if (status->pid)
		(void)peek_process(os, status->pid, &peek);
	object_text(&object, "topology", status->topology);
	object_text(&object, "node", status->node);
	object_text(&object, "state",
		status->waiting     ? "waiting"
		: peek.state == 'T' ? "stopped" /* SIGSTOP */
				    : states[status->state]);
	if (status->pid) {
		object_number(&object, "pid", status->pid);
		object_number(&object, "uptime_ms",
			(os->clock_ns(os) - status->since_ns) / MS_NS);
		object_number(
			&object, "memory_bytes", (int64_t)peek.memory_bytes);
	}
	object_number(&object, "restarts", (int64_t)status->restarts);
	if (status->flow.known) {
		object_number(
			&object, "records_lost", (int64_t)status->flow.lost);
		object_number(
			&object, "records", (int64_t)status->flow.records);
		object_number(&object, "records_in", (int64_t)status->flow.in);
		object_number(
			&object, "records_out", (int64_t)status->flow.out);
	}
	if (status->pid && status->flow.running)
		object_text(&object, "runs", status->flow.running);
	if (status->crash)
		object_text(&object, "crash", status->crash);
	if (status->standby != SUPERVISED_ABSENT)
		object_text(&object, "standby", states[status->standby]);
	if (status->standby_pid)
		object_number(&object, "standby_pid", status->standby_pid);
	return object_take(&object);
}

char *status_said(
	int64_t time_ns, const char *node, const char *text, size_t bytes)
{
	struct object object = OBJECT_NONE;

	skip(&text, &bytes, "tau");
	if (node)
		skip(&text, &bytes, node);
	object_number(&object, "time_ms", time_ns / MS_NS);
	object_text(&object, "node", node);
	object_bytes(&object, "text", text, bytes);
	return object_take(&object);
}

char *status_gap(uint64_t lines)
{
	struct object object = OBJECT_NONE;

	object_number(&object, "skipped", (int64_t)lines);
	return object_take(&object);
}

/* A node's own log has "tau: NODE: " in front, and it is said beside it. */
static void skip(const char **text, size_t *bytes, const char *name)
{
	size_t length = strlen(name);

	if (*bytes < length + 2 || memcmp(*text, name, length) != 0 ||
		memcmp(*text + length, ": ", 2) != 0)
		return;
	*text += length + 2;
	*bytes -= length + 2;
}
