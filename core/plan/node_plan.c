/*
 * node_plan: to JSON and back.
 *
 * Reading goes on after the first fault with harmless values, and the fault
 * that was found first is the one that is said.
 */
#include "core/plan/node_plan.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/check.h"

/* ---- writing ------------------------------------------------------------- */

static json_t *index_or_null(uint32_t index)
{
	return index == NODE_PLAN_NONE ? json_null() : json_integer(index);
}

/* NULL: it is the name, and left out. */
static const char *former_name(const char *former, const char *name)
{
	return former == NULL || strcmp(former, name) == 0 ? NULL : former;
}

static json_t *encode_operator(const struct node_plan_operator *target)
{
	json_t *params = json_array();
	for (uint32_t i = 0; i < target->param_count; i++)
		json_array_append_new(params, value_encode(&target->params[i]));
	return json_pack("{s:s, s:s*, s:s, s:s, s:s, s:s, s:s, s:s*, s:o}",
		"name", target->name, "former",
		former_name(target->former, target->name), "type", target->type,
		"plugin", target->plugin, "operator", target->name_in_plugin,
		"path", target->path, "sha256", target->sha256, "version",
		target->version, "params", params);
}

static json_t *encode_end(const struct node_plan_end *end)
{
	if (end->owner == NODE_PLAN_NONE)
		return json_null();
	return json_pack("[I,I,I]", (json_int_t)end->owner,
		(json_int_t)end->port, (json_int_t)end->member);
}

static json_t *encode_stream(const struct node_plan_stream *stream)
{
	return json_pack("{s:s, s:s*, s:o, s:o, s:I, s:I, s:I, s:s, s:b, s:b, "
			 "s:b, s:o, s:I, s:s, s:o*, s:o*}",
		"name", stream->name, "former",
		former_name(stream->former, stream->name), "from",
		encode_end(&stream->from), "to", encode_end(&stream->to),
		"capacity", (json_int_t)stream->capacity_bytes, "records",
		(json_int_t)stream->records, "atomic",
		(json_int_t)stream->atomic_bytes, "full",
		manifest_full_words[stream->full], "shred", (int)stream->shred,
		"fds", (int)stream->fds, "back", (int)stream->back, "link",
		index_or_null(stream->link), "number",
		(json_int_t)stream->number, "port", stream->port, "moved",
		stream->moved ? json_true() : NULL, "halved",
		stream->halved ? json_true() : NULL);
}

/* NULL: there are none. */
static json_t *encode_words(const char *const *words, uint32_t count)
{
	json_t *array = count > 0 ? json_array() : NULL;
	for (uint32_t i = 0; i < count; i++)
		json_array_append_new(array, json_string(words[i]));
	return array;
}

static json_t *encode_link(const struct node_plan_link *link)
{
	return json_pack("{s:s, s:I, s:b, s:s, s:b, s:b}", "peer", link->peer,
		"fd", (json_int_t)link->fd, "packets", (int)link->packets,
		"transport", manifest_transport_words[link->transport],
		"foreign", (int)link->foreign, "reconnect",
		(int)link->reconnect);
}

char *node_plan_encode(const struct node_plan *plan)
{
	json_t *operators = json_array(), *streams = json_array();
	json_t *links = json_array();
	for (uint32_t i = 0; i < plan->operator_count; i++)
		json_array_append_new(
			operators, encode_operator(&plan->operators[i]));
	for (uint32_t i = 0; i < plan->stream_count; i++)
		json_array_append_new(
			streams, encode_stream(&plan->streams[i]));
	for (uint32_t i = 0; i < plan->link_count; i++)
		json_array_append_new(links, encode_link(&plan->links[i]));
	json_t *words = json_array();
	for (uint32_t i = 0; i < plan->command_count; i++)
		json_array_append_new(words, json_string(plan->command[i]));
	json_t *json = json_pack(
		"{s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:b, "
		"s:o*, s:o*}",
		"plan", NODE_PLAN_VERSION, "topology", plan->topology, "node",
		plan->node, "stdin", index_or_null(plan->stdin_operator),
		"stdout", index_or_null(plan->stdout_operator), "operators",
		operators, "streams", streams, "links", links, "command", words,
		"remote", plan->remote ? plan->remote : "", "folder",
		plan->folder ? plan->folder : "", "source", (int)plan->source,
		"elsewhere",
		encode_words(plan->elsewhere, plan->elsewhere_count), "stays",
		plan->stays ? json_true() : NULL);
	char *text = json_dumps(json, JSON_COMPACT);
	CHECK(text != NULL);
	json_decref(json);
	return text;
}

