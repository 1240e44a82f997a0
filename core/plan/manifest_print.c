/*
 * manifest_print: a manifest back to JSON, in the order of the documentation.
 *
 * What was left out stays out; what was written stays as it was, but for the
 * spelling of sizes and durations. The text of a one-liner is literal, so a
 * "${" in it is escaped on the way.
 */
#include <string.h>

#include "core/plan/manifest_take.h"
#include "core/text/pretty.h"

static void set_text(json_t *object, const char *key, const char *text)
{
	if (text != NULL)
		manifest_print_set(object, key, json_string(text));
}

/* "${" -> "$${" */
static json_t *escape_text(const char *written)
{
	struct text text = {0};
	for (; *written != '\0'; written++) {
		if (written[0] == '$' && written[1] == '{')
			text_add_byte(&text, '$');
		text_add_byte(&text, *written);
	}
	json_t *string = json_string(text_string(&text));
	text_release(&text);
	return string;
}

/* A copy in which every string is escaped; keys are names of fields. */
static json_t *escape(const json_t *value)
{
	const char *key;
	size_t index;
	json_t *child, *copy;
	if (json_is_string(value))
		return escape_text(json_string_value(value));
	if (json_is_object(value)) {
		copy = json_object();
		json_object_foreach((json_t *)value, key, child)
			manifest_print_set(copy, key, escape(child));
		return copy;
	}
	if (json_is_array(value)) {
		copy = json_array();
		json_array_foreach(value, index, child)
			json_array_append_new(copy, escape(child));
		return copy;
	}
	return json_copy((json_t *)value);
}

static json_t *written_value(const struct manifest *manifest, json_t *written)
{
	return manifest->locate == NULL ? escape(written)
					: json_incref(written);
}

static json_t *print_params(const struct manifest *manifest,
	const struct manifest_param *params, uint32_t count)
{
	json_t *object = json_object();
	for (uint32_t i = 0; i < count; i++)
		manifest_print_set(object, params[i].name,
			written_value(manifest, params[i].written));
	return object;
}

static json_t *print_variable(const struct manifest_variable *variable)
{
	json_t *object = json_object();
	bool secret =
		variable->type != NULL && strcmp(variable->type, "secret") == 0;
	set_text(object, "type", variable->type);
	set_text(object, "of", variable->of);
	if (variable->initial != NULL)
		manifest_print_set(object, "default",
			secret ? json_string("***")
			       : json_incref(variable->initial));
	if (variable->required)
		manifest_print_set(object, "required", json_true());
	set_text(object, "env", variable->environment);
	if (variable->min != NULL)
		manifest_print_set(object, "min", json_incref(variable->min));
	if (variable->max != NULL)
		manifest_print_set(object, "max", json_incref(variable->max));
	if (variable->values != NULL)
		manifest_print_set(
			object, "values", json_incref(variable->values));
	set_text(object, "doc", variable->doc);
	return object;
}

static json_t *print_plugin(const struct manifest_plugin *plugin)
{
	json_t *object = json_object();
	set_text(object, "path", plugin->path.written);
	set_text(object, "version", plugin->version.written);
	set_text(object, "sha256", plugin->sha256.written);
	return object;
}

static json_t *print_operator(const struct manifest *manifest,
	const struct manifest_operator *written)
{
	json_t *object = json_object();
	set_text(object, "type", written->type);
	manifest_print_filled(object, "params",
		print_params(manifest, written->params, written->param_count));
	set_text(object, "doc", written->doc);
	return object;
}

static json_t *print_ports(const struct manifest_port *ports, uint32_t count)
{
	json_t *array = json_array();
	for (uint32_t i = 0; i < count; i++) {
		json_t *object = json_object();
		set_text(object, "name", ports[i].name);
		set_text(object, "type", ports[i].type);
		set_text(object, "doc", ports[i].doc);
		if (ports[i].required_set)
			manifest_print_set(object, "required",
				json_boolean(ports[i].required));
		if (ports[i].variadic)
			manifest_print_set(object, "variadic", json_true());
		set_text(object, "back", ports[i].back);
		json_array_append_new(array, object);
	}
	return array;
}

static void print_kind(json_t *object, const struct manifest *manifest,
	const struct manifest_node *node)
{
	json_t *part;
	if (node->kind == NODE_REMOTE) {
		set_text(object, "remote", node->remote.written);
	} else if (node->kind == NODE_COMMAND) {
		part = json_array();
		for (uint32_t i = 0; i < node->command_count; i++)
			json_array_append_new(
				part, json_string(node->command[i].written));
		manifest_print_set(object, "command", part);
	} else {
		part = json_object();
		for (uint32_t i = 0; i < node->operator_count; i++)
			manifest_print_set(part, node->operators[i].name,
				print_operator(manifest, &node->operators[i]));
		manifest_print_set(object, "operators", part);
	}
}

