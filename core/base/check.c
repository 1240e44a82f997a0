/*
 * check: how a bug ends the process.
 *
 * The one place besides os_linux that calls the kernel: a process with a bug
 * trusts no table of function pointers, and allocates nothing.
 */
#include "core/base/check.h"
#include "core/base/coverage.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CHECK_LINE_BYTES 1024

void check_failed(const char *expression, const char *file, int line,
	const char *function)
{
	char text[CHECK_LINE_BYTES];
	int length =
		snprintf(text, sizeof text, "%s:%d: %s: %s does not hold\n",
			file, line, function, expression);

	if (length >= (int)sizeof text) {
		length = (int)sizeof text - 1;
		text[length - 1] = '\n';
	}
	COVERAGE_KEEP();
	if (length > 0 && write(STDERR_FILENO, text, (size_t)length) < 0)
		abort(); /* there is nobody left to tell */
	abort();
}
