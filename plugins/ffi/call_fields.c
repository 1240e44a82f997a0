/*
 * call_fields: which fields of a record a call reads and writes: the params
 * `in` and `out`.
 */
#include "call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* RFC 6901: empty, or begins with a slash; ~ only before 0 and 1. */
static bool is_pointer(const char *text, size_t bytes)
{
	if (bytes && text[0] != '/')
		return false;
	for (size_t i = 0; i < bytes; i++)
		if (text[i] == '~' &&
			(i + 1 == bytes ||
				(text[i + 1] != '0' && text[i + 1] != '1')))
			return false;
	return true;
}

static int bad_pointer(
	struct tau_op *op, const char *param, const char *text, size_t bytes)
{
	return tau_failf(op, -EINVAL,
		"\"%s\": \"%.*s\" is not a field: write a JSON pointer such as "
		"\"/status\"",
		param, (int)(bytes < 100 ? bytes : 100), text);
}

static char *copy_text(const char *prefix, const char *text, size_t bytes)
{
	size_t before = strlen(prefix);
	char *copy = malloc(before + bytes + 1);

	if (!copy)
		return NULL;
	memcpy(copy, prefix, before);
	memcpy(copy + before, text, bytes);
	copy[before + bytes] = '\0';
	return copy;
}

static int no_memory(struct tau_op *op)
{
	return tau_fail(op, -ENOMEM, "no memory");
}

/* A param that may not be given: whether it is, and its value. */
static bool given(struct tau_op *op, uint32_t param, struct tau_value *value)
{
	const struct tau_param *it = &op->params[param];

	return it->type == TAU_PARAM_JSON &&
	       tau_value_open(it->value.s.text, it->value.s.bytes, value) ==
		       0 &&
	       tau_value_kind(value) != TAU_KIND_NULL;
}

/* ---- inputs -------------------------------------------------------------- */

static bool goes_in(const struct argument *argument)
{
	return argument->use == VALUE || argument->use == POINTS_IN ||
	       argument->use == DATA || argument->use == ITEMS;
}

/* Arguments of one name share an input. */
static void add_input(struct call *call, struct argument *argument)
{
	struct input *input = call->inputs;

	for (; input < call->inputs + call->input_count; input++)
		if (input->name_bytes == argument->name_bytes &&
			memcmp(input->name, argument->name,
				input->name_bytes) == 0)
			break;
	if (input == call->inputs + call->input_count) {
		input->name = argument->name;
		input->name_bytes = argument->name_bytes;
		call->input_count++;
	}
	argument->input = input;
}

/* "/field", or {"value": constant}. */
static int set_input(
	struct tau_op *op, struct input *input, const struct tau_value *where)
{
	const char *text;
	size_t bytes;

	if (tau_value_kind(where) == TAU_KIND_MAP && where->count == 1 &&
		tau_value_get(where, "value", 5, &input->value) == 0) {
		input->constant = true;
		return 0;
	}
	if (tau_value_text(where, &text, &bytes))
		return tau_failf(op, -EINVAL,
			"\"in\": \"%.*s\" is given neither a field nor "
			"{\"value\": a constant}",
			(int)input->name_bytes, input->name);
	if (!is_pointer(text, bytes))
		return bad_pointer(op, "in", text, bytes);
	input->pointer = copy_text("", text, bytes);
	return input->pointer ? 0 : no_memory(op);
}

static int inputs_of_map(
	struct tau_op *op, struct call *call, const struct tau_value *map)
{
	struct tau_items items;
	struct tau_value key, value;
	const char *name;
	size_t bytes, i;
	int code = tau_value_items(map, &items);

	while (code == 0 && tau_value_next_entry(&items, &key, &value) == 1) {
		if (tau_value_text(&key, &name, &bytes))
			return -EINVAL;
		for (i = 0; i < call->input_count; i++)
			if (call->inputs[i].name_bytes == bytes &&
				memcmp(call->inputs[i].name, name, bytes) == 0)
				break;
		if (i == call->input_count)
			return tau_failf(op, -EINVAL,
				"\"in\": %s has no argument \"%.*s\"",
				call->function, (int)(bytes < 64 ? bytes : 64),
				name);
		code = set_input(op, &call->inputs[i], &value);
	}
	return code;
}

static int inputs_of_list(
	struct tau_op *op, struct call *call, const struct tau_value *list)
{
	struct tau_items items;
	struct tau_value value;
	int code = tau_value_items(list, &items);

	if (list->count != call->input_count)
		return tau_failf(op, -EINVAL,
			"\"in\" has %zu fields and %s takes %zu",
			(size_t)list->count, call->function, call->input_count);
	for (size_t i = 0; code == 0 && tau_value_next(&items, &value) == 1;
		i++)
		code = set_input(op, &call->inputs[i], &value);
	return code;
}

