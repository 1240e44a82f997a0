/*
 * template: the files that `tau new` writes, as they stand under core/cli/new.
 *
 * Templates are files that can be read, built and run where they are; a few
 * words in them stand for others, which `template_fill` puts there.
 */
#ifndef TAU_CORE_CLI_TEMPLATE_H
#define TAU_CORE_CLI_TEMPLATE_H

#include "core/text/text.h"

/* The word that stands for the name. */
#define TEMPLATE_NAME "newname"

struct template
{
	const char *path; /* below core/cli/new */
	const char *text;
};

/* All of them; ends with a zeroed one. Made by core/cli/new/embed.awk. */
extern const struct template templates[];

/* The text of the template at `path`, which must be there. */
const char *template_text(const char *path);

/* A word, and what stands there instead. */
struct template_word {
	const char *word, *meant;
};

/* Adds `text` with each of the words replaced; of those that begin at one
 * place the first in the list counts. The list ends with a zeroed one. */
void template_fill(struct text *filled, const char *text,
	const struct template_word *words);

#endif
