/*
 * locate: one pass over JSON text.
 *
 * The walk keeps one frame per open container, at most MANIFEST_DEPTH_MAX.
 */
#include "core/text/locate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/text/locate_nodes.h"
#include "core/text/locate_text.h"

/* One open container. */
struct frame {
	uint32_t node, last_child;
	bool object;
};

struct walk {
	struct locate *locate;
	struct diagnostics *diagnostics;
	const char *text;
	uint32_t at, end;
	struct frame frames[MANIFEST_DEPTH_MAX + 1];
	uint32_t depth;
};

static uint32_t hash_key(const char *text, uint32_t at)
{
	uint32_t hash = 2166136261u;
	struct locate_text reader = locate_text_begin(text, at);
	int byte;
	while ((byte = locate_text_next(&reader)) >= 0)
		hash = (hash ^ (uint32_t)byte) * 16777619u;
	return hash;
}

static bool same_key(const char *text, uint32_t left, uint32_t right)
{
	struct locate_text a = locate_text_begin(text, left);
	struct locate_text b = locate_text_begin(text, right);
	for (;;) {
		int first = locate_text_next(&a), second = locate_text_next(&b);
		if (first != second)
			return false;
		if (first < 0)
			return true;
	}
}

static void say_double(struct walk *walk, uint32_t first, uint32_t second)
{
	const struct locate_node *nodes = walk->locate->nodes;
	struct arena arena = {0};
	if (diagnostics_skip(walk->diagnostics))
		return;
	struct place place =
		source_place(walk->locate->source, nodes[first].key_at);
	diagnostics_add(walk->diagnostics, nodes[second].key_at,
		"\"%s\" is written twice in one object; it stands in line %u "
		"already",
		locate_key(walk->locate, second, &arena), place.line);
	arena_release(&arena);
}

/* Finds keys of one object that are written twice, by a table of open
 * addressing that is at most half full: linear in the text of the keys. */
static void find_doubles(struct walk *walk, uint32_t object)
{
	struct locate_node *nodes = walk->locate->nodes;
	uint32_t slots = 4;
	while (slots / 2 < nodes[object].count)
		slots *= 2;
	uint32_t *table = calloc(slots, sizeof *table);
	CHECK(table != NULL);
	for (uint32_t node = object + 1; node != 0; node = nodes[node].next) {
		uint32_t key = nodes[node].key_at;
		uint32_t slot = hash_key(walk->text, key) & (slots - 1);
		while (table[slot] != 0 &&
			!same_key(walk->text, nodes[table[slot]].key_at, key))
			slot = (slot + 1) & (slots - 1);
		if (table[slot] != 0) {
			say_double(walk, table[slot], node);
			nodes[table[slot]].shadowed = true;
		}
		table[slot] = node;
	}
	free(table);
}

static int refuse(struct walk *walk, uint32_t at, const char *sentence)
{
	if (at < walk->end && (walk->text[at] == '/' || walk->text[at] == '#'))
		sentence = "JSON has no comments; say it in \"doc\"";
	diagnostics_add(walk->diagnostics, at, "%s", sentence);
	return -EINVAL;
}

static void skip_blanks(struct walk *walk)
{
	while (walk->at < walk->end && walk->text[walk->at] != '\0' &&
		strchr(" \t\r\n", walk->text[walk->at]) != NULL)
		walk->at++;
}

/* The byte here, or -1 at the end. */
static int peek(const struct walk *walk)
{
	return walk->at < walk->end ? (unsigned char)walk->text[walk->at] : -1;
}

static struct frame *top(struct walk *walk)
{
	return walk->depth == 0 ? NULL : &walk->frames[walk->depth - 1];
}

/* Appends a node for the value that begins here. */
static int add_node(struct walk *walk, uint32_t key_at)
{
	struct locate *locate = walk->locate;
	if (locate->count > MANIFEST_VALUES_MAX) {
		diagnostics_add(walk->diagnostics, walk->at,
			"more than %u values; a file has at most as many",
			MANIFEST_VALUES_MAX);
		return -EINVAL;
	}
	if (locate->count == locate->capacity) {
		locate->capacity *= 2;
		locate->nodes = realloc(locate->nodes,
			locate->capacity * sizeof *locate->nodes);
		CHECK(locate->nodes != NULL);
	}
	uint32_t node = locate->count++;
	locate->nodes[node] = (struct locate_node){walk->at, key_at, 0, 0, 0};
	struct frame *frame = top(walk);
	if (frame != NULL) {
		if (frame->last_child != 0)
			locate->nodes[frame->last_child].next = node;
		frame->last_child = node;
		locate->nodes[frame->node].count++;
	}
	return 0;
}

static int open_container(struct walk *walk)
{
	if (walk->depth == MANIFEST_DEPTH_MAX) {
		diagnostics_add(walk->diagnostics, walk->at,
			"nested deeper than %d levels, which is the limit",
			MANIFEST_DEPTH_MAX);
		return -EINVAL;
	}
	walk->frames[walk->depth++] = (struct frame){
		walk->locate->count - 1, 0, walk->text[walk->at] == '{'};
	walk->at++;
	return 0;
}

