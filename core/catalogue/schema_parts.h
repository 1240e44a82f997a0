/* schema_parts: what the files of the room schema share; private to it. */
#ifndef TAU_CORE_CATALOGUE_SCHEMA_PARTS_H
#define TAU_CORE_CATALOGUE_SCHEMA_PARTS_H

#include <jansson.h>
#include <stdint.h>

#include "core/catalogue/description.h"

/* The schema without bounds and without operators. */
extern const char schema_text[];

/* What a param takes: its type with bounds, words and default, or a string
 * that holds a variable. A new reference. */
json_t *schema_param(const struct param_description *param);

/* `"anyOf": [a number of bytes from least to most, a text with a unit]`. */
json_t *schema_size(uint64_t least, uint64_t most);

#endif
