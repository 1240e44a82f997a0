/*
 * log: lines for a person, each in one write.
 */
#include "core/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/check.h"

static const char cut_mark[] = "…";

/* A line under construction; room for the mark and the newline is kept. */
struct line {
	size_t used;
	bool cut;
	char text[LOG_LINE_BYTES];
};

#define LINE_ROOM (LOG_LINE_BYTES - sizeof cut_mark - 1)

static void line_begin(struct line *line, const struct log *log);
static void line_add(struct line *line, const char *bytes, size_t count);
static void line_add_safely(struct line *line, unsigned char byte);
static bool line_send(
	struct line *line, struct log *log, enum log_level level);
static bool send_all(struct log *log, const char *text, size_t bytes);
static void tell_lost(struct log *log, enum log_level level);

void log_init(struct log *log, struct os *os, int fd, const char *node,
	enum log_level level)
{
	*log = (struct log){.os = os, .fd = fd, .level = level};
	snprintf(log->node, sizeof log->node, "%s", node ? node : "");
}

void log_say(struct log *log, enum log_level level, const char *format, ...)
{
	char text[LOG_LINE_BYTES];
	va_list arguments;
	int saved = errno, length;

	if (level > log->level)
		return;
	va_start(arguments, format);
	length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	CHECK(length >= 0);
	if ((size_t)length >= sizeof text)
		length = (int)sizeof text - 1; /* the line is cut before that */
	log_text(log, level, text, (size_t)length);
	errno = saved;
}

void log_text(
	struct log *log, enum log_level level, const char *text, size_t bytes)
{
	const char *end = text + bytes;
	int saved = errno;

	if (level > log->level)
		return;
	if (bytes > 0 && end[-1] == '\n')
		end--;
	do {
		struct line line;
		bool more = false;

		line_begin(&line, log);
		while (text < end && !more) {
			more = *text == '\n';
			if (!more)
				line_add_safely(&line, (unsigned char)*text);
			text++;
		}
		if (log->lost > 0)
			tell_lost(log, level);
		if (!line_send(&line, log, level))
			log->lost++;
	} while (text < end);
	errno = saved;
}

static void line_begin(struct line *line, const struct log *log)
{
	line->used = 0;
	line->cut = false;
	if (!log->told)
		line_add(line, "tau: ", 5);
	if (log->node[0]) {
		line_add(line, log->node, strlen(log->node));
		line_add(line, ": ", 2);
	}
}

static void line_add(struct line *line, const char *bytes, size_t count)
{
	if (line->cut || line->used + count > LINE_ROOM) {
		line->cut = true;
		return;
	}
	memcpy(line->text + line->used, bytes, count);
	line->used += count;
}

/* A message must not move a reader's cursor or clear their screen. */
static void line_add_safely(struct line *line, unsigned char byte)
{
	char escaped[5];

	if ((byte >= ' ' && byte != 0x7f) || byte == '\t') {
		line_add(line, (const char *)&byte, 1);
		return;
	}
	snprintf(escaped, sizeof escaped, "\\x%02x", byte);
	line_add(line, escaped, 4);
}

static bool line_send(
	struct line *line, struct log *log, enum log_level level)
{
	if (line->cut) {
		size_t end = line->used;

		/* not in the middle of a character */
		while (end > 0 &&
			((unsigned char)line->text[end - 1] & 0xc0) == 0x80)
			end--;
		if (end > 0 && (unsigned char)line->text[end - 1] >= 0xc0)
			end--;
		memcpy(line->text + end, cut_mark, sizeof cut_mark - 1);
		line->used = end + sizeof cut_mark - 1;
	}
	if (log->told) {
		log->told(log->context, level, line->text, line->used);
		return true;
	}
	line->text[line->used++] = '\n';
	return send_all(log, line->text, line->used);
}

/* Whether the line got out. One write as a rule; a file system or terminal
 * that takes a part is given the rest. */
static bool send_all(struct log *log, const char *text, size_t bytes)
{
	while (bytes > 0) {
		ssize_t count = log->os->write(log->os, log->fd, text, bytes);

		if (count == -EINTR)
			continue;
		if (count <= 0)
			return false;
		text += count;
		bytes -= (size_t)count;
	}
	return true;
}

static void tell_lost(struct log *log, enum log_level level)
{
	struct line line;
	char text[64];
	int length = snprintf(text, sizeof text,
		"%llu lines were lost before this one",
		(unsigned long long)log->lost);

	line_begin(&line, log);
	line_add(&line, text, (size_t)length);
	if (line_send(&line, log, level))
		log->lost = 0;
}
