/*
 * oneliner_value: the args of an operator.
 *
 *     word        true, 5, 10s, a,b: read as the param's type says
 *     'raw'       text, up to the next '
 *     "string"    text, with the escapes of JSON
 *     […] {…}     JSON, where the param is a list, a map or json
 *
 * A word that does not read as its type stays text: the topology judges it
 * like any value of a manifest, and says the same about it.
 */
#include "core/plan/oneliner_parts.h"

#include "core/base/bounds.h"

#include <string.h>

static bool read_arg(struct oneliner *line, struct draft *draft);
static json_t *read_value(
	struct oneliner *line, const struct param_description *param);
static json_t *read_quoted(struct oneliner *line);
static json_t *read_json(struct oneliner *line, uint32_t end);
static uint32_t bracket_end(struct oneliner *line);
static json_t *convert(
	const struct param_description *param, const char *text, size_t bytes);
static json_t *refuse(struct oneliner *line, uint32_t at, const char *sentence);

void oneliner_read_args(struct oneliner *line, struct draft *draft)
{
	if (draft->described == NULL) {
		oneliner_skip_element(line);
		return;
	}
	while (oneliner_skip_blanks(line) && !oneliner_is_separator(line))
		if (!read_arg(line, draft)) {
			oneliner_skip_element(line);
			return;
		}
}

/* A quote at a word's beginning, or behind its first `=`, spans blanks. */
void oneliner_skip_element(struct oneliner *line)
{
	while (oneliner_skip_blanks(line) && !oneliner_is_separator(line)) {
		uint32_t end = oneliner_word_end(line, line->at);
		const char *word = line->text + line->at;
		const char *equals = memchr(word, '=', end - line->at);
		uint32_t begin = line->at;

		if (equals != NULL && *word != '\'' && *word != '"')
			begin += (uint32_t)(equals - word) + 1;
		if (begin < line->bytes && (line->text[begin] == '\'' ||
						   line->text[begin] == '"')) {
			const char *close = memchr(line->text + begin + 1,
				line->text[begin], line->bytes - begin - 1);

			if (close != NULL &&
				(uint32_t)(close - line->text) >= end)
				end = (uint32_t)(close - line->text) + 1;
		}
		line->at = end;
	}
}

/* Reads the value that begins here, for a param, and moves behind it: a new
 * reference, or NULL after a sentence and at the next separator. */
static json_t *read_value(
	struct oneliner *line, const struct param_description *param)
{
	char first = line->at < line->bytes ? line->text[line->at] : ' ';
	bool bracket = first == '[' || first == '{';
	json_t *value;
	uint32_t end;

	if (bracket && param->type != PARAM_LIST && param->type != PARAM_MAP &&
		param->type != PARAM_JSON)
		bracket = false;
	if (bracket) {
		end = bracket_end(line);
		value = end > line->at ? read_json(line, end) : NULL;
	} else if (first == '\'' || first == '"') {
		value = read_quoted(line);
		if (value != NULL && param->type == PARAM_LIST)
			value = json_pack("[o]", value);
	} else {
		end = oneliner_word_end(line, line->at);
		value = convert(param, line->text + line->at, end - line->at);
		line->at = end;
	}
	if (value == NULL || line->at == oneliner_word_end(line, line->at))
		return value;
	json_decref(value);
	return refuse(line, line->at, "a space is expected before this");
}

static json_t *refuse(struct oneliner *line, uint32_t at, const char *sentence)
{
	diagnostics_add(line->diagnostics, at, "%s", sentence);
	return NULL;
}

static bool is_set(const struct draft *draft, const char *name)
{
	for (uint32_t i = 0; i < draft->written.param_count; i++)
		if (strcmp(draft->written.params[i].name, name) == 0)
			return true;
	return false;
}

