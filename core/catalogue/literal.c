/*
 * literal: see literal.h. Each check returns 0 or sets a sentence that begins
 * with the value; secrets are never shown.
 */
#include "core/catalogue/literal.h"

#include "core/text/diagnostic.h"
#include "core/catalogue/pattern.h"
#include "core/text/quantity.h"
#include "core/catalogue/signature.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_single(const struct param_description *param,
	const json_t *value, struct error *error);
static int check_list(const struct param_description *param,
	const json_t *value, struct error *error);
static int check_map(const struct param_description *param, const json_t *value,
	struct error *error);

int description_check_value(const struct param_description *param,
	const struct json_t *value, struct error *error)
{
	switch (param->type) {
	case PARAM_LIST:
		return check_list(param, value, error);
	case PARAM_MAP:
		return check_map(param, value, error);
	default:
		return check_single(param, value, error);
	}
}

void literal_show(char shown[LITERAL_SHOWN_BYTES], const json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	const char *whole = text != NULL ? text : "the value";
	size_t kept = LITERAL_SHOWN_BYTES - sizeof "…";

	if (strlen(whole) < LITERAL_SHOWN_BYTES) {
		strcpy(shown, whole);
	} else {
		/* Never through the middle of a code point. */
		while (((unsigned char)whole[kept] & 0xc0) == 0x80)
			kept--;
		memcpy(shown, whole, kept);
		strcpy(shown + kept, "…");
	}
	free(text);
}

struct param_bound literal_number(enum param_type type, const json_t *value)
{
	struct param_bound number = {0};
	const char *text = json_string_value(value);

	if (type == PARAM_FLOAT) {
		number.real = json_number_value(value);
		number.set = json_is_number(value);
	} else if (type == PARAM_INT || json_is_integer(value)) {
		number.integer = json_integer_value(value);
		number.set = json_is_integer(value);
	} else if (type == PARAM_SIZE && text != NULL) {
		number.set = quantity_size(text, &number.integer) == 0;
	} else if (type == PARAM_DURATION && text != NULL) {
		number.set = quantity_duration(text, &number.integer) == 0;
	}
	return number;
}

__attribute__((format(printf, 3, 4))) static int refuse(
	struct error *error, const json_t *value, const char *format, ...)
{
	char shown[LITERAL_SHOWN_BYTES], sentence[ERROR_TEXT_BYTES];
	va_list arguments;

	literal_show(shown, value);
	va_start(arguments, format);
	vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);
	return error_set(error, -EINVAL, "%s %s", shown, sentence);
}

static int check_list(const struct param_description *param,
	const json_t *value, struct error *error)
{
	if (!json_is_array(value))
		return refuse(error, value, "is not a list");
	for (size_t i = 0; i < json_array_size(value); i++)
		if (check_single(param, json_array_get(value, i), error) != 0)
			return -EINVAL;
	return 0;
}

static int check_map(const struct param_description *param, const json_t *value,
	struct error *error)
{
	/* jansson iterates over objects that are not const alone. */
	json_t *object = (json_t *)(uintptr_t)value;

	if (!json_is_object(value))
		return refuse(error, value, "is not a map");
	for (void *at = json_object_iter(object); at != NULL;
		at = json_object_iter_next(object, at))
		if (check_single(param, json_object_iter_value(at), error) != 0)
			return -EINVAL;
	return 0;
}

static int check_size(const json_t *value, struct error *error)
{
	const char *text = json_string_value(value);
	int64_t size_bytes;

	if (json_is_integer(value) && json_integer_value(value) >= 0)
		return 0;
	if (text != NULL && quantity_size(text, &size_bytes) == 0)
		return 0;
	return refuse(error, value,
		"is not a size: write a number of bytes, or one with KiB, MiB "
		"or GiB");
}

static int check_duration(const json_t *value, struct error *error)
{
	const char *text = json_string_value(value);
	int64_t duration_ns;

	if (json_is_integer(value) && json_integer_value(value) == 0)
		return 0;
	if (text != NULL && quantity_duration(text, &duration_ns) == 0)
		return 0;
	return refuse(error, value,
		"is not a duration: write a number with ns, us, ms, s, m or h");
}

static int check_enum(const struct param_description *param,
	const json_t *value, struct error *error)
{
	const char *text = json_string_value(value);
	const char *nearest;
	char list[ERROR_TEXT_BYTES / 2] = "";
	size_t used = 0;

	for (size_t i = 0; i < param->value_count; i++) {
		if (text != NULL && strcmp(text, param->values[i]) == 0)
			return 0;
		if (used < sizeof list)
			used += (size_t)snprintf(list + used,
				sizeof list - used, "%s%s", i > 0 ? ", " : "",
				param->values[i]);
	}
	nearest = text != NULL ? diagnostic_nearest(text, param->values,
					 param->value_count)
			       : NULL;
	if (nearest != NULL)
		return refuse(error, value,
			"is not one of %s; did you mean \"%s\"?", list,
			nearest);
	return refuse(error, value, "is not one of %s", list);
}

