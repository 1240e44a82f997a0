/*
 * oneliner_parts: what the files of the room `oneliner` share. Nobody else
 * includes this.
 */
#ifndef TAU_CORE_PLAN_ONELINER_PARTS_H
#define TAU_CORE_PLAN_ONELINER_PARTS_H

#include <jansson.h>

#include "core/plan/oneliner.h"

/* An operator under way into the manifest. */
struct draft {
	struct manifest_operator
		written; /* its name is NULL until it has one */
	const struct operator_description *described; /* NULL: unknown type */
	struct draft *next;                           /* in the order made */
};

/* One element of a chain: an operator of its own, or `@` one of elsewhere. */
struct element {
	struct manifest_end end; /* `name` is set for references alone */
	struct draft *draft;     /* of references once they are resolved */
	bool reference;
};

struct chain {
	struct element *elements;
	uint32_t count;
};

struct oneliner {
	struct manifest *manifest;
	const struct catalogue *catalogue;
	struct diagnostics *diagnostics;
	const char *text; /* of `bytes`; no NUL behind it */
	uint32_t bytes;
	uint32_t at; /* the next byte to be read */
	struct chain *chains;
	uint32_t chain_count;
	struct draft *first, *last;
	uint32_t draft_count;
	uint32_t said; /* how much was said before this room did */
};

/* Moves behind blanks. False at the end of the text. */
bool oneliner_skip_blanks(struct oneliner *line);

/* Where the word that begins at `at` ends. */
uint32_t oneliner_word_end(const struct oneliner *line, uint32_t at);

/* Whether the word that begins here is `!` or `;`. */
bool oneliner_is_separator(const struct oneliner *line);

/* Adds a new draft, named or not, of that type. */
struct draft *oneliner_add_draft(
	struct oneliner *line, const char *type, uint32_t at);

/* The draft that has this name already, or NULL. */
struct draft *oneliner_find_draft(
	const struct oneliner *line, const char *name);

/* Reads the args of an operator up to a separator or the end, with the params
 * of its type; where that is unknown, only steps over them. */
void oneliner_read_args(struct oneliner *line, struct draft *draft);

/* What went wrong before or at a bare word at `at` that no param takes, as the
 * end of the sentence that refuses it; or "". */
const char *oneliner_word_hint(const struct oneliner *line, uint32_t at);

/* What was most likely meant by a bare word at `at` that is no value of its
 * param, when it stands behind that of a list; or "". */
const char *oneliner_list_hint(const struct oneliner *line,
	const struct draft *draft, const struct param_description *param,
	uint32_t at);

/* Steps over what is left of an element. */
void oneliner_skip_element(struct oneliner *line);

/* Gives every draft its name, finds what references mean, and puts stdin and
 * stdout where ends are free. Sentences go to the diagnostics. */
void oneliner_connect(struct oneliner *line);

#endif
