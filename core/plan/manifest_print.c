/*
 * manifest_print: a manifest back to JSON, in the order of the documentation.
 *
 * What was left out stays out; what was written stays as it was, but for the
 * spelling of sizes and durations. The text of a one-liner is literal, so a
 * "${" in it is escaped on the way.
 */
#include <string.h>

#include "core/base/check.h"
#include "core/plan/manifest.h"
#include "core/plan/pretty.h"

static void set(json_t *object, const char *key, json_t *value)
{
	int failed = json_object_set_new(object, key, value);
	CHECK(failed == 0);
}

static void set_text(json_t *object, const char *key, const char *text)
{
	if (text != NULL)
		set(object, key, json_string(text));
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
			set(copy, key, escape(child));
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
		set(object, params[i].name,
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
		set(object, "default",
			secret ? json_string("***")
			       : json_incref(variable->initial));
	if (variable->required)
		set(object, "required", json_true());
	set_text(object, "env", variable->environment);
	if (variable->min != NULL)
		set(object, "min", json_incref(variable->min));
	if (variable->max != NULL)
		set(object, "max", json_incref(variable->max));
	if (variable->values != NULL)
		set(object, "values", json_incref(variable->values));
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

static void print_flow(json_t *object, const struct flow_options *flow)
{
	static const char *const full[] = {
		"block", "drop-oldest", "drop-newest", "fail"};
	if (flow->set & STREAM_CAPACITY)
		set(object, "capacity", pretty_size(flow->capacity_bytes));
	if (flow->set & STREAM_RECORDS)
		set(object, "records", json_integer(flow->records));
	if (flow->set & STREAM_ATOMIC)
		set(object, "atomic", pretty_size(flow->atomic_bytes));
	if (flow->set & STREAM_FULL)
		set(object, "full", json_string(full[flow->full]));
}

static void print_options(json_t *object, const struct stream_options *options)
{
	static const char *const transport[] = {"link", "fifo", "unix", "tcp"};
	uint32_t bits = options->set;
	print_flow(object, &options->flow);
	if (bits & STREAM_SHRED)
		set(object, "shred", json_boolean(options->shred));
	if (bits & STREAM_FDS)
		set(object, "fds", json_boolean(options->fds));
	if (bits & STREAM_FEEDBACK)
		set(object, "feedback", json_boolean(options->feedback));
	if (bits & STREAM_TRANSPORT)
		set(object, "transport",
			json_string(transport[options->transport]));
	if (bits & STREAM_AT)
		set_text(object, "at", options->address.written);
	if (bits & STREAM_RECONNECT)
		set(object, "reconnect", json_boolean(options->reconnect));
	if ((bits & STREAM_BACK) && options->back_off) {
		set(object, "back", json_false());
	} else if (bits & STREAM_BACK) {
		json_t *back = json_object();
		print_flow(back, &options->back);
		set(object, "back", back);
	}
}

static json_t *print_restart(const struct node_options *options)
{
	static const char *const on[] = {"never", "failure", "always"};
	json_t *object = json_object();
	if (options->set & NODE_RESTART_ON)
		set(object, "on", json_string(on[options->restart_on]));
	if (options->set & NODE_RESTART_MAX)
		set(object, "max", json_integer(options->restart_max));
	if (options->set & NODE_RESTART_WITHIN)
		set(object, "within",
			pretty_duration(options->restart_within_ns));
	if (options->set & NODE_RESTART_BACKOFF)
		set(object, "backoff",
			json_pack("[o,o]",
				pretty_duration(options->backoff_first_ns),
				pretty_duration(options->backoff_last_ns)));
	return object;
}

static json_t *print_watchdog(const struct node_options *options)
{
	json_t *object = json_object();
	if (options->set & NODE_WATCHDOG_WARN)
		set(object, "warn", pretty_duration(options->warn_ns));
	if (options->set & NODE_WATCHDOG_REPORT)
		set(object, "report", pretty_duration(options->report_ns));
	if (options->set & NODE_WATCHDOG_KILL)
		set(object, "kill", pretty_duration(options->kill_ns));
	if (options->set & NODE_WATCHDOG_START)
		set(object, "start", pretty_duration(options->start_ns));
	return object;
}

static json_t *print_limits(const struct node_options *options)
{
	json_t *object = json_object();
	if (options->set & NODE_LIMIT_MEMORY)
		set(object, "memory", pretty_size(options->memory_bytes));
	if (options->set & NODE_LIMIT_FILES)
		set(object, "files", json_integer((json_int_t)options->files));
	return object;
}

/* Sets the object, or drops it when it has nothing to say. */
static void set_filled(json_t *object, const char *key, json_t *value)
{
	if (json_object_size(value) > 0)
		set(object, key, value);
	else
		json_decref(value);
}

static void print_node_options(
	json_t *object, const struct node_options *options)
{
	set_filled(object, "restart", print_restart(options));
	set_filled(object, "watchdog", print_watchdog(options));
	set_filled(object, "limits", print_limits(options));
}

static json_t *print_operator(const struct manifest *manifest,
	const struct manifest_operator *written)
{
	json_t *object = json_object();
	set_text(object, "type", written->type);
	set_filled(object, "params",
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
			set(object, "required",
				json_boolean(ports[i].required));
		if (ports[i].variadic)
			set(object, "variadic", json_true());
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
		set(object, "command", part);
	} else {
		part = json_object();
		for (uint32_t i = 0; i < node->operator_count; i++)
			set(part, node->operators[i].name,
				print_operator(manifest, &node->operators[i]));
		set(object, "operators", part);
	}
}

static json_t *print_node(
	const struct manifest *manifest, const struct manifest_node *node)
{
	json_t *object = json_object();
	set_text(object, "doc", node->doc);
	print_kind(object, manifest, node);
	if (node->in_count > 0)
		set(object, "in", print_ports(node->in, node->in_count));
	if (node->out_count > 0)
		set(object, "out", print_ports(node->out, node->out_count));
	set_text(object, "cwd", node->cwd);
	set_filled(object, "env",
		print_params(
			manifest, node->environment, node->environment_count));
	if (node->replicas_at != 0)
		set(object, "replicas", json_integer(node->replicas));
	if (node->cpu_count > 0) {
		json_t *cpus = json_array();
		for (uint32_t i = 0; i < node->cpu_count; i++)
			json_array_append_new(
				cpus, json_integer(node->cpus[i]));
		set(object, "cpus", cpus);
	}
	print_node_options(object, &node->options);
	return object;
}

static json_t *print_end(const struct manifest_end *end)
{
	struct text text = {0};
	text_add(&text, end->operator);
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
		set(object, "chain", print_chain(stream));
	} else {
		set(object, "from", print_end(&stream->ends[0]));
		set(object, "to", print_end(&stream->ends[1]));
	}
	print_options(object, &stream->options);
	set_text(object, "doc", stream->doc);
	return object;
}

static json_t *print_defaults(const struct manifest *manifest)
{
	json_t *object = json_object();
	json_t *stream = json_object(), *node = json_object();
	print_options(stream, &manifest->stream_defaults);
	print_node_options(node, &manifest->node_defaults);
	set_filled(object, "stream", stream);
	set_filled(object, "node", node);
	return object;
}

static json_t *print_document(const struct manifest *manifest)
{
	json_t *object = json_object();
	json_t *variables = json_object(), *plugins = json_object();
	json_t *nodes = json_object(), *streams = json_array();
	for (uint32_t i = 0; i < manifest->variable_count; i++)
		set(variables, manifest->variables[i].name,
			print_variable(&manifest->variables[i]));
	for (uint32_t i = 0; i < manifest->plugin_count; i++)
		set(plugins, manifest->plugins[i].name,
			print_plugin(&manifest->plugins[i]));
	for (uint32_t i = 0; i < manifest->node_count; i++)
		set(nodes, manifest->nodes[i].name,
			print_node(manifest, &manifest->nodes[i]));
	for (uint32_t i = 0; i < manifest->stream_count; i++)
		json_array_append_new(
			streams, print_stream(&manifest->streams[i]));
	set_text(object, "$schema", manifest->schema);
	set(object, "tau", json_integer(1));
	set_text(object, "name", manifest->name);
	set_text(object, "doc", manifest->doc);
	set_filled(object, "vars", variables);
	set_filled(object, "plugins", plugins);
	set_filled(object, "defaults", print_defaults(manifest));
	set(object, "nodes", nodes);
	set(object, "streams", streams);
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
