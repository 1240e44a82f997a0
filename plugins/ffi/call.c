/* call: makes a call out of params. See call.h. */
#include "call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const uses[] = {"value", "constant", "in", "out", "bytes",
	"items", "length", "buffer", "capacity", "filled", "null", "compare",
	"event", "ignored"};
static const char *const tests[] = {
	"never", "errno", "null", "=", "!=", "<", ">"};

/* The text under a key; "" when there is none. */
static const char *text_at(
	const struct tau_value *map, const char *key, size_t *bytes)
{
	struct tau_value value;
	const char *text = "";

	*bytes = 0;
	if (tau_value_get(map, key, strlen(key), &value) == 0)
		(void)tau_value_text(&value, &text, bytes);
	return text;
}

static int64_t number_at(const struct tau_value *map, const char *key)
{
	struct tau_value value;
	int64_t number = 0;
	int truth;

	if (tau_value_get(map, key, strlen(key), &value))
		return 0;
	if (tau_value_bool(&value, &truth) == 0)
		return truth;
	(void)tau_value_int(&value, &number);
	return number;
}

static int word_at(const struct tau_value *map, const char *key,
	const char *const *words, size_t count)
{
	size_t bytes;
	const char *text = text_at(map, key, &bytes);

	for (size_t i = 0; i < count; i++)
		if (strlen(words[i]) == bytes &&
			memcmp(words[i], text, bytes) == 0)
			return (int)i;
	return -EINVAL;
}

/* Memory that stays: structs, rooms, and what pointers point at. */
static int make_room(struct argument *argument)
{
	bool pointer =
		argument->use == POINTS_IN || argument->use == POINTS_OUT;
	size_t bytes = argument->use == ROOM ? argument->bytes
		       : pointer || argument->shape.base == STRUCT
			       ? shape_bytes(&argument->shape)
			       : 0;

	argument->passed = &argument->cell;
	if (!bytes)
		return 0;
	argument->memory = calloc(1, bytes + 1); /* a NUL behind text */
	if (!argument->memory)
		return -ENOMEM;
	argument->cell = (uint64_t)(uintptr_t)argument->memory;
	if (!pointer && argument->use != ROOM)
		argument->passed = argument->memory;
	return 0;
}

static int set_constant(struct argument *argument)
{
	const char *text;
	size_t bytes;

	if (argument->shape.base != STRING) {
		shape_store_literal(
			&argument->shape, &argument->literal, &argument->cell);
		return 0;
	}
	if (tau_value_text(&argument->literal, &text, &bytes))
		return -EINVAL;
	if (buffer_append(&argument->text, text, bytes) ||
		buffer_byte(&argument->text, '\0'))
		return -ENOMEM;
	argument->cell = (uint64_t)(uintptr_t)argument->text.start;
	return 0;
}

static int read_argument(
	struct call *call, struct argument *argument, struct tau_value *map)
{
	struct tau_value type;
	int use = word_at(map, "use", uses, sizeof uses / sizeof *uses), code;

	argument->name = text_at(map, "name", &argument->name_bytes);
	if (use < 0 || tau_value_get(map, "type", 4, &type))
		return -EINVAL;
	argument->use = (enum use)use;
	argument->bytes = (size_t)number_at(map, "bytes");
	argument->changes = number_at(map, "changes") != 0;
	argument->descending = number_at(map, "descending") != 0;
	if (tau_value_get(map, "value", 5, &argument->literal))
		argument->literal = (struct tau_value){.code = TAU_CODE_NULL};
	code = shape_init(&argument->shape, &type);
	if (code == 0)
		code = make_room(argument);
	if (code == 0 && argument->use == CONSTANT)
		code = set_constant(argument);
	if (code == 0 && (argument->use == COMPARE || argument->use == EVENT))
		code = event_create(call, argument, map);
	return code;
}

static bool same_name(const struct argument *one, const struct argument *other)
{
	return one->name_bytes == other->name_bytes &&
	       memcmp(one->name, other->name, one->name_bytes) == 0;
}

/* Lengths find what they measure. */
static void join(struct call *call)
{
	for (size_t i = 0; i < call->argument_count; i++) {
		struct argument *data = &call->arguments[i];

		if (data->use != DATA && data->use != ITEMS &&
			data->use != ROOM)
			continue;
		if (call->result.use == LENGTH &&
			same_name(&call->result, data))
			call->result_room = data;
		for (size_t j = 0; j < call->argument_count; j++) {
			struct argument *other = &call->arguments[j];

			if (!same_name(other, data))
				continue;
			if (other->use == FILLED)
				other->cell =
					(uint64_t)(uintptr_t)other->memory;
			if (other->use == LENGTH || other->use == CAPACITY ||
				other->use == FILLED)
				other->data = data;
		}
	}
}