/* ---- reading ------------------------------------------------------------- */

struct decoding {
	struct node_plan *plan;
	struct error first;
};

static void refuse(struct decoding *decoding, const char *what)
{
	error_set(&decoding->first, -EINVAL,
		"the plan for this node cannot be read: %s", what);
}

static const char *decode_text(
	struct decoding *decoding, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	if (text != NULL)
		return arena_copy(&decoding->plan->arena, text);
	refuse(decoding, key);
	return "";
}

static uint32_t decode_number(struct decoding *decoding, const json_t *json,
	const char *what, uint32_t least, uint32_t most)
{
	json_int_t number = json_integer_value(json);
	if (json_is_integer(json) && number >= least && number <= most)
		return (uint32_t)number;
	refuse(decoding, what);
	return least;
}

static bool decode_bool(
	struct decoding *decoding, const json_t *object, const char *key)
{
	const json_t *flag = json_object_get(object, key);
	if (!json_is_boolean(flag))
		refuse(decoding, key);
	return json_is_true(flag);
}

static uint32_t decode_index(
	struct decoding *decoding, const json_t *root, const char *key)
{
	const json_t *index = json_object_get(root, key);
	if (json_is_null(index))
		return NODE_PLAN_NONE;
	if (decoding->plan->operator_count == 0) {
		refuse(decoding, key);
		return NODE_PLAN_NONE;
	}
	return decode_number(
		decoding, index, key, 0, decoding->plan->operator_count - 1);
}

static const char *decode_former(
	struct decoding *decoding, const json_t *object, const char *name)
{
	if (json_object_get(object, "former") == NULL)
		return name;
	return decode_text(decoding, object, "former");
}

static void decode_operator(struct decoding *decoding,
	struct node_plan_operator *target, const json_t *json)
{
	const json_t *params = json_object_get(json, "params");
	target->name = decode_text(decoding, json, "name");
	target->former = decode_former(decoding, json, target->name);
	target->type = decode_text(decoding, json, "type");
	target->plugin = decode_text(decoding, json, "plugin");
	target->name_in_plugin = decode_text(decoding, json, "operator");
	target->path = decode_text(decoding, json, "path");
	target->sha256 = decode_text(decoding, json, "sha256");
	if (json_object_get(json, "version") != NULL)
		target->version = decode_text(decoding, json, "version");
	if (target->path[0] != '/')
		refuse(decoding, "path");
	if (strlen(target->sha256) != 64)
		refuse(decoding, "sha256");
	if (!json_is_array(params))
		refuse(decoding, "params");
	target->param_count = (uint32_t)json_array_size(params);
	target->params = arena_allocate(&decoding->plan->arena,
		target->param_count, sizeof *target->params);
	for (uint32_t i = 0; i < target->param_count; i++)
		if (value_decode(&target->params[i], &decoding->plan->arena,
			    json_array_get(params, i)) != 0)
			refuse(decoding, "a param");
}