/* The param that stands before a `=` here, or NULL. */
static const struct param_description *named_param(
	const struct oneliner *line, const struct draft *draft)
{
	uint32_t end = oneliner_word_end(line, line->at);
	const char *word = line->text + line->at;
	const char *equals = memchr(word, '=', end - line->at);
	char name[NAME_BYTES_MAX + 1];
	size_t bytes = equals != NULL ? (size_t)(equals - word) : 0;

	if (bytes == 0 || bytes >= sizeof name)
		return NULL;
	memcpy(name, word, bytes);
	name[bytes] = '\0';
	return description_param(draft->described, name);
}

static void refuse_param(struct oneliner *line, const struct draft *draft,
	uint32_t at, const char *name)
{
	const struct operator_description *described = draft->described;
	struct arena *arena = &line->manifest->arena;
	const char **words = arena_allocate(
		arena, described->param_count + 1, sizeof *words);

	for (size_t i = 0; i < described->param_count; i++)
		words[i] = described->params[i].name;
	diagnostics_add(line->diagnostics, at, "%s has no param \"%s\"%s",
		draft->written.type, name,
		diagnostic_meant(arena, name, words, described->param_count,
			arena_format(arena, "; it takes %s",
				diagnostic_list(arena, words,
					described->param_count))));
}

/* A bare NAME=… at `at` that no param takes: true after a sentence about the
 * name. */
static bool refuse_name(
	struct oneliner *line, const struct draft *draft, uint32_t at)
{
	const char *word = line->text + at;
	const char *equals =
		memchr(word, '=', oneliner_word_end(line, at) - at);
	char name[NAME_BYTES_MAX + 1] = "";

	if (equals != NULL && equals - word <= NAME_BYTES_MAX)
		memcpy(name, word, (size_t)(equals - word));
	if (!description_is_name(name))
		return false;
	refuse_param(line, draft, at, name);
	return true;
}

/* Whether a bare value that was read at `at` is none for its param, and what
 * stands there says why; otherwise the topology judges it. */
static bool is_stray(struct oneliner *line, const struct draft *draft,
	const struct param_description *param, const json_t *value, uint32_t at)
{
	struct error error = ERROR_NONE;
	const char *hint = oneliner_word_hint(line, at);

	if (description_check_value(param, value, &error) == 0)
		return false;
	if (*hint == '\0' && refuse_name(line, draft, at))
		return true;
	if (*hint == '\0')
		hint = oneliner_list_hint(line, draft, param, at);
	if (*hint == '\0')
		return false;
	diagnostics_add(line->diagnostics, at, "\"%s\": %s%s", param->name,
		error.text, hint);
	return true;
}

/* Says which values an operator takes, to one who gave more. */
static void refuse_more(struct oneliner *line, const struct draft *draft)
{
	const struct operator_description *described = draft->described;
	struct text names = {0};
	const char *hint = oneliner_word_hint(line, line->at);

	if (*hint == '\0' && refuse_name(line, draft, line->at))
		return;
	for (size_t i = 0; i < described->param_count; i++)
		text_format(&names, "%s%s", i > 0 ? ", " : "",
			described->params[i].name);
	if (described->param_count == 0)
		diagnostics_add(line->diagnostics, line->at,
			"%s takes no values, and this is one%s",
			draft->written.type, hint);
	else
		diagnostics_add(line->diagnostics, line->at,
			"%s takes %zu value%s (%s), and this is one more%s",
			draft->written.type, described->param_count,
			described->param_count == 1 ? "" : "s",
			text_string(&names), hint);
	text_release(&names);
}

/* Bare values take the params in declared order, but for those given. */
static const struct param_description *next_param(
	struct oneliner *line, const struct draft *draft)
{
	const struct operator_description *described = draft->described;

	for (size_t i = 0; i < described->param_count; i++)
		if (!is_set(draft, described->params[i].name))
			return &described->params[i];
	refuse_more(line, draft);
	return NULL;
}

