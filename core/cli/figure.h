/*
 * figure: amounts as a person reads them, in a few characters.
 */
#ifndef TAU_CORE_CLI_FIGURE_H
#define TAU_CORE_CLI_FIGURE_H

#include <stdint.h>

#define FIGURE_BYTES 32

/* Three digits and a prefix: "12.3 M", "640 kB". */
void figure_quantity(double amount, const char *unit, char text[FIGURE_BYTES]);

/* The two largest units: "1h02m", "3m20s", "12.3s". */
void figure_duration(int64_t milliseconds, char text[FIGURE_BYTES]);

#endif