/* Reads a string, number or word whole. */
static int read_scalar(struct walk *walk)
{
	const char *sentence = NULL;
	uint32_t at = walk->at;
	uint32_t next =
		locate_text_scalar(walk->text, walk->end, &at, &sentence);
	if (sentence != NULL)
		return refuse(walk, at, sentence);
	walk->at = next;
	return 0;
}

/* `"key":` and what follows up to its value. */
static int read_key(struct walk *walk, uint32_t *key_at)
{
	*key_at = walk->at;
	if (peek(walk) != '"')
		return refuse(walk, walk->at,
			peek(walk) == '}'
				? "a comma stands before the }; take it away"
				: "a key in double quotes is expected here");
	if (read_scalar(walk) != 0)
		return -EINVAL;
	skip_blanks(walk);
	if (peek(walk) != ':')
		return refuse(walk, walk->at,
			"a : is expected between key and value");
	walk->at++;
	skip_blanks(walk);
	return 0;
}

/* One value, or the opening of one. */
static int read_value(struct walk *walk)
{
	uint32_t key_at = AT_NONE;
	struct frame *frame = top(walk);
	if (frame != NULL && frame->object && read_key(walk, &key_at) != 0)
		return -EINVAL;
	if (frame != NULL && !frame->object && peek(walk) == ']')
		return refuse(walk, walk->at,
			"a comma stands before the ]; take it away");
	if (add_node(walk, key_at) != 0)
		return -EINVAL;
	if (peek(walk) == '{' || peek(walk) == '[')
		return open_container(walk);
	return read_scalar(walk);
}

static void close_container(struct walk *walk)
{
	struct frame *frame = top(walk);
	if (frame->object && walk->locate->nodes[frame->node].count > 1)
		find_doubles(walk, frame->node);
	walk->depth--;
	walk->at++;
}

/* What stands between values: commas, ends of containers. Sets `*value` when
 * another value must follow. */
static int read_between(struct walk *walk, bool *value)
{
	struct frame *frame = top(walk);
	int closing = frame->object ? '}' : ']';
	bool empty = frame->last_child == 0;
	*value = false;
	if (peek(walk) == closing) {
		close_container(walk);
		return 0;
	}
	if (peek(walk) < 0) {
		diagnostics_add(walk->diagnostics, walk->at,
			"the text ends here, but the %c of line %u is still "
			"open",
			frame->object ? '{' : '[',
			source_place(walk->locate->source,
				walk->locate->nodes[frame->node].at)
				.line);
		return -EINVAL;
	}
	*value = true;
	if (empty)
		return 0;
	if (peek(walk) != ',')
		return refuse(walk, walk->at,
			frame->object ? "a comma or } is expected here"
				      : "a comma or ] is expected here");
	walk->at++;
	skip_blanks(walk);
	return 0;
}

static int walk_text(struct walk *walk)
{
	bool value = true;
	for (;;) {
		skip_blanks(walk);
		if (value && read_value(walk) != 0)
			return -EINVAL;
		skip_blanks(walk);
		if (walk->depth == 0)
			break;
		if (read_between(walk, &value) != 0)
			return -EINVAL;
		if (!value && walk->depth == 0)
			break;
	}
	skip_blanks(walk);
	if (peek(walk) >= 0)
		return refuse(walk, walk->at,
			"the JSON ends before this; nothing may follow it");
	return 0;
}

/* What can be said before the walk: size and encoding. */
static int check_bytes(
	const struct source *source, struct diagnostics *diagnostics)
{
	size_t at;
	const char *sentence =
		locate_text_encoding(source->text, source->bytes, &at);
	if (source->bytes > MANIFEST_BYTES_MAX) {
		diagnostics_add(diagnostics, AT_NONE,
			"%zu bytes; a file has at most %u", source->bytes,
			MANIFEST_BYTES_MAX);
		return -EINVAL;
	}
	if (sentence == NULL)
		return 0;
	diagnostics_add(diagnostics, (uint32_t)at, "%s", sentence);
	return -EINVAL;
}

int locate_create(struct locate **locate, const struct source *source,
	struct diagnostics *diagnostics)
{
	*locate = NULL;
	if (check_bytes(source, diagnostics) != 0)
		return -EINVAL;
	struct locate *made = calloc(1, sizeof *made);
	CHECK(made != NULL);
	made->source = source;
	made->capacity = 64;
	made->count = 1;
	made->nodes = calloc(made->capacity, sizeof *made->nodes);
	CHECK(made->nodes != NULL);
	struct walk walk = {.locate = made,
		.diagnostics = diagnostics,
		.text = source->text,
		.end = (uint32_t)source->bytes};
	if (walk_text(&walk) != 0)
		locate_destroy(&made);
	*locate = made;
	return made == NULL ? -EINVAL : 0;
}

void locate_destroy(struct locate **locate)
{
	if (*locate == NULL)
		return;
	free((*locate)->nodes);
	free(*locate);
	*locate = NULL;
}