static json_t *print_node(
	const struct manifest *manifest, const struct manifest_node *node)
{
	json_t *object = json_object();
	set_text(object, "doc", node->doc);
	print_kind(object, manifest, node);
	if (node->in_count > 0)
		manifest_print_set(
			object, "in", print_ports(node->in, node->in_count));
	if (node->out_count > 0)
		manifest_print_set(
			object, "out", print_ports(node->out, node->out_count));
	set_text(object, "cwd", node->cwd);
	manifest_print_filled(object, "env",
		print_params(
			manifest, node->environment, node->environment_count));
	if (node->replicas_at != 0)
		manifest_print_set(
			object, "replicas", json_integer(node->replicas));
	if (node->cpu_count > 0) {
		json_t *cpus = json_array();
		for (uint32_t i = 0; i < node->cpu_count; i++)
			json_array_append_new(
				cpus, json_integer(node->cpus[i]));
		manifest_print_set(object, "cpus", cpus);
	}
	manifest_print_node_options(object, &node->options);
	return object;
}

static json_t *print_end(const struct manifest_end *end)
{
	struct text text = {0};
	text_add(&text, end->name);
	if (end->port != NULL)
		text_format(&text, ".%s", end->port);
	if (end->member != MEMBER_NEXT)
		text_format(&text, "[%u]", end->member);
	json_t *string = json_string(text_string(&text));
	text_release(&text);
	return string;
}

static json_t *print_chain(const struct manifest_stream *stream)
{
	struct text text = {0};
	for (uint32_t i = 0; i < stream->end_count; i++) {
		json_t *end = print_end(&stream->ends[i]);
		text_format(&text, "%s%s", i == 0 ? "" : " -> ",
			json_string_value(end));
		json_decref(end);
	}
	json_t *string = json_string(text_string(&text));
	text_release(&text);
	return string;
}

static json_t *print_stream(const struct manifest_stream *stream)
{
	if (stream->chain && stream->options.set == 0 &&
		stream->options.flow.set == 0 && stream->doc == NULL)
		return print_chain(stream);
	json_t *object = json_object();
	if (stream->chain) {
		manifest_print_set(object, "chain", print_chain(stream));
	} else {
		manifest_print_set(object, "from", print_end(&stream->ends[0]));
		manifest_print_set(object, "to", print_end(&stream->ends[1]));
	}
	manifest_print_stream_options(object, &stream->options);
	set_text(object, "doc", stream->doc);
	return object;
}

static json_t *print_defaults(const struct manifest *manifest)
{
	json_t *object = json_object();
	json_t *stream = json_object(), *node = json_object();
	manifest_print_stream_options(stream, &manifest->stream_defaults);
	manifest_print_node_options(node, &manifest->node_defaults);
	manifest_print_filled(object, "stream", stream);
	manifest_print_filled(object, "node", node);
	return object;
}

static json_t *print_document(const struct manifest *manifest)
{
	json_t *object = json_object();
	json_t *variables = json_object(), *plugins = json_object();
	json_t *nodes = json_object(), *streams = json_array();
	for (uint32_t i = 0; i < manifest->variable_count; i++)
		manifest_print_set(variables, manifest->variables[i].name,
			print_variable(&manifest->variables[i]));
	for (uint32_t i = 0; i < manifest->plugin_count; i++)
		manifest_print_set(plugins, manifest->plugins[i].name,
			print_plugin(&manifest->plugins[i]));
	for (uint32_t i = 0; i < manifest->node_count; i++)
		manifest_print_set(nodes, manifest->nodes[i].name,
			print_node(manifest, &manifest->nodes[i]));
	for (uint32_t i = 0; i < manifest->stream_count; i++)
		json_array_append_new(
			streams, print_stream(&manifest->streams[i]));
	set_text(object, "$schema", manifest->schema);
	manifest_print_set(object, "tau", json_integer(1));
	set_text(object, "name", manifest->name);
	set_text(object, "doc", manifest->doc);
	manifest_print_filled(object, "vars", variables);
	manifest_print_filled(object, "plugins", plugins);
	manifest_print_filled(object, "defaults", print_defaults(manifest));
	manifest_print_set(object, "nodes", nodes);
	manifest_print_set(object, "streams", streams);
	if (manifest->on_failure_set)
		set_text(object, "on_failure",
			manifest->on_failure == ON_FAILURE_STOP ? "stop"
								: "continue");
	return object;
}

void manifest_print(const struct manifest *manifest, struct text *text)
{
	json_t *document = print_document(manifest);
	pretty_print(document, text);
	json_decref(document);
}
