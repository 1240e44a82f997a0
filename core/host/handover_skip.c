/*
 * handover_skip: what lies in a stream of a handover, and was read by the
 * process that went on from there and crashed.
 *
 *	received |== read since ==|== under way ==|
 *	         |------- in the handover ------->|
 *	          dropped          stays
 *
 * A stream that drops its oldest records does not tell which of them were read:
 * once any were, all go, as its policy allows, and are counted as dropped.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/host/handover_private.h"

static uint64_t find_count(const char *lines, const char *name);

void handover_skip(struct restore *restore, uint32_t at)
{
	struct stream *stream = &restore->node->streams[at];
	uint64_t before = stream->received + restore->node->lost[at];
	uint64_t read =
		restore->read ? find_count(restore->read, stream->name) : 0;

	if (read > before)
		stream_skip(stream, read - before);
}

/* 0: there is no such line. */
static uint64_t find_count(const char *lines, const char *name)
{
	size_t bytes = strlen(name);

	for (const char *line = lines; *line;) {
		const char *end = strchrnul(line, '\n');

		if (strncmp(line, name, bytes) == 0 && line[bytes] == ' ')
			return strtoull(line + bytes + 1, NULL, 10);
		line = *end ? end + 1 : end;
	}
	return 0;
}
