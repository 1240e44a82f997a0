/*
 * description: the JSON of a plugin's note, turned into structs.
 *
 * Strings stay where jansson put them; everything else is in the arena.
 */
#include "core/catalogue/description.h"

#include "core/base/bounds.h"
#include "core/base/count.h"
#include "core/catalogue/literal.h"
#include "core/catalogue/param.h"
#include "core/catalogue/port.h"
#include "core/catalogue/reader.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const style_words[] = {"coroutine", "continuation"};
static const char *const stdio_words[] = {"none", "in", "out"};

static int load_json(struct reader *reader, struct description *description,
	const char *text, size_t bytes);
static void read_plugin(struct reader *reader, struct description *description);

int description_create(struct description **description, const char *file,
	const char *text, size_t bytes, struct error *error)
{
	struct description *made = calloc(1, sizeof *made);
	struct reader reader = {0};

	*description = NULL;
	if (made == NULL)
		return error_set(error, -ENOMEM, "%s: out of memory", file);
	made->file = arena_copy(&made->arena, file);
	reader.file = made->file;
	if (load_json(&reader, made, text, bytes) == 0)
		read_plugin(&reader, made);
	if (reader.error.code != 0) {
		reader.error.place.file = file;
		error_set_at(error, reader.error.place, reader.error.code, "%s",
			reader.error.text);
		description_destroy(&made);
		return reader.error.code;
	}
	*description = made;
	return 0;
}

void description_destroy(struct description **description)
{
	struct arena arena;

	if (*description == NULL)
		return;
	json_decref((*description)->json);
	arena = (*description)->arena;
	arena_release(&arena);
	free(*description);
	*description = NULL;
}

const struct operator_description *description_operator(
	const struct description *description, const char *name)
{
	for (size_t i = 0; i < description->operator_count; i++)
		if (strcmp(description->operators[i].name, name) == 0)
			return &description->operators[i];
	return NULL;
}

const struct port_description *description_port(
	const struct port_description *ports, uint32_t count, const char *name)
{
	for (uint32_t i = 0; i < count; i++)
		if (strcmp(ports[i].name, name) == 0)
			return &ports[i];
	return NULL;
}

bool description_tells(const struct port_description *port)
{
	return !port->derived && (strcmp(port->name, "bad") == 0 ||
					 strcmp(port->name, "control") == 0);
}

const struct param_description *description_param(
	const struct operator_description *target, const char *name)
{
	for (size_t i = 0; i < target->param_count; i++)
		if (strcmp(target->params[i].name, name) == 0)
			return &target->params[i];
	return NULL;
}

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789_-"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool made_of(const char *text, const char *characters)
{
	size_t bytes = strlen(text);

	return bytes >= 1 && bytes <= NAME_BYTES_MAX &&
	       strspn(text, characters) == bytes;
}

bool description_is_name(const char *text)
{
	return made_of(text, LOWER UPPER);
}

bool description_is_operator_name(const char *text)
{
	return made_of(text, LOWER UPPER ".") && text[0] != '.' &&
	       text[strlen(text) - 1] != '.' && strstr(text, "..") == NULL;
}

bool description_is_plugin_name(const char *text)
{
	return made_of(text, LOWER);
}

static uint32_t read_version(
	struct reader *reader, json_t *value, const char *key)
{
	if (json_is_integer(value) && json_integer_value(value) >= 1 &&
		json_integer_value(value) <= UINT32_MAX)
		return (uint32_t)json_integer_value(value);
	reader_refuse_value(
		reader, key, value, "a version (a whole number from 1 on)");
	return 1;
}

/* The versions at `key`; when absent, `version` alone. */
static uint32_t *read_versions(struct reader *reader, struct arena *arena,
	json_t *json, const char *key, uint32_t version, size_t *count)
{
	json_t *list = reader_container(reader, json, key, JSON_ARRAY);
	size_t listed = list != NULL ? json_array_size(list) : 1;
	uint32_t *versions =
		arena_allocate(arena, listed + 1, sizeof *versions);
	bool found = list == NULL;

	*count = listed;
	versions[0] = version;
	for (size_t i = 0; i < json_array_size(list); i++) {
		versions[i] =
			read_version(reader, json_array_get(list, i), key);
		found = found || versions[i] == version;
	}
	if (!found)
		reader_refuse(reader, "version %u is not among those it %s",
			version, key);
	return versions;
}

static void read_state(struct reader *reader, struct arena *arena, json_t *json,
	struct state_description *state)
{
	json_t *object = reader_container(reader, json, "state", JSON_OBJECT);
	size_t length;

	if (object == NULL)
		return;
	length = reader_enter_key(reader, "state");
	if (json_object_get(object, "version") == NULL)
		reader_refuse(reader, "the key \"version\" is missing");
	else
		state->version = read_version(
			reader, json_object_get(object, "version"), "version");
	state->reads = read_versions(reader, arena, object, "reads",
		state->version, &state->read_count);
	state->writes = read_versions(reader, arena, object, "writes",
		state->version, &state->write_count);
	reader_leave(reader, length);
}

static uint32_t read_stack(struct reader *reader, json_t *json)
{
	static const struct param_description size = {
		.type = PARAM_SIZE,
		.of = PARAM_SIZE,
		.min = {.set = true, .integer = STACK_BYTES_MIN},
		.max = {.set = true, .integer = STACK_BYTES_MAX},
	};
	json_t *value = json_object_get(json, "stack");
	struct error error = ERROR_NONE;
	size_t length = reader_enter_key(reader, "stack");
	uint32_t stack_bytes = STACK_BYTES_DEFAULT;

	if (value != NULL && description_check_value(&size, value, &error) != 0)
		reader_refuse(reader, "%s", error.text);
	else if (value != NULL)
		stack_bytes =
			(uint32_t)literal_number(PARAM_SIZE, value).integer;
	reader_leave(reader, length);
	return stack_bytes;
}