/* RFC 6901: empty, or begins with a slash; ~ only before 0 and 1. */
static bool is_pointer(const char *text)
{
	if (*text != '\0' && *text != '/')
		return false;
	for (; *text != '\0'; text++)
		if (*text == '~' && text[1] != '0' && text[1] != '1')
			return false;
	return true;
}

static int check_field(const json_t *value, struct error *error)
{
	const char *text = json_string_value(value);

	if (text != NULL && is_pointer(text))
		return 0;
	if (text != NULL && *text != '\0' && *text != '/' &&
		strchr(text, '~') == NULL)
		return refuse(error, value,
			"is not a field: write a JSON pointer, \"/%.40s\"",
			text);
	return refuse(error, value,
		"is not a field: write a JSON pointer such as \"/status\"");
}

static int check_text(
	enum param_type type, const json_t *value, struct error *error)
{
	if (type == PARAM_SECRET && !json_is_string(value))
		return error_set(error, -EINVAL, "a secret is a string");
	if (!json_is_string(value))
		return refuse(error, value, "is not a string");
	if (type == PARAM_PATH && json_string_length(value) == 0)
		return refuse(error, value, "is not a path");
	return 0;
}

static int check_signature(const json_t *value, struct error *error)
{
	if (!json_is_string(value))
		return refuse(error, value,
			"is not a signature: write a string such as \"size "
			"strlen(string in)\"");
	json_t *read = signature_parse(json_string_value(value),
		json_string_length(value), error, NULL);
	json_decref(read);
	return read == NULL ? -EINVAL : 0;
}

static int check_pattern(const json_t *value, struct error *error)
{
	struct error reason = ERROR_NONE;
	size_t at;

	if (!json_is_string(value))
		return refuse(error, value, "is not a string");
	if (pattern_check(json_string_value(value), json_string_length(value),
		    &reason, &at) == 0)
		return 0;
	return refuse(error, value,
		"is no regular expression: %s, at character %zu", reason.text,
		at + 1);
}

static int check_type(const struct param_description *param,
	const json_t *value, struct error *error)
{
	switch (param->of) {
	case PARAM_BOOL:
		return json_is_boolean(value)
			       ? 0
			       : refuse(error, value, "is not true or false");
	case PARAM_INT:
		return json_is_integer(value)
			       ? 0
			       : refuse(error, value, "is not a whole number");
	case PARAM_FLOAT:
		return json_is_number(value)
			       ? 0
			       : refuse(error, value, "is not a number");
	case PARAM_SIZE:
		return check_size(value, error);
	case PARAM_DURATION:
		return check_duration(value, error);
	case PARAM_ENUM:
		return check_enum(param, value, error);
	case PARAM_FIELD:
		return check_field(value, error);
	case PARAM_STRING:
	case PARAM_PATH:
	case PARAM_SECRET:
		return check_text(param->of, value, error);
	case PARAM_REGEX:
		return check_pattern(value, error);
	case PARAM_SIGNATURE:
		return check_signature(value, error);
	case PARAM_LIST:
	case PARAM_MAP:
	case PARAM_JSON:
		break;
	}
	return 0;
}

/* A bound as a person writes it. */
static void show_bound(char shown[LITERAL_SHOWN_BYTES], enum param_type type,
	const struct param_bound *bound)
{
	if (type == PARAM_FLOAT)
		snprintf(shown, LITERAL_SHOWN_BYTES, "%g", bound->real);
	else if (type == PARAM_SIZE)
		quantity_size_text(shown, bound->integer);
	else if (type == PARAM_DURATION)
		quantity_duration_text(shown, bound->integer);
	else
		snprintf(shown, LITERAL_SHOWN_BYTES, "%lld",
			(long long)bound->integer);
}

static int check_bounds(const struct param_description *param,
	const json_t *value, struct error *error)
{
	struct param_bound number = literal_number(param->of, value);
	char shown[LITERAL_SHOWN_BYTES];
	bool low, high;

	if (!number.set)
		return 0;
	low = param->min.set && (number.integer < param->min.integer ||
					number.real < param->min.real);
	high = param->max.set && (number.integer > param->max.integer ||
					 number.real > param->max.real);
	if (!low && !high)
		return 0;
	show_bound(shown, param->of, low ? &param->min : &param->max);
	return refuse(
		error, value, "is %s than %s", low ? "less" : "more", shown);
}

static int check_single(const struct param_description *param,
	const json_t *value, struct error *error)
{
	int result = check_type(param, value, error);

	return result != 0 ? result : check_bounds(param, value, error);
}

_Static_assert(LITERAL_SHOWN_BYTES >= QUANTITY_TEXT_BYTES,
	"a quantity fits where a literal does");
