/*
 * changes_print: what changes, as a tree for a terminal.
 *
 *     ~ stats  upgraded: a new process takes over, with state and records
 *     ├─ ~ per  acme.count
 *     │     plugin acme 1.0.0 → 2.0.0, sha256 9f86d081 → 2c26b46b
 *     │     every = "10s" → "5s"
 *     │     its state is carried, in version 2
 *     ├─ + top  top by="/count"
 *     ├─ - stream per → out: what is in it is dropped
 *     └─ 2 operators and 1 stream stay as they are
 *     + archive  added
 *     └─ + file  file.write path="a"
 *       ingest  kept
 *
 *     Of 3 nodes 1 is upgraded, 1 is added and 1 is kept.
 */
#include <inttypes.h>
#include <string.h>

#include "core/plan/changes_parts.h"
#include "core/plan/graph_parts.h"

enum { PARAM_BYTES_MAX = 60, KEPT_NAMES_MAX = 12, SHA256_SHOWN = 8 };

/* A line of the tree and those below it. */
struct item {
	char mark;
	const char *text;
	const char **details;
	uint32_t detail_count;
};

struct printing {
	const struct changes *changes;
	const struct changes_style *style;
	struct text *text;
	struct arena arena;
	struct item *items; /* of the node that is at hand */
	uint32_t item_count;
};

#define UPGRADED "upgraded: a new process takes over, with state and records"

static const char *const actions[CHANGES_NODE_ACTIONS] = {
	[CHANGES_NODE_KEPT] = "kept",
	[CHANGES_NODE_UPGRADED] = UPGRADED,
	[CHANGES_NODE_RESTARTED] = "restarted: what the program knows is lost",
	[CHANGES_NODE_ADDED] = "added",
	[CHANGES_NODE_REMOVED] = "removed",
};

static const char marks[CHANGES_NODE_ACTIONS] = {' ', '~', '~', '+', '-'};

static const char *on(const char *style)
{
	return style == NULL ? "" : style;
}

static const char *mark_style(const struct printing *printing, char mark)
{
	return on(mark == '+'   ? printing->style->added
		  : mark == '-' ? printing->style->removed
		  : mark == '~' ? printing->style->changed
				: printing->style->faint);
}

static struct item *add_item(
	struct printing *printing, char mark, const char *text)
{
	struct item item = {.mark = mark, .text = text};
	printing->items = arena_grow(&printing->arena, printing->items,
		printing->item_count, sizeof item);
	printing->items[printing->item_count] = item;
	return &printing->items[printing->item_count++];
}

static void add_detail(
	struct printing *printing, struct item *item, const char *text)
{
	item->details = arena_grow(&printing->arena, item->details,
		item->detail_count, sizeof text);
	item->details[item->detail_count++] = text;
}

/* ---- operators ----------------------------------------------------------- */

static const struct topology_operator *operator_of(
	const struct placement *placement, uint32_t index)
{
	return index == CHANGES_NONE ? NULL
				     : &placement->topology->operators[index];
}

static const char *tell_plugin(struct arena *arena,
	const struct catalogue_plugin *before,
	const struct catalogue_plugin *after)
{
	const char *old = before->description->version;
	const char *new = after->description->version;
	char left[NOTE_SHA256_TEXT], right[NOTE_SHA256_TEXT];
	(void)catalogue_sha256(before, left, NULL);
	(void)catalogue_sha256(after, right, NULL);
	left[SHA256_SHOWN] = right[SHA256_SHOWN] = '\0';
	if (strcmp(old, new) == 0)
		return arena_format(arena,
			"plugin %s %s, built anew: sha256 %s → %s",
			after->description->name, new, left, right);
	return arena_format(arena, "plugin %s %s → %s, sha256 %s → %s",
		after->description->name, old, new, left, right);
}

static const char *tell_param(
	struct arena *arena, const struct changes_param *param)
{
	if (param->before == NULL)
		return arena_format(arena, "%s = %s, which it had not",
			param->name, param->after);
	if (param->after == NULL)
		return arena_format(arena, "%s no longer, which was %s",
			param->name, param->before);
	if (strcmp(param->before, param->after) == 0)
		return arena_format(arena, "%s = %s, which is another now",
			param->name, param->after);
	return arena_format(arena, "%s = %s → %s", param->name, param->before,
		param->after);
}

static const char *lost_state(const struct topology_operator *target)
{
	return target->type->description->state.write_count == 0
		       ? ""
		       : ", and its state is dropped";
}

