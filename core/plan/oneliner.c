/*
 * oneliner: see oneliner.h. The text becomes chains of elements; what the
 * elements mean for each other is found in oneliner_connect.c; then all of it
 * becomes the one node and the streams of a manifest.
 */
#include "core/plan/oneliner.h"

#include "core/base/bounds.h"
#include "core/plan/oneliner_parts.h"

#include <errno.h>
#include <string.h>

/* Its one node, for which files of plugins may have been chosen: an upgrade of
 * that node, or its rollback, reads the line again. */
#define NODE_NAME "main"

static bool check_text(struct oneliner *line);
static void read_chains(struct oneliner *line);
static void make_manifest(struct oneliner *line);

int oneliner_parse(struct manifest *manifest, const struct source *source,
	const struct catalogue *catalogue, struct diagnostics *diagnostics)
{
	struct oneliner line = {
		.manifest = manifest,
		.catalogue = catalogue,
		.diagnostics = diagnostics,
		.text = source->text,
		.bytes = (uint32_t)source->bytes,
		.said = diagnostics->count,
	};
	manifest->source = source;
	if (source->bytes > ONELINER_BYTES_MAX) {
		diagnostics_add(diagnostics, AT_NONE,
			"a one-liner has at most %u bytes and this one %zu; "
			"write a manifest",
			ONELINER_BYTES_MAX, source->bytes);
		return -EINVAL;
	}
	if (!check_text(&line))
		return -EINVAL;
	read_chains(&line);
	oneliner_connect(&line);
	make_manifest(&line);
	return diagnostics->count == line.said ? 0 : -EINVAL;
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

bool oneliner_skip_blanks(struct oneliner *line)
{
	while (line->at < line->bytes && is_blank(line->text[line->at]))
		line->at++;
	return line->at < line->bytes;
}

uint32_t oneliner_word_end(const struct oneliner *line, uint32_t at)
{
	while (at < line->bytes && !is_blank(line->text[at]))
		at++;
	return at;
}

bool oneliner_is_separator(const struct oneliner *line)
{
	return line->at < line->bytes &&
	       (line->text[line->at] == '!' || line->text[line->at] == ';') &&
	       oneliner_word_end(line, line->at) == line->at + 1;
}

struct draft *oneliner_add_draft(
	struct oneliner *line, const char *type, uint32_t at)
{
	struct draft *draft =
		arena_allocate(&line->manifest->arena, 1, sizeof *draft);
	const struct catalogue_type *found =
		catalogue_find_in(line->catalogue, NODE_NAME, type);

	draft->written.type = type;
	draft->written.type_at = at;
	draft->written.name_at = at;
	draft->described = found != NULL ? found->description : NULL;
	if (line->last != NULL)
		line->last->next = draft;
	else
		line->first = draft;
	line->last = draft;
	line->draft_count++;
	return draft;
}

/* jansson takes only UTF-8; that is asked for once, so that no value fails. */
static bool check_text(struct oneliner *line)
{
	while (oneliner_skip_blanks(line)) {
		uint32_t end = oneliner_word_end(line, line->at);
		uint32_t bytes = end - line->at;
		json_t *word = json_stringn(line->text + line->at, bytes);

		if (word == NULL ||
			memchr(line->text + line->at, '\0', bytes) != NULL) {
			diagnostics_add(line->diagnostics, line->at,
				word == NULL ? "this is not UTF-8"
					     : "this has a NUL byte");
			json_decref(word);
			return false;
		}
		json_decref(word);
		line->at = end;
	}
	line->at = 0;
	return true;
}

/* "@name.port[2]" */
static void read_reference(struct oneliner *line, struct element *element)
{
	uint32_t end = oneliner_word_end(line, line->at);

	element->reference = true;
	if (manifest_read_end(&element->end, &line->manifest->arena,
		    line->text + line->at + 1, end - line->at - 1, line->at + 1,
		    line->diagnostics) != 0)
		element->end.name = NULL;
	line->at = end;
	if (oneliner_skip_blanks(line) && !oneliner_is_separator(line)) {
		diagnostics_add(line->diagnostics, line->at,
			"an operator of elsewhere takes no values; write them "
			"where it is made");
		oneliner_skip_element(line);
	}
}

/* The name before a colon at `line->at`; NULL after a sentence. */
static const char *read_name(struct oneliner *line, uint32_t bytes)
{
	const char *text = line->text + line->at;
	const char *name = arena_text(&line->manifest->arena, text, bytes);

	if (bytes == 0)
		diagnostics_add(line->diagnostics, line->at,
			"a name is expected before the colon");
	else if (!description_is_name(name))
		diagnostics_add(line->diagnostics, line->at,
			"\"%.80s\" is no name: letters, digits, _ and -, at "
			"most %d",
			name, NAME_BYTES_MAX);
	else if (oneliner_find_draft(line, name) != NULL)
		diagnostics_add(line->diagnostics, line->at,
			"the name \"%s\" is taken; give this operator another "
			"one",
			name);
	else
		return name;
	return NULL;
}

static void refuse_type(struct oneliner *line, const char *type, uint32_t at)
{
	struct error error = ERROR_NONE;
	size_t bytes = strlen(type);
	char last = bytes > 0 ? type[bytes - 1] : '\0';

	catalogue_explain(line->catalogue, type, &error);
	if (bytes == 0)
		diagnostics_add(line->diagnostics, at,
			"an operator's type is expected behind the colon");
	else if (last == '!' || last == ';')
		diagnostics_add(line->diagnostics, at,
			"there is no operator type \"%.80s\"; a %c stands "
			"alone, between spaces",
			type, last);
	else
		diagnostics_add(line->diagnostics, at, "%s", error.text);
}

/* "name:type arg…" */
static void read_operator(struct oneliner *line, struct element *element)
{
	uint32_t end = oneliner_word_end(line, line->at);
	const char *word = line->text + line->at;
	const char *colon = memchr(word, ':', end - line->at);
	const char *name = NULL;
	uint32_t name_at = line->at;

	if (colon != NULL) {
		uint32_t bytes = (uint32_t)(colon - word);

		name = read_name(line, bytes);
		line->at += bytes + 1;
	}
	element->draft = oneliner_add_draft(line,
		arena_text(&line->manifest->arena, line->text + line->at,
			end - line->at),
		line->at);
	element->draft->written.name = name;
	element->draft->written.name_at = name_at;
	element->end = (struct manifest_end){.at = name_at,
		.port_at = name_at,
		.member = MEMBER_NEXT,
		.member_at = name_at};
	if (element->draft->described == NULL)
		refuse_type(line, element->draft->written.type, line->at);
	line->at = end;
	oneliner_read_args(line, element->draft);
}

/* Reads one element if there is one before the next separator. */
static void read_element(struct oneliner *line, struct chain *chain)
{
	struct element *element;

	if (!oneliner_skip_blanks(line) || oneliner_is_separator(line)) {
		diagnostics_add(line->diagnostics, line->at,
			"an operator is expected here");
		return;
	}
	chain->elements = arena_grow(&line->manifest->arena, chain->elements,
		chain->count, sizeof *chain->elements);
	element = &chain->elements[chain->count++];
	*element = (struct element){.reference = false};
	if (line->text[line->at] == '@')
		read_reference(line, element);
	else
		read_operator(line, element);
}

static void read_chains(struct oneliner *line)
{
	struct chain *chain = NULL;
	bool more = true;

	while (more && line->draft_count < ONELINER_OPERATORS_MAX) {
		if (chain == NULL) {
			line->chains = arena_grow(&line->manifest->arena,
				line->chains, line->chain_count,
				sizeof *line->chains);
			chain = &line->chains[line->chain_count++];
			*chain = (struct chain){.count = 0};
		}
		read_element(line, chain);
		more = oneliner_skip_blanks(line);
		if (more && line->text[line->at++] == ';')
			chain = NULL;
	}
	if (more)
		diagnostics_add(line->diagnostics, line->at,
			"a one-liner has at most %d operators; write a "
			"manifest",
			ONELINER_OPERATORS_MAX);
}

static void make_operators(struct oneliner *line, struct manifest_node *node)
{
	node->operators = arena_allocate(&line->manifest->arena,
		line->draft_count + 1, sizeof *node->operators);
	for (uint32_t i = 0; i < line->chain_count; i++)
		for (uint32_t j = 0; j < line->chains[i].count; j++) {
			const struct element *element =
				&line->chains[i].elements[j];

			if (!element->reference)
				node->operators[node->operator_count++] =
					element->draft->written;
		}
}

static void make_stream(struct oneliner *line, const struct chain *chain)
{
	struct manifest *manifest = line->manifest;
	struct manifest_stream *stream =
		&manifest->streams[manifest->stream_count++];

	stream->chain = true;
	stream->at = chain->elements[0].end.at;
	stream->end_count = chain->count;
	stream->ends = arena_allocate(
		&manifest->arena, chain->count, sizeof *stream->ends);
	for (uint32_t i = 0; i < chain->count; i++) {
		stream->ends[i] = chain->elements[i].end;
		if (!chain->elements[i].reference)
			stream->ends[i].name =
				chain->elements[i].draft->written.name;
	}
}

/* Made also after a sentence: values that were read are the manifest's. */
static void make_manifest(struct oneliner *line)
{
	struct manifest *manifest = line->manifest;

	manifest->nodes =
		arena_allocate(&manifest->arena, 1, sizeof *manifest->nodes);
	manifest->node_count = 1;
	manifest->nodes[0].name = NODE_NAME;
	manifest->nodes[0].kind = NODE_OPERATORS;
	manifest->nodes[0].replicas = 1;
	make_operators(line, &manifest->nodes[0]);
	manifest->streams = arena_allocate(&manifest->arena,
		line->chain_count + 1, sizeof *manifest->streams);
	for (uint32_t i = 0; i < line->chain_count; i++)
		if (line->chains[i].count > 1)
			make_stream(line, &line->chains[i]);
}

/* Whether a `!` stands in the word, as in 5!stdout; not that of `!=`. */
static bool has_glued_bang(const char *word, uint32_t bytes)
{
	const char *bang = memchr(word, '!', bytes);

	return bang != NULL && bang + 1 < word + bytes && bang[1] != '=';
}

const char *oneliner_word_hint(const struct oneliner *line, uint32_t at)
{
	const char *word = line->text + at;
	uint32_t bytes = oneliner_word_end(line, at) - at, end = at;

	while (end > 0 && (unsigned char)line->text[end - 1] <= ' ')
		end--;
	if (end > 0 && end < at && line->text[end - 1] == '!')
		return "; a ! stands alone, between spaces";
	if (end > 0 && end < at && line->text[end - 1] == ';')
		return "; a ; stands alone, between spaces";
	if (has_glued_bang(word, bytes))
		return "; a ! stands alone, between spaces";
	if ((bytes == 1 && *word == '|') ||
		(bytes == 2 && memcmp(word, "->", 2) == 0))
		return "; operators are joined by !";
	return "";
}

const char *oneliner_list_hint(const struct oneliner *line,
	const struct draft *draft, const struct param_description *param,
	uint32_t at)
{
	uint32_t count = draft->written.param_count;
	const struct manifest_param *last = draft->written.params + count - 1;
	const struct param_description *list = param - 1;
	const char *text = line->text;

	if (count == 0 || param == draft->described->params ||
		list->type != PARAM_LIST ||
		strcmp(last->name, list->name) != 0 ||
		strchr("'\"[", text[last->at]) != NULL)
		return "";
	return arena_format(&line->manifest->arena,
		"; \"%s\" is one list, for which you would write %.*s,%.*s",
		list->name, (int)(oneliner_word_end(line, last->at) - last->at),
		text + last->at, (int)(oneliner_word_end(line, at) - at),
		text + at);
}
