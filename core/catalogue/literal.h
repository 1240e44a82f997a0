/*
 * literal: one JSON value that stands for a param's value: shown in a
 * sentence, and read as the number that a bound compares.
 *
 * description_check_value of description.h is here too.
 */
#ifndef TAU_CORE_CATALOGUE_LITERAL_H
#define TAU_CORE_CATALOGUE_LITERAL_H

#include <jansson.h>

#include "core/catalogue/description.h"

#define LITERAL_SHOWN_BYTES 80

/* Writes the value as compact JSON, cut with "…" where it is long. */
void literal_show(char shown[LITERAL_SHOWN_BYTES], const json_t *value);

/* The number of a value that description_check_value took for that type:
 * int, size (bytes), duration (ns) in `integer`, float in `real`; not set for
 * other types. */
struct param_bound literal_number(enum param_type type, const json_t *value);

#endif
