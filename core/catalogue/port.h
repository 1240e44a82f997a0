/* port: reads the ports of an operator's description and derives the back
 * ports. */
#ifndef TAU_CORE_CATALOGUE_PORT_H
#define TAU_CORE_CATALOGUE_PORT_H

#include "core/text/arena.h"
#include "core/catalogue/description.h"
#include "core/catalogue/reader.h"

/* Fills `in`, `out` and their counts from the keys "in" and "out". */
void port_read_all(struct reader *reader, struct arena *arena, json_t *json,
	struct operator_description *target);

#endif