static struct node_plan_end decode_end(struct decoding *decoding,
	const json_t *object, const char *key, uint32_t ports_max)
{
	const json_t *end = json_object_get(object, key);
	struct node_plan_end none = {.owner = NODE_PLAN_NONE};
	if (json_is_null(end))
		return none;
	if (!json_is_array(end) || json_array_size(end) != 3 ||
		decoding->plan->operator_count == 0) {
		refuse(decoding, key);
		return none;
	}
	return (struct node_plan_end){
		decode_number(decoding, json_array_get(end, 0), key, 0,
			decoding->plan->operator_count - 1),
		decode_number(decoding, json_array_get(end, 1), key, 0,
			ports_max - 1),
		decode_number(decoding, json_array_get(end, 2), key, 0,
			GROUP_MEMBERS_MAX - 1)};
}

/* The place of a word among those. */
static int decode_word(struct decoding *decoding, const json_t *object,
	const char *key, const char *const *words, int count)
{
	const char *word = json_string_value(json_object_get(object, key));
	for (int i = 0; word != NULL && i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	refuse(decoding, key);
	return 0;
}

/* At most one end is elsewhere, and then there is a link to it. */
static void decode_beyond(struct decoding *decoding,
	struct node_plan_stream *stream, const json_t *json)
{
	const json_t *link = json_object_get(json, "link");
	int beyond = (stream->from.owner == NODE_PLAN_NONE) +
		     (stream->to.owner == NODE_PLAN_NONE);
	stream->number =
		decode_number(decoding, json_object_get(json, "number"),
			"number", 0, LINK_STREAMS_MAX - 1);
	stream->port = decode_text(decoding, json, "port");
	stream->link = NODE_PLAN_NONE;
	if (!json_is_null(link) && decoding->plan->link_count > 0)
		stream->link = decode_number(decoding, link, "link", 0,
			decoding->plan->link_count - 1);
	if (beyond != (stream->link != NODE_PLAN_NONE))
		refuse(decoding, "an end of a stream");
}

static uint32_t decode_count(struct decoding *decoding, const json_t *array,
	const char *key, size_t most)
{
	if (json_is_array(array) && json_array_size(array) <= most)
		return (uint32_t)json_array_size(array);
	refuse(decoding, key);
	return 0;
}

/* A list of texts, with a NULL behind it. */
static void decode_words(struct decoding *decoding, const json_t *json,
	const char *what, const char ***words, uint32_t *count)
{
	struct arena *arena = &decoding->plan->arena;
	*count = decode_count(decoding, json, what,
		2 * MANIFEST_STREAMS_MAX + MANIFEST_OPERATORS_MAX);
	*words = arena_allocate(arena, *count + 1, sizeof **words);
	for (uint32_t i = 0; i < *count; i++) {
		const char *word = json_string_value(json_array_get(json, i));
		if (word == NULL)
			refuse(decoding, what);
		(*words)[i] = arena_copy(arena, word ? word : "");
	}
	(*words)[*count] = NULL;
}

static void decode_stream(struct decoding *decoding,
	struct node_plan_stream *stream, const json_t *json)
{
	stream->name = decode_text(decoding, json, "name");
	stream->former = decode_former(decoding, json, stream->name);
	stream->from = decode_end(decoding, json, "from", PORTS_OUT_MAX);
	stream->to = decode_end(decoding, json, "to", PORTS_IN_MAX);
	stream->atomic_bytes =
		decode_number(decoding, json_object_get(json, "atomic"),
			"atomic", STREAM_ATOMIC_MIN, STREAM_ATOMIC_MAX);
	stream->capacity_bytes =
		decode_number(decoding, json_object_get(json, "capacity"),
			"capacity", stream->atomic_bytes, STREAM_CAPACITY_MAX);
	stream->records =
		decode_number(decoding, json_object_get(json, "records"),
			"records", 1, STREAM_RECORDS_MAX);
	stream->full = (enum stream_full)decode_word(
		decoding, json, "full", manifest_full_words, FULL_FAIL + 1);
	stream->shred = decode_bool(decoding, json, "shred");
	stream->fds = decode_bool(decoding, json, "fds");
	stream->back = decode_bool(decoding, json, "back");
	stream->moved = json_is_true(json_object_get(json, "moved"));
	stream->halved = json_is_true(json_object_get(json, "halved"));
	decode_beyond(decoding, stream, json);
}

static void decode_links(struct decoding *decoding, const json_t *links)
{
	struct node_plan *plan = decoding->plan;
	plan->link_count =
		decode_count(decoding, links, "links", MANIFEST_NODES_MAX);
	plan->links = arena_allocate(
		&plan->arena, plan->link_count, sizeof *plan->links);
	for (uint32_t i = 0; i < plan->link_count; i++) {
		const json_t *link = json_array_get(links, i);
		plan->links[i] = (struct node_plan_link){
			decode_text(decoding, link, "peer"),
			decode_number(decoding, json_object_get(link, "fd"),
				"fd", 3, INT32_MAX),
			decode_bool(decoding, link, "packets"),
			(enum stream_transport)decode_word(decoding, link,
				"transport", manifest_transport_words,
				TRANSPORT_TCP + 1),
			decode_bool(decoding, link, "foreign"),
			decode_bool(decoding, link, "reconnect")};
	}
}

static void decode_lists(struct decoding *decoding, const json_t *root)
{
	struct node_plan *plan = decoding->plan;
	const json_t *operators = json_object_get(root, "operators");
	const json_t *streams = json_object_get(root, "streams");
	plan->operator_count = decode_count(
		decoding, operators, "operators", MANIFEST_OPERATORS_MAX);
	plan->operators = arena_allocate(
		&plan->arena, plan->operator_count, sizeof *plan->operators);
	for (uint32_t i = 0; i < plan->operator_count; i++)
		decode_operator(decoding, &plan->operators[i],
			json_array_get(operators, i));
	plan->stream_count = decode_count(
		decoding, streams, "streams", 2 * MANIFEST_STREAMS_MAX);
	plan->streams = arena_allocate(
		&plan->arena, plan->stream_count, sizeof *plan->streams);
	for (uint32_t i = 0; i < plan->stream_count; i++)
		decode_stream(decoding, &plan->streams[i],
			json_array_get(streams, i));
}

int node_plan_decode(struct node_plan *plan, const char *text, size_t bytes,
	struct error *error)
{
	struct decoding decoding = {.plan = plan};
	json_error_t fault;
	json_t *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &fault);
	if (root == NULL)
		return error_set(error, -EINVAL,
			"the plan for this node cannot be read: %s",
			fault.text);
	decode_number(&decoding, json_object_get(root, "plan"),
		"its version is another one", NODE_PLAN_VERSION,
		NODE_PLAN_VERSION);
	plan->topology = decode_text(&decoding, root, "topology");
	plan->node = decode_text(&decoding, root, "node");
	plan->remote = decode_text(&decoding, root, "remote");
	plan->folder = decode_text(&decoding, root, "folder");
	plan->stays = json_is_true(json_object_get(root, "stays"));
	plan->source = decode_bool(&decoding, root, "source");
	decode_words(&decoding, json_object_get(root, "command"), "command",
		&plan->command, &plan->command_count);
	if (json_object_get(root, "elsewhere") != NULL)
		decode_words(&decoding, json_object_get(root, "elsewhere"),
			"elsewhere", &plan->elsewhere, &plan->elsewhere_count);
	decode_links(&decoding, json_object_get(root, "links"));
	decode_lists(&decoding, root);
	plan->stdin_operator = decode_index(&decoding, root, "stdin");
	plan->stdout_operator = decode_index(&decoding, root, "stdout");
	json_decref(root);
	if (decoding.first.code != 0)
		return error_set(error, -EINVAL, "%s", decoding.first.text);
	return 0;
}

void node_plan_release(struct node_plan *plan)
{
	arena_release(&plan->arena);
	*plan = (struct node_plan){0};
}
