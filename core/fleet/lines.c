/* lines: a pipe's bytes, line by line. See the header. */
#include "core/fleet/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/units.h"

#define READ_BYTES (16 * KIB)

static size_t add_exact(struct lines *lines, const char *bytes, size_t count,
	lines_take *take, void *context);
static void give_part(struct lines *lines, lines_take *take, void *context);
static size_t whole_characters(const char *bytes, size_t count);

void lines_add(struct lines *lines, const char *bytes, size_t count,
	lines_take *take, void *context)
{
	for (size_t i = 0; i < count && lines->exact;)
		i += add_exact(lines, bytes + i, count - i, take, context);
	for (size_t i = 0; i < count && !lines->exact; i++) {
		if (bytes[i] == '\n') {
			lines_end(lines, take, context);
			continue;
		}
		if (lines->used == LINES_BYTES)
			give_part(lines, take, context);
		lines->bytes[lines->used++] = bytes[i];
	}
}

ssize_t lines_read(struct lines *lines, struct os *os, int fd, int reads,
	lines_take *take, void *context)
{
	char bytes[READ_BYTES];

	for (int i = 0; i < reads; i++) {
		ssize_t count = os->read(os, fd, bytes, sizeof bytes);

		if (count == -EINTR)
			continue;
		if (count <= 0)
			return count;
		lines_add(lines, bytes, (size_t)count, take, context);
	}
	return 1;
}

void lines_end(struct lines *lines, lines_take *take, void *context)
{
	if (lines->used)
		take(context, lines->exact ? lines->whole : lines->bytes,
			lines->used);
	lines->used = lines->room = 0;
	free(lines->whole);
	lines->whole = NULL;
}

/* Up to the end of a line, or of all: how many bytes that were. */
static size_t add_exact(struct lines *lines, const char *bytes, size_t count,
	lines_take *take, void *context)
{
	const char *end = memchr(bytes, '\n', count);
	size_t part = end ? (size_t)(end - bytes) : count;

	if (end && lines->used == 0) {
		take(context, bytes, part);
		return part + 1;
	}
	if (lines->used + part > LINES_EXACT_BYTES)
		lines_end(lines, take, context);
	if (lines->used + part > lines->room) {
		lines->room = (lines->used + part) * 2;
		lines->whole = realloc(lines->whole, lines->room);
		CHECK(lines->whole != NULL);
	}
	memcpy(lines->whole + lines->used, bytes, part);
	lines->used += part;
	if (!end)
		return part;
	lines_end(lines, take, context);
	return part + 1;
}

/* Gives what is there as a part of a longer line; a character that would be
 * torn is kept for the next. */
static void give_part(struct lines *lines, lines_take *take, void *context)
{
	static const char mark[] = "…";
	size_t whole = whole_characters(lines->bytes, lines->used);
	char rest[4];
	size_t rest_bytes = lines->used - whole;

	memcpy(rest, lines->bytes + whole, rest_bytes);
	memcpy(lines->bytes + whole, mark, sizeof mark - 1);
	take(context, lines->bytes, whole + sizeof mark - 1);
	memcpy(lines->bytes, rest, rest_bytes);
	lines->used = rest_bytes;
}

/* How many bytes end with a whole UTF-8 character; all when it is no UTF-8. */
static size_t whole_characters(const char *bytes, size_t count)
{
	for (size_t back = 1; back < 4 && back < count; back++) {
		unsigned char byte = (unsigned char)bytes[count - back];

		if (byte >= 0xc0)
			return count - back;
		if (byte < 0x80)
			break;
	}
	return count;
}