/* What `in` says, in whichever of its forms. */
static int read_in(struct tau_op *op, struct call *call)
{
	struct tau_value in, constant;
	bool one = call->input_count == 1;
	int kind;

	if (!given(op, INPUT, &in))
		return 0;
	kind = tau_value_kind(&in);
	if (kind == TAU_KIND_TUPLE || kind == TAU_KIND_ARRAY)
		return inputs_of_list(op, call, &in);
	one = one && in.count == 1 && call->inputs[0].name_bytes != 5;
	if (kind == TAU_KIND_MAP &&
		!(one && tau_value_get(&in, "value", 5, &constant) == 0))
		return inputs_of_map(op, call, &in);
	if (call->input_count != 1)
		return tau_failf(op, -EINVAL,
			"\"in\" is one field and %s takes %zu: write a list, "
			"such as [\"/x\", \"/y\"]",
			call->function, call->input_count);
	return set_input(op, &call->inputs[0], &in);
}

int call_find_inputs(struct tau_op *op, struct call *call)
{
	int code;

	call->inputs = calloc(call->argument_count + 1, sizeof *call->inputs);
	if (!call->inputs)
		return no_memory(op);
	for (size_t i = 0; i < call->argument_count; i++)
		if (goes_in(&call->arguments[i]))
			add_input(call, &call->arguments[i]);
	code = read_in(op, call);
	for (size_t i = 0; code == 0 && i < call->input_count; i++) {
		struct input *input = &call->inputs[i];

		if (input->constant)
			continue;
		if (!input->pointer && call->input_count == 1)
			input->pointer = copy_text("", "", 0);
		else if (!input->pointer)
			input->pointer =
				copy_text("/", input->name, input->name_bytes);
		if (!input->pointer || field_init(&input->field, input->pointer,
					       strlen(input->pointer)))
			return no_memory(op);
	}
	return code;
}

/* ---- outputs ------------------------------------------------------------- */

static bool comes_out(const struct argument *argument)
{
	return argument->use == POINTS_OUT || argument->use == ROOM ||
	       (argument->use == ITEMS && argument->changes);
}

static void add_output(struct call *call, const struct argument *from,
	const struct argument *named)
{
	call->outputs[call->output_count++] = (struct output){.from = from,
		.name = named->name,
		.name_bytes = named->name_bytes};
}

static int set_output(
	struct tau_op *op, struct output *output, const struct tau_value *where)
{
	const char *text;
	size_t bytes;

	if (tau_value_text(where, &text, &bytes))
		return tau_failf(op, -EINVAL,
			"\"out\": \"%.*s\" is given no field",
			(int)output->name_bytes, output->name);
	if (!is_pointer(text, bytes))
		return bad_pointer(op, "out", text, bytes);
	output->pointer = copy_text("", text, bytes);
	output->pointer_bytes = bytes;
	return output->pointer ? 0 : no_memory(op);
}

static int outputs_of_map(
	struct tau_op *op, struct call *call, const struct tau_value *map)
{
	struct tau_items items;
	struct tau_value key, value;
	const char *name;
	size_t bytes, i;
	int code = tau_value_items(map, &items);

	while (code == 0 && tau_value_next_entry(&items, &key, &value) == 1) {
		if (tau_value_text(&key, &name, &bytes))
			return -EINVAL;
		for (i = 0; i < call->output_count; i++)
			if (call->outputs[i].name_bytes == bytes &&
				memcmp(call->outputs[i].name, name, bytes) == 0)
				break;
		if (i == call->output_count)
			return tau_failf(op, -EINVAL,
				"\"out\": %s has no output \"%.*s\"",
				call->function, (int)(bytes < 64 ? bytes : 64),
				name);
		code = set_output(op, &call->outputs[i], &value);
	}
	return code;
}

/* One field for all: what comes out, a map of it where it is several things,
 * null where it is nothing. */
int call_find_outputs(struct tau_op *op, struct call *call)
{
	struct tau_value out;
	size_t bytes = 0;
	const char *text = "";

	call->outputs = calloc(call->argument_count + 2, sizeof *call->outputs);
	if (!call->outputs)
		return no_memory(op);
	if (call->result.shape.base != VOID && call->result.use != LENGTH)
		add_output(call, NULL, &call->result);
	for (size_t i = 0; i < call->argument_count; i++)
		if (comes_out(&call->arguments[i]))
			add_output(
				call, &call->arguments[i], &call->arguments[i]);
	if (given(op, OUTPUT, &out)) {
		if (tau_value_kind(&out) == TAU_KIND_MAP)
			return outputs_of_map(op, call, &out);
		if (tau_value_text(&out, &text, &bytes))
			return tau_fail(op, -EINVAL,
				"\"out\" is neither a field nor a map of "
				"fields");
	}
	if (!is_pointer(text, bytes))
		return bad_pointer(op, "out", text, bytes);
	call->whole = call->output_count > 1;
	if (!call->output_count)
		add_output(call, NULL, &call->result);
	call->outputs[0].pointer = copy_text("", text, bytes);
	call->outputs[0].pointer_bytes = bytes;
	return call->outputs[0].pointer ? 0 : no_memory(op);
}
