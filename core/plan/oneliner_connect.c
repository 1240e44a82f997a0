/*
 * oneliner_connect: names for operators, operators for references, and stdin
 * and stdout for ends that are free.
 *
 * A port is free when no chain names it with `@`: the head of a chain is then
 * read from stdin, its tail written to stdout. Only the first port of each
 * direction counts.
 */
#include "core/plan/oneliner_parts.h"

#include "core/base/bounds.h"

#include <stdio.h>
#include <string.h>

static void name_drafts(struct oneliner *line);
static void resolve_references(struct oneliner *line);
static void check_ports(struct oneliner *line);
static void connect_chain(struct oneliner *line, struct chain *chain);

void oneliner_connect(struct oneliner *line)
{
	name_drafts(line);
	resolve_references(line);
	check_ports(line);
	/* With a type or a name unknown, nobody knows what is free. */
	if (line->diagnostics->count != line->said)
		return;
	for (uint32_t i = 0; i < line->chain_count; i++)
		if (line->chains[i].count > 0)
			connect_chain(line, &line->chains[i]);
	name_drafts(line);
}

struct draft *oneliner_find_draft(const struct oneliner *line, const char *name)
{
	for (struct draft *draft = line->first; draft != NULL;
		draft = draft->next)
		if (draft->written.name != NULL &&
			strcmp(draft->written.name, name) == 0)
			return draft;
	return NULL;
}

/* The type with `-` for dots, and a number from the second one on. */
static void name_draft(struct oneliner *line, struct draft *draft)
{
	char name[NAME_BYTES_MAX + 16];
	unsigned number = 1;
	int bytes;

	for (const struct draft *other = line->first; other != draft;
		other = other->next)
		number += strcmp(other->written.type, draft->written.type) == 0;
	bytes = snprintf(name, sizeof name, "%.*s", NAME_BYTES_MAX - 8,
		draft->written.type);
	for (char *at = name; *at != '\0'; at++)
		if (*at == '.')
			*at = '-';
	if (number > 1)
		snprintf(name + bytes, 12, "%u", number);
	while (oneliner_find_draft(line, name) != NULL)
		snprintf(name + bytes, 12, "%u", ++number);
	draft->written.name = arena_copy(&line->manifest->arena, name);
}

static void name_drafts(struct oneliner *line)
{
	for (struct draft *draft = line->first; draft != NULL;
		draft = draft->next)
		if (draft->written.name == NULL)
			name_draft(line, draft);
}

static void refuse_name(struct oneliner *line, const struct manifest_end *end)
{
	const char **names = arena_allocate(
		&line->manifest->arena, line->draft_count + 1, sizeof *names);
	size_t count = 0;

	for (const struct draft *draft = line->first; draft != NULL;
		draft = draft->next)
		names[count++] = draft->written.name;
	diagnostics_add(line->diagnostics, end->at,
		"no operator is named \"%.80s\"%s", end->name,
		diagnostic_meant(
			&line->manifest->arena, end->name, names, count, ""));
}

static void resolve_references(struct oneliner *line)
{
	for (uint32_t i = 0; i < line->chain_count; i++)
		for (uint32_t j = 0; j < line->chains[i].count; j++) {
			struct element *element = &line->chains[i].elements[j];

			if (!element->reference || element->end.name == NULL)
				continue;
			element->draft =
				oneliner_find_draft(line, element->end.name);
			if (element->draft == NULL)
				refuse_name(line, &element->end);
		}
}

/* In the middle of a chain a port could be the one read or the one written. */
static void check_ports(struct oneliner *line)
{
	for (uint32_t i = 0; i < line->chain_count; i++)
		for (uint32_t j = 1; j + 1 < line->chains[i].count; j++) {
			const struct element *element =
				&line->chains[i].elements[j];

			if (element->reference && element->end.port != NULL)
				diagnostics_add(line->diagnostics,
					element->end.at - 1,
					"a port can only be named at the end "
					"of a chain; end this one here and "
					"begin another with ;");
		}
}

/* Whether some chain, by reference, reads (or writes) the operator's first
 * port of that direction. */