static void print_changed(
	struct printing *printing, const struct changes_operator *entry)
{
	struct arena *arena = &printing->arena;
	const struct topology_operator *before =
		operator_of(printing->changes->before, entry->before);
	const struct topology_operator *after =
		operator_of(printing->changes->after, entry->after);
	struct item *item = add_item(printing, '~',
		arena_format(arena, "%s  %s", entry->name, after->type->type));
	if (entry->replaced)
		add_detail(printing, item,
			tell_plugin(arena, before->type->plugin,
				after->type->plugin));
	if (entry->from != NULL)
		add_detail(printing, item,
			arena_format(arena, "it was in node %s", entry->from));
	for (uint32_t i = 0; i < entry->param_count; i++)
		add_detail(
			printing, item, tell_param(arena, &entry->params[i]));
	if (entry->state_version > 0)
		add_detail(printing, item,
			arena_format(arena,
				"its state is carried, in version %" PRIu32,
				entry->state_version));
}

static void print_removed(
	struct printing *printing, const struct changes_operator *entry)
{
	struct arena *arena = &printing->arena;
	const struct topology_operator *before =
		operator_of(printing->changes->before, entry->before);
	struct item *item = add_item(printing, '-',
		arena_format(arena, "%s  %s: it ends%s", entry->name,
			before->type->type, lost_state(before)));
	if (entry->perhaps != NULL)
		add_detail(printing, item,
			arena_format(arena,
				"if %s is its new name: a renamed operator "
				"begins anew",
				entry->perhaps));
}

static void print_operator(
	struct printing *printing, const struct changes_operator *entry)
{
	struct arena *arena = &printing->arena;
	const struct topology_operator *before =
		operator_of(printing->changes->before, entry->before);
	const struct topology_operator *after =
		operator_of(printing->changes->after, entry->after);
	switch (entry->action) {
	case CHANGES_CHANGED:
		print_changed(printing, entry);
		break;
	case CHANGES_REMOVED:
		print_removed(printing, entry);
		break;
	case CHANGES_RETYPED:
		add_item(printing, '~',
			arena_format(arena, "%s  %s → %s: it begins anew%s",
				entry->name, before->type->type,
				after->type->type, lost_state(before)));
		break;
	case CHANGES_ADDED:
		add_item(printing, '+',
			arena_format(arena, "%s  %s %s", entry->name,
				after->type->type,
				graph_params(after, PARAM_BYTES_MAX, arena)));
		break;
	default:
		break;
	}
}

/* ---- streams ------------------------------------------------------------- */

static const char *reader_name(
	struct arena *arena, const struct topology *topology, uint32_t index)
{
	struct topology_end to = topology->streams[index].to;
	const char *port = graph_port(topology, to, false, arena);
	return arena_format(arena, "%s%s%s", topology->operators[to.owner].name,
		*port == '\0' ? "" : ".", port);
}

static void print_stream(
	struct printing *printing, const struct changes_stream *entry)
{
	struct arena *arena = &printing->arena;
	bool removed = entry->action == CHANGES_REMOVED;
	const struct topology *old = printing->changes->before->topology;
	const struct topology *new = printing->changes->after->topology;
	const char *reader = reader_name(arena, removed ? old : new,
		removed ? entry->before : entry->after);
	if (entry->action == CHANGES_KEPT)
		return;
	struct item *item = add_item(printing,
		removed                          ? '-'
		: entry->action == CHANGES_ADDED ? '+'
						 : '~',
		arena_format(arena, "stream %s → %s%s", entry->name, reader,
			removed ? ": what is in it is dropped" : ""));
	if (entry->renamed)
		add_detail(printing, item,
			arena_format(arena, "it was called %s",
				old->streams[entry->before].name));
	if (entry->rewired)
		add_detail(printing, item,
			arena_format(arena,
				"it led to %s, and what is in it goes along",
				reader_name(arena, old, entry->before)));
	if (entry->moved && !entry->rewired)
		add_detail(printing, item,
			"between other nodes, and what is in it goes along");
	if (entry->options != NULL)
		add_detail(printing, item, entry->options);
}

/* ---- nodes --------------------------------------------------------------- */

static const char *count_of(
	struct arena *arena, uint32_t count, const char *what)
{
	return arena_format(
		arena, "%" PRIu32 " %s%s", count, what, count == 1 ? "" : "s");
}

static void add_kept(
	struct printing *printing, uint32_t operators, uint32_t streams)
{
	struct arena *arena = &printing->arena;
	if (operators + streams == 0)
		return;
	add_item(printing, ' ',
		arena_format(arena, "%s%s%s %s",
			operators == 0 ? ""
				       : count_of(arena, operators, "operator"),
			operators == 0 || streams == 0 ? "" : " and ",
			streams == 0 ? "" : count_of(arena, streams, "stream"),
			operators + streams == 1 ? "stays as it is"
						 : "stay as they are"));
}

