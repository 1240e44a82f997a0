/*
 * weblog_usual: the lines that nearly all logs are made of, faster. Part of
 * weblog_scan, which takes all others; what both take they take apart alike.
 *
 * A usual line is 64 to 256 bytes long, has no backslash, either two or six
 * quotes, a time of the usual length, three digits of status and at most eight
 * of size. Then the places of the quotes say where everything is: they are
 * found 64 bytes at a time, and nothing is searched twice.
 *
 *	host ident user [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 2326
 *	                ^                          ^ ^0             ^1
 *	"referer" "agent"
 *	^2      ^3^4    ^5
 */
#ifndef TAU_PLUGINS_TEXT_WEBLOG_USUAL_H
#define TAU_PLUGINS_TEXT_WEBLOG_USUAL_H

#include <stdbool.h>

#include "weblog_scan.h"

/* False when the line is not usual; *line is undefined then. */
bool weblog_scan_usual(
	struct weblog_line *line, const uint8_t *text, size_t bytes);

#endif