static void read_operator(struct reader *reader,
	struct description *description, json_t *json,
	struct operator_description *target)
{
	target->plugin = description;
	target->name = "";
	if (!json_is_object(json)) {
		reader_refuse(reader, "an operator is described by an object");
		return;
	}
	target->name = reader_name(reader, json, "name",
		description_is_operator_name,
		"an operator's name: letters, digits, _, - and dots between "
		"them, at most 64");
	target->doc = reader_text(reader, json, "doc", "");
	target->example = reader_text(reader, json, "example", NULL);
	target->style = reader_word(reader, json, "style", style_words,
		COUNT(style_words), OPERATOR_COROUTINE);
	target->stdio = reader_word(reader, json, "stdio", stdio_words,
		COUNT(stdio_words), OPERATOR_STDIO_NONE);
	target->effects = reader_flag(reader, json, "effects", false);
	target->stack_bytes = read_stack(reader, json);
	port_read_all(reader, &description->arena, json, target);
	param_read_all(reader, &description->arena, json, target);
	read_state(reader, &description->arena, json, &target->state);
}

static void read_operators(
	struct reader *reader, struct description *description)
{
	json_t *list = reader_container(
		reader, description->json, "operators", JSON_ARRAY);
	size_t count = json_array_size(list);

	if (count == 0)
		reader_refuse(reader, "the plugin describes no operators");
	if (count > PLUGIN_OPERATORS_MAX) {
		reader_refuse(reader, "%zu operators; at most %u in one plugin",
			count, PLUGIN_OPERATORS_MAX);
		return;
	}
	description->operators = arena_allocate(
		&description->arena, count + 1, sizeof *description->operators);
	for (size_t i = 0; i < count; i++) {
		struct operator_description *target =
			&description->operators[i];
		size_t length = reader_enter(reader, "operators[%zu]", i);

		read_operator(
			reader, description, json_array_get(list, i), target);
		if (description_operator(description, target->name) != NULL)
			reader_refuse(reader,
				"there are two operators named \"%s\"",
				target->name);
		description->operator_count++;
		reader_leave(reader, length);
	}
}

static void read_abi(struct reader *reader, struct description *description)
{
	json_t *json = description->json;
	const char *abi = reader_text(reader, json, "abi", NULL);
	unsigned major, minor;
	int used = 0;

	if (abi == NULL && json_object_get(json, "abi") == NULL)
		reader_refuse(reader, "the key \"abi\" is missing");
	if (abi == NULL)
		return;
	if (strlen(abi) > 11 ||
		sscanf(abi, "%5u.%5u%n", &major, &minor, &used) != 2 ||
		abi[used] != '\0' || strspn(abi, "0123456789.") != strlen(abi))
		reader_refuse_value(reader, "abi", json_object_get(json, "abi"),
			"an ABI version such as \"1.0\"");
	else if (major != DESCRIPTION_ABI_MAJOR ||
		 minor > DESCRIPTION_ABI_MINOR)
		reader_refuse(reader,
			"it was made for ABI %s and this tau offers %u.%u; "
			"write \"abi\": \"%u.%u\" and build it against this "
			"tau's headers, or use %s tau",
			abi, DESCRIPTION_ABI_MAJOR, DESCRIPTION_ABI_MINOR,
			DESCRIPTION_ABI_MAJOR, DESCRIPTION_ABI_MINOR,
			major < DESCRIPTION_ABI_MAJOR ? "an older" : "a newer");
	else {
		description->abi_major = major;
		description->abi_minor = minor;
	}
}

/* Nothing can be required yet: the ABI's first minor has no options. */
static void read_requires(struct reader *reader, json_t *json)
{
	json_t *list = reader_container(reader, json, "requires", JSON_ARRAY);
	char shown[LITERAL_SHOWN_BYTES];

	if (json_array_size(list) == 0)
		return;
	literal_show(shown, json_array_get(list, 0));
	reader_refuse(reader,
		"it requires %s, which this tau does not have; use a newer tau",
		shown);
}

static bool is_version(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits > 0 && digits < 10 && strlen(text) <= NAME_BYTES_MAX &&
	       strspn(text, LOWER UPPER ".+") == strlen(text);
}

static void read_plugin(struct reader *reader, struct description *description)
{
	json_t *json = description->json;

	if (!json_is_object(json)) {
		reader_refuse(reader, "the description is not a JSON object");
		return;
	}
	read_abi(reader, description);
	read_requires(reader, json);
	description->name =
		reader_name(reader, json, "name", description_is_plugin_name,
			"a plugin's name: a-z, 0-9, _ and -, at most 64");
	description->version = reader_name(reader, json, "version", is_version,
		"a version such as \"1.0.0\"");
	description->license = reader_text(reader, json, "license", "");
	description->doc = reader_text(reader, json, "doc", "");
	read_operators(reader, description);
}

static int load_json(struct reader *reader, struct description *description,
	const char *text, size_t bytes)
{
	json_error_t failure;

	if (bytes > NOTE_BYTES_MAX) {
		reader_refuse(reader, "a description of %zu bytes; at most %u",
			bytes, NOTE_BYTES_MAX);
		return -EINVAL;
	}
	description->json =
		json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &failure);
	if (description->json != NULL)
		return 0;
	reader_refuse(reader,
		"the description is not JSON: line %d, column %d: %s",
		failure.line, failure.column, failure.text);
	reader->error.place = (struct place){
		.file = NULL,
		.line = failure.line > 0 ? (uint32_t)failure.line : 1,
		.column = failure.column > 0 ? (uint32_t)failure.column : 1,
	};
	return -EINVAL;
}