static bool read_arg(struct oneliner *line, struct draft *draft)
{
	struct manifest_operator *written = &draft->written;
	const struct param_description *param = named_param(line, draft);
	uint32_t name_at = line->at;
	bool bare =
		param == NULL && strchr("'\"[{", line->text[name_at]) == NULL;
	struct manifest_param *added;
	json_t *value;

	if (param != NULL && is_set(draft, param->name)) {
		diagnostics_add(line->diagnostics, line->at,
			"the param \"%s\" of %s is given twice", param->name,
			written->type);
		return false;
	}
	if (param != NULL)
		line->at += (uint32_t)strlen(param->name) + 1;
	else
		param = next_param(line, draft);
	if (param == NULL)
		return false;
	written->params = arena_grow(&line->manifest->arena, written->params,
		written->param_count, sizeof *written->params);
	added = &written->params[written->param_count];
	*added = (struct manifest_param){
		.name = arena_copy(&line->manifest->arena, param->name),
		.name_at = name_at,
		.at = line->at,
	};
	value = read_value(line, param);
	if (bare && value != NULL &&
		is_stray(line, draft, param, value, name_at)) {
		json_decref(value);
		return false;
	}
	added->written = value;
	written->param_count += value != NULL;
	return value != NULL;
}

/* 'raw' or "string". */
static json_t *read_quoted(struct oneliner *line)
{
	uint32_t begin = line->at, end = begin + 1;
	char quote = line->text[begin];

	while (end < line->bytes && line->text[end] != quote)
		end += quote == '"' && line->text[end] == '\\' ? 2 : 1;
	if (end >= line->bytes)
		return refuse(line, begin, "this quote is not closed");
	if (quote == '"')
		return read_json(line, end + 1);
	line->at = end + 1;
	return json_stringn(line->text + begin + 1, end - begin - 1);
}

/* Behind the bracket that closes the one here; `at` after a sentence. */
static uint32_t bracket_end(struct oneliner *line)
{
	uint32_t depth = 0;
	bool quoted = false;

	for (uint32_t i = line->at; i < line->bytes; i++) {
		char byte = line->text[i];

		if (quoted && byte == '\\')
			i++;
		else if (byte == '"')
			quoted = !quoted;
		else if (!quoted && (byte == '[' || byte == '{'))
			depth++;
		else if (!quoted && (byte == ']' || byte == '}') &&
			 --depth == 0)
			return i + 1;
		if (depth > VALUE_DEPTH_MAX) {
			diagnostics_add(line->diagnostics, i,
				"lists and objects stand at most %d deep",
				VALUE_DEPTH_MAX);
			return line->at;
		}
	}
	refuse(line, line->at, "this bracket is not closed");
	return line->at;
}

static json_t *read_json(struct oneliner *line, uint32_t end)
{
	json_error_t failure;
	json_t *value = json_loadb(line->text + line->at, end - line->at,
		JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &failure);

	if (value == NULL)
		diagnostics_add(line->diagnostics, line->at,
			"this is no JSON: %s", failure.text);
	else
		line->at = end;
	return value;
}

/* A word as JSON, if it is that. */
static json_t *read_as_json(const char *text, size_t bytes)
{
	return json_loadb(
		text, bytes, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
}

static json_t *convert_single(
	enum param_type type, const char *text, size_t bytes)
{
	json_t *value = NULL;

	switch (type) {
	case PARAM_BOOL:
	case PARAM_INT:
	case PARAM_FLOAT:
	case PARAM_DURATION:
	case PARAM_JSON:
		value = read_as_json(text, bytes);
		break;
	default:
		return json_stringn(text, bytes);
	}
	if (value != NULL &&
		(type == PARAM_JSON ||
			(type == PARAM_BOOL && json_is_boolean(value)) ||
			(type != PARAM_BOOL && json_is_number(value))))
		return value;
	json_decref(value);
	return json_stringn(text, bytes);
}

static json_t *convert(
	const struct param_description *param, const char *text, size_t bytes)
{
	const char *end = text + bytes, *comma;
	json_t *list;

	if (param->type != PARAM_LIST)
		return convert_single(param->type, text, bytes);
	list = json_array();
	for (; bytes > 0; text = comma + 1) {
		comma = memchr(text, ',', (size_t)(end - text));
		if (comma == NULL)
			comma = end;
		json_array_append_new(list, convert_single(param->of, text,
						    (size_t)(comma - text)));
		if (comma == end)
			break;
	}
	return list;
}
