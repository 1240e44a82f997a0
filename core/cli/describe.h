/*
 * describe: an operator or a plugin as text for a person.
 */
#ifndef TAU_CORE_CLI_DESCRIBE_H
#define TAU_CORE_CLI_DESCRIBE_H

#include "core/cli/term.h"
#include "core/catalogue/description.h"
#include "core/catalogue/note.h"

/* All about one operator; `type` is what a manifest calls it. */
void describe_operator(const struct term *term, const char *type,
	const struct operator_description *described);

/* A plugin without its operators. */
void describe_plugin(const struct term *term,
	const struct description *description,
	const struct note_identity *identity);

/* Ports in brief: the type of the first, which a chain uses, and the names of
 * the others, as "utf8, bad"; empty when there are none. */
void describe_ports(const struct port_description *ports, uint32_t count,
	char *text, size_t bytes);

#endif
