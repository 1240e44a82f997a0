/*
 * weblog_scan: finds the parts of one line of an access log, in the common or
 * the combined format of Apache and nginx:
 *
 *	host ident user [time] "method path protocol" status bytes
 *	host ident user [time] "method path protocol" status bytes "referer"
 *"agent"
 *
 * It copies nothing and touches no byte outside of the line. Text is left as
 * the log has it, escapes included; within quotes a backslash keeps the byte
 * behind it from ending the field. The user may have blanks in its name, and
 * so may the path. What was requested need not be HTTP: its first word is the
 * method, its last one the protocol if it begins with "HTTP/", and what is
 * between them the path; what is not there is absent.
 */
#ifndef TAU_PLUGINS_TEXT_WEBLOG_SCAN_H
#define TAU_PLUGINS_TEXT_WEBLOG_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Part of the line; absent ones, and those logged as "-", have no text. */
struct weblog_part {
	const uint8_t *text; /* or NULL */
	size_t bytes;
};

struct weblog_line {
	struct weblog_part host, ident, user, time, method, path, protocol;
	struct weblog_part referer, agent;
	uint32_t status;
	uint64_t size; /* bytes of the answer; "-" is 0 */
	bool combined; /* has referer and agent */
};

/* NULL, or what is wrong with the line. */
const char *weblog_scan(
	struct weblog_line *line, const uint8_t *text, size_t bytes);

#endif
