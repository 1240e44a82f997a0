/*
 * manifest_options: restart, watchdog and limits, of a node or of the
 * defaults, read and printed.
 *
 * A node while it is read begins with its options, so one pointer serves both.
 */
#include "core/base/bounds.h"
#include "core/base/count.h"
#include "core/plan/manifest_take.h"
#include "core/text/pretty.h"

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

static const char *const restart_words[] = {"never", "failure", "always"};

static const struct take_key restart_keys[] = {
	{.name = "on",
		.kind = TAKE_WORD,
		.bit = NODE_RESTART_ON,
		.words = restart_words,
		.word_count = COUNT(restart_words),
		TAKE_FIELD(struct node_options, restart_on)},
	{.name = "max",
		.kind = TAKE_COUNT,
		.bit = NODE_RESTART_MAX,
		.most = UINT32_MAX,
		TAKE_FIELD(struct node_options, restart_max)},
	{.name = "within",
		.kind = TAKE_DURATION,
		.bit = NODE_RESTART_WITHIN,
		TAKE_FIELD(struct node_options, restart_within_ns)},
	TAKE_BY_HAND("backoff", read_backoff),
};

static const struct take_key watchdog_keys[] = {
	{.name = "warn",
		.kind = TAKE_DURATION,
		.bit = NODE_WATCHDOG_WARN,
		TAKE_FIELD(struct node_options, warn_ns)},
	{.name = "report",
		.kind = TAKE_DURATION,
		.bit = NODE_WATCHDOG_REPORT,
		TAKE_FIELD(struct node_options, report_ns)},
	{.name = "kill",
		.kind = TAKE_DURATION,
		.bit = NODE_WATCHDOG_KILL,
		TAKE_FIELD(struct node_options, kill_ns)},
	{.name = "start",
		.kind = TAKE_DURATION,
		.bit = NODE_WATCHDOG_START,
		TAKE_FIELD(struct node_options, start_ns)},
};

static const struct take_key limits_keys[] = {
	{.name = "memory",
		.kind = TAKE_SIZE,
		.bit = NODE_LIMIT_MEMORY,
		.least = 1,
		.most = INT64_MAX,
		TAKE_FIELD(struct node_options, memory_bytes)},
	{.name = "files",
		.kind = TAKE_COUNT,
		.bit = NODE_LIMIT_FILES,
		.least = LIMIT_FILES_LEAST,
		.most = LIMIT_FILES_MOST,
		TAKE_FIELD(struct node_options, files)},
};

void manifest_read_restart(
	struct reading *reading, void *into, struct cursor value)
{
	((struct node_options *)into)->restart_at = take_at(reading, value);
	take_object(reading, value, "\"restart\"", restart_keys,
		COUNT(restart_keys), into);
}

void manifest_read_watchdog(
	struct reading *reading, void *into, struct cursor value)
{
	((struct node_options *)into)->watchdog_at = take_at(reading, value);
	take_object(reading, value, "\"watchdog\"", watchdog_keys,
		COUNT(watchdog_keys), into);
}

void manifest_read_limits(
	struct reading *reading, void *into, struct cursor value)
{
	((struct node_options *)into)->limits_at = take_at(reading, value);
	take_object(reading, value, "\"limits\"", limits_keys,
		COUNT(limits_keys), into);
}

bool manifest_read_node_defaults(
	struct reading *reading, struct cursor value, struct node_options *into)
{
	static const struct take_key keys[] = {
		TAKE_BY_HAND("restart", manifest_read_restart),
		TAKE_BY_HAND("watchdog", manifest_read_watchdog),
		TAKE_BY_HAND("limits", manifest_read_limits),
	};
	return take_object(reading, value, "the defaults of nodes", keys,
		COUNT(keys), into);
}

static void print_part(json_t *object, const char *name,
	const struct take_key *keys, size_t count,
	const struct node_options *options)
{
	json_t *part = json_object();
	take_print(part, keys, count, options);
	if (keys == restart_keys && (options->set & NODE_RESTART_BACKOFF))
		manifest_print_set(part, "backoff",
			json_pack("[o,o]",
				pretty_duration(options->backoff_first_ns),
				pretty_duration(options->backoff_last_ns)));
	manifest_print_filled(object, name, part);
}

void manifest_print_node_options(
	json_t *object, const struct node_options *options)
{
	print_part(
		object, "restart", restart_keys, COUNT(restart_keys), options);
	print_part(object, "watchdog", watchdog_keys, COUNT(watchdog_keys),
		options);
	print_part(object, "limits", limits_keys, COUNT(limits_keys), options);
}