/* A size that is pointed at. */
static int make_filled(struct argument *argument)
{
	if (argument->use != FILLED)
		return 0;
	argument->memory = calloc(1, sizeof(uint64_t));
	return argument->memory ? 0 : -ENOMEM;
}

static int read_arguments(struct call *call)
{
	struct tau_value list, map;
	struct tau_items items;
	int code = 0;

	if (tau_value_get(&call->signature, "arguments", 9, &list) ||
		tau_value_items(&list, &items))
		return -EINVAL;
	call->arguments = calloc(list.count + 1, sizeof *call->arguments);
	call->types = calloc(list.count + 1, sizeof(ffi_type *));
	call->values = calloc(list.count + 1, sizeof(void *));
	if (!call->arguments || !call->types || !call->values)
		return -ENOMEM;
	while (code == 0 && tau_value_next(&items, &map) == 1) {
		struct argument *argument =
			&call->arguments[call->argument_count++];

		code = read_argument(call, argument, &map);
		if (code == 0)
			code = make_filled(argument);
	}
	if (code == 0)
		join(call);
	return code;
}

static int read_result(struct call *call)
{
	struct tau_value map, fails;
	int code, test;

	if (tau_value_get(&call->signature, "result", 6, &map) ||
		tau_value_get(&call->signature, "fails", 5, &fails))
		return -EINVAL;
	code = read_argument(call, &call->result, &map);
	call->result_freed = number_at(&map, "free") != 0;
	test = word_at(&fails, "if", tests, sizeof tests / sizeof *tests);
	if (code || test < 0)
		return code ? code : -EINVAL;
	call->fails = (enum test)test;
	call->fails_value = number_at(&fails, "value");
	call->uses_errno = number_at(&fails, "errno") != 0;
	return 0;
}

/* Whether the value itself stands where libffi reads, not its address. */
static bool by_value(const struct argument *argument)
{
	return argument->use == VALUE || argument->use == CONSTANT ||
	       argument->use == LENGTH || argument->use == CAPACITY;
}

static int prepare(struct call *call)
{
	ffi_type *result = call->result.shape.type;

	for (size_t i = 0; i < call->argument_count; i++) {
		struct argument *argument = &call->arguments[i];

		call->types[i] = by_value(argument) ? argument->shape.type
						    : &ffi_type_pointer;
		call->values[i] = argument->passed;
	}
	if (ffi_prep_cif(&call->cif, FFI_DEFAULT_ABI,
		    (unsigned)call->argument_count, result,
		    call->types) != FFI_OK)
		return -EINVAL;
	if (result->size <= sizeof call->answer)
		return 0;
	call->answer_memory = calloc(1, result->size);
	return call->answer_memory ? 0 : -ENOMEM;
}

int call_init(struct tau_op *op, struct call *call)
{
	const struct tau_text *text = &op->params[CALL].value.s;
	const char *name;
	size_t bytes;
	int code = -EINVAL;

	call->op = op;
	if (op->params[CALL].type == TAU_PARAM_SIGNATURE &&
		tau_value_open(text->text, text->bytes, &call->signature) == 0)
		code = read_result(call);
	if (code == 0)
		code = read_arguments(call);
	if (code == 0)
		code = prepare(call);
	if (code)
		return tau_fail(op, code,
			code == -ENOMEM ? "no memory"
					: "the signature cannot be prepared");
	name = text_at(&call->signature, "function", &bytes);
	snprintf(call->function, sizeof call->function, "%.*s", (int)bytes,
		name);
	code = call_find_inputs(op, call);
	if (code == 0)
		code = call_find_outputs(op, call);
	return code ? code : call_load(op, call);
}

static void release_argument(struct argument *argument)
{
	shape_release(&argument->shape);
	buffer_release(&argument->text);
	event_destroy(&argument->event);
	free(argument->memory);
}

void call_release(struct call *call)
{
	for (size_t i = 0; i < call->argument_count; i++)
		release_argument(&call->arguments[i]);
	release_argument(&call->result);
	for (size_t i = 0; i < call->input_count; i++) {
		field_release(&call->inputs[i].field);
		free(call->inputs[i].pointer);
	}
	for (size_t i = 0; i < call->output_count; i++)
		free(call->outputs[i].pointer);
	free(call->arguments);
	free(call->inputs);
	free(call->outputs);
	free(call->types);
	free(call->values);
	free(call->answer_memory);
	buffer_release(&call->made);
	buffer_release(&call->root[0]);
	buffer_release(&call->root[1]);
}

void call_blame(const struct argument *argument, char reason[REASON_BYTES])
{
	char why[REASON_BYTES];

	memcpy(why, reason, sizeof why);
	snprintf(reason, REASON_BYTES, "the argument \"%.*s\": %.120s",
		(int)(argument->name_bytes < 40 ? argument->name_bytes : 40),
		argument->name, why);
}
