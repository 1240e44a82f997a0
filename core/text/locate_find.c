/*
 * locate_find: questions to what locate has kept of a text.
 */
#include "core/text/locate.h"

#include <stdlib.h>
#include <string.h>

#include "core/text/locate_nodes.h"
#include "core/text/locate_text.h"

static uint32_t visible(const struct locate *locate, uint32_t node)
{
	while (node != 0 && locate->nodes[node].shadowed)
		node = locate->nodes[node].next;
	return node;
}

uint32_t locate_first(const struct locate *locate, uint32_t node)
{
	if (node == 0 || locate->nodes[node].count == 0)
		return 0;
	return visible(locate, node + 1);
}

uint32_t locate_next(const struct locate *locate, uint32_t node)
{
	return node == 0 ? 0 : visible(locate, locate->nodes[node].next);
}

uint32_t locate_count(const struct locate *locate, uint32_t node)
{
	return node == 0 ? 0 : locate->nodes[node].count;
}

uint32_t locate_at(const struct locate *locate, uint32_t node)
{
	return node == 0 ? AT_NONE : locate->nodes[node].at;
}

uint32_t locate_key_at(const struct locate *locate, uint32_t node)
{
	return node == 0 ? AT_NONE : locate->nodes[node].key_at;
}

char *locate_key(
	const struct locate *locate, uint32_t node, struct arena *arena)
{
	uint32_t at = locate_key_at(locate, node);
	if (at == AT_NONE)
		return NULL;
	return locate_text_decode(locate->source->text, at, arena);
}

uint32_t locate_before(const struct locate *locate, uint32_t offset)
{
	uint32_t low = LOCATE_ROOT, high = locate->count - 1;
	while (low < high) { /* nodes stand in the order of their places */
		uint32_t middle = high - (high - low) / 2;
		if (locate->nodes[middle].at < offset)
			low = middle;
		else
			high = middle - 1;
	}
	return locate->nodes[low].at;
}

uint32_t locate_member(
	const struct locate *locate, uint32_t node, const char *key)
{
	if (node == 0 || locate->source->text[locate->nodes[node].at] != '{')
		return 0;
	uint32_t child = locate_first(locate, node);
	for (; child != 0; child = locate_next(locate, child))
		if (locate_text_equals(locate->source->text,
			    locate->nodes[child].key_at, key))
			return child;
	return 0;
}

/* One token of a pointer, up to the next '/', with ~0 and ~1 decoded. */
static char *read_token(const char **pointer, struct arena *arena)
{
	size_t bytes = strcspn(*pointer, "/"), length = 0;
	char *token = arena_text(arena, *pointer, bytes);
	for (size_t i = 0; i < bytes; i++) {
		char byte = token[i];
		if (byte == '~' && (token[i + 1] == '0' || token[i + 1] == '1'))
			byte = token[++i] == '0' ? '~' : '/';
		token[length++] = byte;
	}
	token[length] = '\0';
	*pointer += bytes;
	return token;
}

static uint32_t follow(
	const struct locate *locate, uint32_t node, const char *token)
{
	if (locate->source->text[locate->nodes[node].at] != '[')
		return locate_member(locate, node, token);
	char *end;
	unsigned long index = strtoul(token, &end, 10);
	if (*token < '0' || *token > '9' || *end != '\0' ||
		index >= locate->nodes[node].count)
		return 0;
	node = locate_first(locate, node);
	while (node != 0 && index-- > 0)
		node = locate_next(locate, node);
	return node;
}

uint32_t locate_pointer(const struct locate *locate, const char *pointer)
{
	struct arena arena = {0};
	uint32_t node = LOCATE_ROOT;
	while (node != 0 && *pointer != '\0') {
		if (*pointer++ != '/')
			node = 0;
		else
			node = follow(
				locate, node, read_token(&pointer, &arena));
	}
	arena_release(&arena);
	return node;
}
