/*
 * schema: what a manifest may say, as a JSON Schema (draft 2020-12), for
 * editors to complete and check from while it is written.
 *
 *     schema_text.c   every key of a manifest, with its words
 *     schema.c        bounds, and what the plugins that were found describe
 *     schema_param.c  one param
 *
 * It never refuses what `manifest` and `topology` take, and refuses what can
 * be seen without knowing which names mean the same thing: what streams
 * connect, and what the variables are, a schema cannot tell.
 */
#ifndef TAU_CORE_CATALOGUE_SCHEMA_H
#define TAU_CORE_CATALOGUE_SCHEMA_H

#include "core/catalogue/catalogue.h"
#include "core/text/text.h"

/* What the schema is called; a manifest's own "$schema" names the file that it
 * was written to. */
#define SCHEMA_ID "urn:tau-fabric:topology-1.schema.json"

/* Appends the schema and a newline. Operator types are those of the
 * catalogue. */
void schema_print(const struct catalogue *catalogue, struct text *text);

#endif