static void print_items(struct printing *printing)
{
	for (uint32_t i = 0; i < printing->item_count; i++) {
		const struct item *item = &printing->items[i];
		bool last = i + 1 == printing->item_count;
		text_add(printing->text, last ? "└─ " : "├─ ");
		text_add(printing->text, mark_style(printing, item->mark));
		if (item->mark != ' ')
			text_format(printing->text, "%c ", item->mark);
		size_t bytes = strlen(item->text);
		while (bytes > 0 && item->text[bytes - 1] == ' ')
			bytes--;
		text_add_bytes(printing->text, item->text, bytes);
		text_format(printing->text, "%s\n", on(printing->style->off));
		for (uint32_t j = 0; j < item->detail_count; j++)
			text_format(printing->text, "%s    %s\n",
				last ? "   " : "│  ", item->details[j]);
	}
}

static void print_node(
	struct printing *printing, const struct changes_node *node)
{
	const struct changes_style *style = printing->style;
	uint32_t operators = 0, streams = 0;
	printing->items = NULL, printing->item_count = 0;
	if (node->settings)
		add_item(printing, '~',
			"restart, watchdog or limits: the supervisor takes "
			"them up");
	for (uint32_t i = 0; i < node->operator_count; i++) {
		operators += node->operators[i].action == CHANGES_KEPT;
		print_operator(printing, &node->operators[i]);
	}
	for (uint32_t i = 0; i < node->stream_count; i++) {
		streams += node->streams[i].action == CHANGES_KEPT;
		print_stream(printing, &node->streams[i]);
	}
	add_kept(printing, operators, streams);
	text_format(printing->text, "%s%c%s %s%s%s  %s\n",
		mark_style(printing, marks[node->action]),
		node->settings && marks[node->action] == ' '
			? '~'
			: marks[node->action],
		on(style->off), on(style->strong), node->name, on(style->off),
		actions[node->action]);
	print_items(printing);
}

/* The nodes of which there is nothing to tell, in one line. */
static void print_kept(struct printing *printing)
{
	const struct changes *changes = printing->changes;
	uint32_t told = 0, kept = 0;
	for (uint32_t i = 0; i < changes->node_count; i++) {
		const struct changes_node *node = &changes->nodes[i];
		if (node->action != CHANGES_NODE_KEPT || node->settings)
			continue;
		if (kept++ >= KEPT_NAMES_MAX)
			continue;
		text_format(printing->text, "%s%s",
			told == 0 ? on(printing->style->faint) : "",
			told == 0 ? "  " : ", ");
		text_add(printing->text, node->name);
		told++;
	}
	if (kept > told)
		text_format(
			printing->text, " and %" PRIu32 " more", kept - told);
	if (kept > 0)
		text_format(
			printing->text, "  kept%s\n", on(printing->style->off));
}

static void print_sum(struct printing *printing)
{
	static const char *const words[] = {
		"kept", "upgraded", "restarted", "added", "removed"};
	static const enum changes_node_action order[] = {CHANGES_NODE_UPGRADED,
		CHANGES_NODE_RESTARTED, CHANGES_NODE_ADDED,
		CHANGES_NODE_REMOVED, CHANGES_NODE_KEPT};
	const struct changes *changes = printing->changes;
	const char *parts[CHANGES_NODE_ACTIONS];
	size_t count = 0;
	for (size_t i = 0; i < CHANGES_NODE_ACTIONS; i++) {
		uint32_t nodes = changes->counts[order[i]];
		if (nodes > 0)
			parts[count++] = arena_format(&printing->arena,
				"%" PRIu32 " %s %s", nodes,
				nodes == 1 ? "is" : "are", words[order[i]]);
	}
	text_format(printing->text, "\nOf %s %s.\n",
		count_of(&printing->arena, changes->node_count, "node"),
		diagnostic_list(&printing->arena, parts, count));
}

void changes_print(const struct changes *changes,
	const struct changes_style *style, struct text *text)
{
	struct printing printing = {
		.changes = changes, .style = style, .text = text};
	if (changes_none(changes)) {
		text_add(text, "nothing to change\n");
		return;
	}
	if (changes->on_failure)
		text_format(text, "%s~%s on_failure: %s\n", on(style->changed),
			on(style->off),
			changes->after->topology->manifest->on_failure ==
					ON_FAILURE_STOP
				? "continue → stop"
				: "stop → continue");
	for (uint32_t i = 0; i < changes->node_count; i++)
		if (changes->nodes[i].action != CHANGES_NODE_KEPT ||
			changes->nodes[i].settings)
			print_node(&printing, &changes->nodes[i]);
	print_kept(&printing);
	print_sum(&printing);
	arena_release(&printing.arena);
}
