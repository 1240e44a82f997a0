/*
 * diagnostic_words: the words that a sentence offers in place of a wrong one.
 */
#include "core/text/diagnostic.h"

#include <ctype.h>
#include <string.h>

#define WORD_BYTES_MAX 64u

static size_t least(size_t a, size_t b, size_t c)
{
	size_t smaller = a < b ? a : b;
	return smaller < c ? smaller : c;
}

/* Edits from one word to the other: insert, delete, replace, swap. Rows of
 * the usual table, of which the last three are kept. */
static size_t edits(
	const char *from, size_t from_bytes, const char *to, size_t to_bytes)
{
	size_t rows[3][WORD_BYTES_MAX + 1];
	for (size_t j = 0; j <= to_bytes; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= from_bytes; i++) {
		size_t *row = rows[i % 3], *above = rows[(i - 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= to_bytes; j++) {
			row[j] = least(above[j] + 1, row[j - 1] + 1,
				above[j - 1] + (from[i - 1] != to[j - 1]));
			if (i > 1 && j > 1 && from[i - 1] == to[j - 2] &&
				from[i - 2] == to[j - 1] &&
				rows[(i - 2) % 3][j - 2] + 1 < row[j])
				row[j] = rows[(i - 2) % 3][j - 2] + 1;
		}
	}
	return rows[from_bytes % 3][to_bytes];
}

/* Of signs alone (==, <>), what is near may mean the opposite. */
static bool has_letter(const char *word)
{
	for (; *word != '\0'; word++)
		if (isalnum((unsigned char)*word))
			return true;
	return false;
}

const char *diagnostic_nearest(
	const char *word, const char *const *words, size_t count)
{
	size_t bytes = strlen(word);
	if (bytes == 0 || bytes > WORD_BYTES_MAX || !has_letter(word))
		return NULL;
	size_t allowed = bytes < 3 ? 1 : (bytes + 2) / 3;
	const char *nearest = NULL;
	for (size_t i = 0; i < count; i++) {
		size_t other = strlen(words[i]);
		if (other > WORD_BYTES_MAX)
			continue;
		size_t distance = edits(word, bytes, words[i], other);
		/* A word that shares no letter is not meant. */
		if (distance > allowed || distance >= other)
			continue;
		nearest = words[i];
		if (distance == 0)
			break;
		allowed = distance - 1;
	}
	return nearest;
}

const char *diagnostic_meant(struct arena *arena, const char *word,
	const char *const *words, size_t count, const char *otherwise)
{
	const char *nearest = diagnostic_nearest(word, words, count);
	if (nearest == NULL)
		return otherwise;
	return arena_format(arena, "; did you mean \"%s\"?", nearest);
}

const char *diagnostic_list(
	struct arena *arena, const char *const *words, size_t count)
{
	struct text text = {0};
	for (size_t i = 0; i < count; i++)
		text_format(&text, "%s%s",
			i == 0           ? ""
			: i + 1 == count ? " and "
					 : ", ",
			words[i]);
	const char *list =
		arena_copy(arena, count == 0 ? "none" : text_string(&text));
	text_release(&text);
	return list;
}
