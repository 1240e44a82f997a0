/* journal: the newest lines. See the header. */
#include "core/fleet/journal.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/check.h"

static void drop_first(struct journal *journal);

void journal_init(struct journal *journal)
{
	*journal = (struct journal){0};
	STAILQ_INIT(&journal->lines);
}

void journal_release(struct journal *journal)
{
	while (!STAILQ_EMPTY(&journal->lines))
		drop_first(journal);
}

void journal_add(struct journal *journal, int64_t time_ns, const char *node,
	const char *text, size_t bytes)
{
	size_t name_bytes = node ? strlen(node) + 1 : 0;
	size_t size = sizeof(struct journal_line) + name_bytes + bytes + 1;
	struct journal_line *line = malloc(size);
	char *rest;

	CHECK(line != NULL);
	rest = (char *)(line + 1);
	*line = (struct journal_line){.number = ++journal->last,
		.time_ns = time_ns,
		.node = node ? rest : NULL,
		.text = rest + name_bytes,
		.bytes = bytes,
		.size = size};
	if (node)
		memcpy(rest, node, name_bytes);
	memcpy(rest + name_bytes, text, bytes);
	rest[name_bytes + bytes] = '\0';
	STAILQ_INSERT_TAIL(&journal->lines, line, next);
	journal->bytes += size;
	while (journal->bytes > JOURNAL_BYTES &&
		STAILQ_FIRST(&journal->lines) != line)
		drop_first(journal);
}

const struct journal_line *journal_from(
	const struct journal *journal, uint64_t number)
{
	const struct journal_line *line;

	STAILQ_FOREACH(line, &journal->lines, next)
	if (line->number >= number)
		return line;
	return NULL;
}

static void drop_first(struct journal *journal)
{
	struct journal_line *line = STAILQ_FIRST(&journal->lines);

	STAILQ_REMOVE_HEAD(&journal->lines, next);
	journal->bytes -= line->size;
	free(line);
}