static bool is_referred_to(
	const struct oneliner *line, const struct draft *draft, bool written)
{
	const struct operator_description *described = draft->described;
	const char *first =
		written ? described->in[0].name : described->out[0].name;

	for (uint32_t i = 0; i < line->chain_count; i++) {
		const struct chain *chain = &line->chains[i];

		for (uint32_t j = 0; j < chain->count; j++) {
			const struct element *element = &chain->elements[j];
			bool here = written ? j > 0
					    : j + 1 < chain->count ||
						      chain->count == 1;

			if (here && element->reference &&
				element->draft == draft &&
				(element->end.port == NULL ||
					strcmp(element->end.port, first) == 0))
				return true;
		}
	}
	return false;
}

/* Whether the first port of a direction is somebody else's to connect. */
static bool is_lent(
	const struct oneliner *line, const struct draft *draft, bool out)
{
	const struct manifest *manifest = line->manifest;
	const struct port_description *first =
		out ? draft->described->out : draft->described->in;

	for (uint32_t i = 0; i < manifest->lent_count; i++) {
		const struct manifest_lent *lent = &manifest->lent[i];

		if (lent->out == out && draft->written.name != NULL &&
			strcmp(lent->name, draft->written.name) == 0 &&
			(lent->port == NULL ||
				strcmp(lent->port, first->name) == 0))
			return true;
	}
	return false;
}

static bool needs_stdin(const struct oneliner *line, const struct element *head)
{
	return !head->reference && head->draft->described->in_declared > 0 &&
	       head->draft->described->in[0].required &&
	       !is_lent(line, head->draft, false) &&
	       !is_referred_to(line, head->draft, true);
}

static bool needs_stdout(const struct oneliner *line, const struct chain *chain)
{
	const struct element *tail = &chain->elements[chain->count - 1];

	if (tail->reference)
		return chain->count == 1;
	return tail->draft->described->out_declared > 0 &&
	       !is_lent(line, tail->draft, true) &&
	       !is_referred_to(line, tail->draft, false);
}

static bool has_stdio(
	const struct oneliner *line, enum operator_stdio direction)
{
	for (const struct draft *draft = line->first; draft != NULL;
		draft = draft->next)
		if (draft->described != NULL &&
			draft->described->stdio == direction)
			return true;
	return false;
}

/* A new end of the chain, at the place of the old one. */
static struct element make_stdio(
	struct oneliner *line, const char *type, uint32_t at)
{
	struct element element = {.end = {.at = at,
					  .port_at = at,
					  .member = MEMBER_NEXT,
					  .member_at = at}};

	element.draft = oneliner_add_draft(line, type, at);
	if (element.draft->described == NULL) {
		struct error error = ERROR_NONE;

		catalogue_explain(line->catalogue, type, &error);
		diagnostics_add(line->diagnostics, at, "%s", error.text);
	}
	return element;
}

static void add_stdin(struct oneliner *line, struct chain *chain)
{
	uint32_t at = chain->elements[0].end.at;

	if (has_stdio(line, OPERATOR_STDIO_IN)) {
		diagnostics_add(line->diagnostics, at,
			"a second operator would read stdin; begin this chain "
			"with file.read or @NAME");
		return;
	}
	chain->elements = arena_grow(&line->manifest->arena, chain->elements,
		chain->count, sizeof *chain->elements);
	memmove(chain->elements + 1, chain->elements,
		chain->count++ * sizeof *chain->elements);
	chain->elements[0] = make_stdio(line, "stdin", at);
}

static void add_stdout(struct oneliner *line, struct chain *chain)
{
	uint32_t at = chain->elements[chain->count - 1].end.at;

	if (has_stdio(line, OPERATOR_STDIO_OUT)) {
		diagnostics_add(line->diagnostics, at,
			"a second operator would write to stdout; end this "
			"chain with null, file.write or @NAME");
		return;
	}
	chain->elements = arena_grow(&line->manifest->arena, chain->elements,
		chain->count, sizeof *chain->elements);
	chain->elements[chain->count++] = make_stdio(line, "stdout", at);
}

static void connect_chain(struct oneliner *line, struct chain *chain)
{
	bool read = needs_stdin(line, &chain->elements[0]);
	bool written = needs_stdout(line, chain);

	if (read)
		add_stdin(line, chain);
	if (written)
		add_stdout(line, chain);
}
