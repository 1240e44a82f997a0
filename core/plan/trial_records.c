/* trial_records: records as they are written in a test, and as they are
 * shown. See trial.h. */
#include "core/plan/trial_parts.h"

#include <stdlib.h>
#include <string.h>

#include <tau/record.h>

#include "core/base/check.h"
#include "core/plan/value.h"
#include "core/record/utf9.h"

static enum trial_as meant(
	enum trial_as as, enum port_type type, const json_t *json)
{
	if (as != TRIAL_AS_PORT)
		return as;
	switch (type) {
	case PORT_UTF8:
		return TRIAL_AS_UTF8;
	case PORT_BYTES:
		return TRIAL_AS_BYTES;
	case PORT_VALUE:
		return TRIAL_AS_VALUE;
	default:
		return json_is_string(json) ? TRIAL_AS_UTF8 : TRIAL_AS_VALUE;
	}
}

static void take_value(
	struct trial *trial, struct trial_record *record, const json_t *json)
{
	static const struct param_description any = {.type = PARAM_JSON};
	struct param_value value;
	int result =
		value_convert(&value, &trial->paper.arena, &any, json, "/");

	if (result < 0) {
		diagnostics_add(&trial->diagnostics, record->at,
			"this is no value that a record can hold");
		return;
	}
	record->body = value.text;
	record->bytes = value.bytes;
}

static int digit(char letter)
{
	if (letter >= '0' && letter <= '9')
		return letter - '0';
	if (letter >= 'a' && letter <= 'f')
		return letter - 'a' + 10;
	return -1;
}

/* {"hex": "00ff"} */
static bool take_hex(
	struct trial *trial, struct trial_record *record, const json_t *json)
{
	const char *text = json_string_value(json_object_get(json, "hex"));
	size_t digits = text ? strspn(text, "0123456789abcdef") : 1;
	uint8_t *body;

	if (json_object_size(json) != 1 || digits % 2 || text[digits])
		return false;
	body = arena_allocate(&trial->paper.arena, digits / 2 + 1, 1);
	for (size_t i = 0; i < digits; i += 2)
		body[i / 2] =
			(uint8_t)(digit(text[i]) * 16 + digit(text[i + 1]));
	record->body = body;
	record->bytes = digits / 2;
	return true;
}

static void take_record(struct trial *trial, struct trial_record *record,
	enum trial_as as, const json_t *json)
{
	record->body = "";
	switch (as) {
	case TRIAL_AS_CYCLE:
		record->type = TAU_CYCLE;
		if (!json_is_null(json))
			take_value(trial, record, json);
		break;
	case TRIAL_AS_VALUE:
		record->type = TAU_VALUE;
		take_value(trial, record, json);
		break;
	default:
		record->type = as == TRIAL_AS_UTF8 ? TAU_UTF8 : TAU_BYTES;
		if (json_is_string(json)) {
			record->bytes = json_string_length(json);
			record->body = arena_text(&trial->paper.arena,
				json_string_value(json), record->bytes);
		} else if (!take_hex(trial, record, json)) {
			diagnostics_add(&trial->diagnostics, record->at,
				"%s are written as a string, or as {\"hex\": "
				"\"00ff\"}; \"as\": \"value\" for values",
				as == TRIAL_AS_UTF8 ? "texts" : "bytes");
		}
	}
	trial_show(record, &trial->paper.arena);
}

void trial_take_records(
	struct trial *trial, struct trial_step *step, enum port_type type)
{
	struct reading reading = {&trial->paper, &trial->diagnostics};
	struct cursor list = {step->json, step->node, "records", false, 0};
	struct cursor item = {0};

	if (step->json == NULL)
		return;
	step->records = arena_allocate(&trial->paper.arena,
		json_array_size(step->json), sizeof *step->records);
	while (take_next(&reading, list, &item)) {
		struct trial_record *record =
			&step->records[step->record_count++];

		record->at = take_at(&reading, item);
		take_record(trial, record, meant(step->as, type, item.json),
			item.json);
	}
}

static char *print(const void *body, size_t bytes)
{
	int64_t need = utf9_print(body, bytes, UTF9_JSON, NULL, 0);
	char *text = malloc(need < 0 ? 1 : (size_t)need + 1);

	CHECK(text != NULL);
	if (need > 0)
		(void)utf9_print(body, bytes, UTF9_JSON, text, (size_t)need);
	text[need < 0 ? 0 : need] = '\0';
	if (need >= 0)
		return text;
	free(text);
	return NULL;
}

static char *hex(const uint8_t *body, size_t bytes)
{
	struct text text = {0};

	text_add(&text, "{\"hex\": \"");
	for (size_t i = 0; i < bytes; i++)
		text_format(&text, "%02x", body[i]);
	text_add(&text, "\"}");
	return text_take(&text);
}

/* What the body is, in JSON; NULL: nothing that JSON has. */
static char *body_text(const struct trial_record *record)
{
	char *text = NULL;
	json_t *json;

	if (record->type == TAU_VALUE ||
		(record->type == TAU_CYCLE && record->bytes > 0)) {
		text = print(record->body, record->bytes);
	} else if (record->type == TAU_UTF8 || record->type == TAU_BYTES) {
		json = json_stringn(record->body, record->bytes);
		text = json ? json_dumps(json, JSON_ENCODE_ANY) : NULL;
		json_decref(json);
	}
	return text ? text : hex(record->body, record->bytes);
}

/* Members of maps in the order of their names, numbers in one form. */
static char *normal(const char *text)
{
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
	char *same = json ? json_dumps(json, JSON_ENCODE_ANY | JSON_SORT_KEYS |
						     JSON_COMPACT)
			  : NULL;

	json_decref(json);
	return same ? same : strdup(text);
}

void trial_show(struct trial_record *record, struct arena *arena)
{
	static const char *const words[] = {
		"bytes", "utf8", "value", "fd", "cycle"};
	const char *word =
		record->type <= TAU_CYCLE ? words[record->type] : "unknown";
	char *text, *same;

	if (record->type == TAU_FD ||
		(record->type == TAU_CYCLE && record->bytes == 0)) {
		record->shown = word;
		record->same = arena_copy(arena, word);
		return;
	}
	text = body_text(record);
	same = normal(text);
	record->shown = arena_format(arena, "%s %s", word, text);
	record->same = arena_format(arena, "%s %s", word, same);
	free(same);
	free(text);
}
