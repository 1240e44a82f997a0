/* figure: amounts as a person reads them. See the header. */
#include "core/cli/figure.h"

#include <stddef.h>
#include <stdio.h>

void figure_quantity(double amount, const char *unit, char text[FIGURE_BYTES])
{
	static const char *const prefixes[] = {"", "k", "M", "G", "T", "P"};
	size_t at = 0;

	while (amount >= 1000 && at + 1 < sizeof prefixes / sizeof *prefixes) {
		amount /= 1000;
		at++;
	}
	if (at)
		snprintf(text, FIGURE_BYTES, "%.*f %s%s",
			amount < 10    ? 2
			: amount < 100 ? 1
				       : 0,
			amount, prefixes[at], unit);
	else
		snprintf(text, FIGURE_BYTES, "%.0f%s%s", amount,
			*unit ? " " : "", unit);
}

void figure_duration(int64_t milliseconds, char text[FIGURE_BYTES])
{
	long long seconds = milliseconds / 1000;

	if (seconds < 60)
		snprintf(text, FIGURE_BYTES, "%.1fs",
			(double)milliseconds / 1000);
	else if (seconds < 3600)
		snprintf(text, FIGURE_BYTES, "%lldm%02llds", seconds / 60,
			seconds % 60);
	else if (seconds < 86400)
		snprintf(text, FIGURE_BYTES, "%lldh%02lldm", seconds / 3600,
			seconds % 3600 / 60);
	else
		snprintf(text, FIGURE_BYTES, "%lldd%02lldh", seconds / 86400,
			seconds % 86400 / 3600);
}
