/*
 * shown: records as a person or a program reads them.
 *
 * As text, a line each: a value as it is written in JSON, everything else with
 * what would not be seen, or do something to a terminal, as \n, \t, \\ or \xNN.
 * As JSON, an object each: {"type": "value", "value": …}, {"type": "utf8",
 * "text": …}, {"type": "bytes", "base64": …}, {"type": "fd"}, {"type":
 * "cycle"}. Raw: the bodies, nothing else.
 */
#ifndef TAU_CORE_CLI_SHOWN_H
#define TAU_CORE_CLI_SHOWN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <tau/record.h>

enum shown_style { SHOWN_TEXT, SHOWN_JSON, SHOWN_RAW };

/* Writes a record whose body nobody has checked. */
void shown_record(
	FILE *file, enum shown_style style, const struct tau_record *record);

/* A count with a comma between each three digits. */
#define SHOWN_COUNT_BYTES 32
void shown_count(uint64_t count, char text[SHOWN_COUNT_BYTES]);

#endif
