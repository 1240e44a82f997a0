/*
 * manifest_options: restart, watchdog and limits, of a node or of the
 * defaults.
 *
 * A node while it is read begins with its options, so one pointer serves both.
 */
#include "core/base/bounds.h"
#include "core/plan/manifest_take.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- restart ---------------------------------------------------------------
 */

static void read_on(struct reading *reading, void *into, struct cursor value)
{
	static const char *const words[] = {"never", "failure", "always"};
	struct node_options *options = into;
	uint32_t index;
	if (!take_choice(reading, value, words, COUNT(words), &index))
		return;
	options->set |= NODE_RESTART_ON;
	options->restart_on = (enum restart_on)index;
}

static void read_max(struct reading *reading, void *into, struct cursor value)
{
	struct node_options *options = into;
	uint64_t count;
	if (!take_count(reading, value, 0, UINT32_MAX, &count))
		return;
	options->set |= NODE_RESTART_MAX;
	options->restart_max = (uint32_t)count;
}

static void read_time(struct reading *reading, struct node_options *options,
	uint32_t bit, struct cursor value, int64_t *duration_ns)
{
	if (take_duration(reading, value, duration_ns))
		options->set |= bit;
}

static void read_within(
	struct reading *reading, void *into, struct cursor value)
{
	struct node_options *options = into;
	read_time(reading, options, NODE_RESTART_WITHIN, value,
		&options->restart_within_ns);
}

static void read_backoff(
	struct reading *reading, void *into, struct cursor value)
{
	struct node_options *options = into;
	struct cursor item = {0};
	int64_t duration_ns[2];
	const char *what = "two durations like [\"100ms\", \"5s\"]";
	if (!json_is_array(value.json) || json_array_size(value.json) != 2) {
		take_wrong(reading, value, what);
		return;
	}
	for (int i = 0; i < 2; i++) {
		take_next(reading, value, &item);
		if (!take_duration(reading, item, &duration_ns[i]))
			return;
	}
	if (duration_ns[0] > duration_ns[1]) {
		diagnostics_add(reading->diagnostics, take_at(reading, value),
			"\"backoff\" goes from the shorter pause to the "
			"longer");
		return;
	}
	options->set |= NODE_RESTART_BACKOFF;
	options->backoff_first_ns = duration_ns[0];
	options->backoff_last_ns = duration_ns[1];
}

void manifest_read_restart(
	struct reading *reading, void *into, struct cursor value)
{
	static const struct take_key keys[] = {
		{"on", read_on},
		{"max", read_max},
		{"within", read_within},
		{"backoff", read_backoff},
	};
	struct node_options *options = into;
	options->restart_at = take_at(reading, value);
	take_object(reading, value, "\"restart\"", keys, COUNT(keys), into);
}

/* ---- watchdog ---------------------------------------------------------------
 */

static void read_warn(struct reading *reading, void *into, struct cursor value)
{
	struct node_options *options = into;
	read_time(
		reading, options, NODE_WATCHDOG_WARN, value, &options->warn_ns);
}

static void read_report(
	struct reading *reading, void *into, struct cursor value)
{
	struct node_options *options = into;
	read_time(reading, options, NODE_WATCHDOG_REPORT, value,
		&options->report_ns);
}

static void read_kill(struct reading *reading, void *into, struct cursor value)
{
	struct node_options *options = into;
	read_time(
		reading, options, NODE_WATCHDOG_KILL, value, &options->kill_ns);
}

static void read_start(struct reading *reading, void *into, struct cursor value)
{
	struct node_options *options = into;
	read_time(reading, options, NODE_WATCHDOG_START, value,
		&options->start_ns);
}

void manifest_read_watchdog(
	struct reading *reading, void *into, struct cursor value)
{
	static const struct take_key keys[] = {
		{"warn", read_warn},
		{"report", read_report},
		{"kill", read_kill},
		{"start", read_start},
	};
	struct node_options *options = into;
	options->watchdog_at = take_at(reading, value);
	take_object(reading, value, "\"watchdog\"", keys, COUNT(keys), into);
}

/* ---- limits -------------------------------------------------------------- */

static void read_memory(
	struct reading *reading, void *into, struct cursor value)
{
	struct node_options *options = into;
	if (take_size(reading, value, 1, INT64_MAX, &options->memory_bytes))
		options->set |= NODE_LIMIT_MEMORY;
}

static void read_files(struct reading *reading, void *into, struct cursor value)
{
	struct node_options *options = into;
	if (take_count(reading, value, 1, INT64_MAX, &options->files))
		options->set |= NODE_LIMIT_FILES;
}

void manifest_read_limits(
	struct reading *reading, void *into, struct cursor value)
{
	static const struct take_key keys[] = {
		{"memory", read_memory},
		{"files", read_files},
	};
	struct node_options *options = into;
	options->limits_at = take_at(reading, value);
	take_object(reading, value, "\"limits\"", keys, COUNT(keys), into);
}

bool manifest_read_node_defaults(
	struct reading *reading, struct cursor value, struct node_options *into)
{
	static const struct take_key keys[] = {
		{"restart", manifest_read_restart},
		{"watchdog", manifest_read_watchdog},
		{"limits", manifest_read_limits},
	};
	return take_object(reading, value, "the defaults of nodes", keys,
		COUNT(keys), into);
}
