/* call_do: from a record to arguments, and the call itself. */
#include "call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool say(char reason[REASON_BYTES], const char *text)
{
	snprintf(reason, REASON_BYTES, "%s", text);
	return false;
}

static bool find_input(struct input *input, const struct tau_record *record,
	char reason[REASON_BYTES])
{
	int code = field_find(&input->field, record, &input->value);

	if (code == 0)
		return true;
	if (record->type == TAU_FD)
		return say(reason, "the record is a file descriptor");
	if (record->type != TAU_VALUE)
		return say(reason, "the record is text, which has no fields "
				   "but the empty one");
	if (code != -ENOENT)
		return say(reason, "the record is not utf9");
	snprintf(reason, REASON_BYTES, "there is no field \"%.*s\"",
		field_shown(&input->field), input->field.pointer);
	return false;
}

/* A string as C has it: a copy with a NUL behind. */
static bool fill_string(struct argument *argument, char reason[REASON_BYTES])
{
	const uint8_t *text;
	size_t bytes;

	if (tau_value_bytes(&argument->input->value, &text, &bytes))
		return say(reason, "it is no text for a string");
	if (bytes && memchr(text, '\0', bytes))
		return say(reason, "there is a NUL in it, where a string ends");
	argument->text.bytes = 0;
	if (buffer_append(&argument->text, text, bytes) ||
		buffer_byte(&argument->text, '\0'))
		return say(reason, "no memory");
	argument->cell = (uint64_t)(uintptr_t)argument->text.start;
	return true;
}

static bool fill_items(struct argument *argument, char reason[REASON_BYTES])
{
	const struct tau_value *list = &argument->input->value;
	size_t bytes = shape_bytes(&argument->shape);
	struct tau_items items;
	struct tau_value item;
	uint8_t *to;

	if (tau_value_kind(list) == TAU_KIND_MAP ||
		tau_value_items(list, &items))
		return say(reason, "it is no list for an array");
	argument->text.bytes = 0;
	/* Each item has a byte of its own in the record, so that the product
	 * cannot overflow. */
	to = buffer_reserve(&argument->text, (list->count + 1) * bytes);
	if (!to)
		return say(reason, "no memory");
	for (argument->used = 0; tau_value_next(&items, &item) == 1;
		argument->used++)
		if (!shape_store(&argument->shape, &item,
			    to + argument->used * bytes, reason))
			return false;
	if (argument->used != list->count)
		return say(reason, "it is not utf9");
	argument->cell = (uint64_t)(uintptr_t)to;
	return true;
}

/* Data stays where it is in the record. */
static bool fill_data(struct argument *argument, char reason[REASON_BYTES])
{
	const uint8_t *body;

	if (tau_value_bytes(&argument->input->value, &body, &argument->used))
		return say(reason, "it is neither text nor bytes");
	argument->cell = (uint64_t)(uintptr_t)body;
	return true;
}

static bool fill(struct argument *argument, char reason[REASON_BYTES])
{
	switch (argument->use) {
	case VALUE:
		if (argument->shape.base == STRING)
			return fill_string(argument, reason);
		return shape_store(&argument->shape, &argument->input->value,
			argument->passed, reason);
	case POINTS_IN:
		return shape_store(&argument->shape, &argument->input->value,
			argument->memory, reason);
	case DATA:
		return fill_data(argument, reason);
	case ITEMS:
		return fill_items(argument, reason);
	case POINTS_OUT:
		memset(argument->memory, 0, shape_bytes(&argument->shape));
		return true;
	case ROOM:
		memset(argument->memory, 0, argument->bytes);
		return true;
	default:
		return true;
	}
}

/* Lengths and capacities, which have to fit their own types. */
static bool fill_size(struct argument *argument, char reason[REASON_BYTES])
{
	bool room = argument->use != LENGTH;
	size_t size = room ? argument->data->bytes : argument->data->used;
	uint8_t bytes[9] = {TAU_CODE_U64};
	struct tau_value value;

	for (int i = 0; i < 8; i++)
		bytes[8 - i] = (uint8_t)(size >> (8 * i));
	(void)tau_value_open(bytes, sizeof bytes, &value);
	return shape_store(&argument->shape, &value,
		argument->use == FILLED ? argument->memory : argument->passed,
		reason);
}

bool call_fill(struct call *call, const struct tau_record *record,
	char reason[REASON_BYTES])
{
	struct argument *argument,
		*end = call->arguments + call->argument_count;

	for (size_t i = 0; i < call->input_count; i++)
		if (!call->inputs[i].constant &&
			!find_input(&call->inputs[i], record, reason))
			return false;
	for (argument = call->arguments; argument < end; argument++)
		if (!fill(argument, reason)) {
			call_blame(argument, reason);
			return false;
		}
	for (argument = call->arguments; argument < end; argument++)
		if (argument->data && !fill_size(argument, reason)) {
			call_blame(argument, reason);
			return false;
		}
	return true;
}

/* ---- the call ------------------------------------------------------------ */

static bool has_failed(const struct call *call, int64_t number)
{
	switch (call->fails) {
	case NEVER:
		return false;
	case BY_ERRNO:
		return call->error != 0;
	case IS_NULL:
		return call->answer.pointer == NULL;
	case EQUAL:
		return number == call->fails_value;
	case UNEQUAL:
		return number != call->fails_value;
	case LESS:
		return call->result.shape.base == U64
			       ? (uint64_t)number < (uint64_t)call->fails_value
			       : number < call->fails_value;
	case MORE:
		return call->result.shape.base == U64
			       ? (uint64_t)number > (uint64_t)call->fails_value
			       : number > call->fails_value;
	}
	return false;
}

static bool explain(
	const struct call *call, int64_t number, char reason[REASON_BYTES])
{
	const struct member *name =
		call->result.shape.base == ENUM
			? shape_named(&call->result.shape, number)
			: NULL;
	const char *text = call->uses_errno ? strerror(call->error) : NULL;
	char answer[96] = "";

	if (call->fails == IS_NULL)
		snprintf(answer, sizeof answer, " returned null");
	else if (name)
		snprintf(answer, sizeof answer, " returned %.*s",
			(int)name->name_bytes, name->name);
	else if (call->fails != BY_ERRNO && call->result.shape.base == U64)
		snprintf(answer, sizeof answer, " returned %llu",
			(unsigned long long)number);
	else if (call->fails != BY_ERRNO)
		snprintf(answer, sizeof answer, " returned %lld",
			(long long)number);
	if (call->fails == BY_ERRNO)
		snprintf(reason, REASON_BYTES, "%s failed: %s", call->function,
			text);
	else
		snprintf(reason, REASON_BYTES, "%s%s%s%s", call->function,
			answer, text ? ": " : "", text ? text : "");
	return false;
}

/* An enum says all that can be returned. */
static bool check_name(
	const struct call *call, int64_t number, char reason[REASON_BYTES])
{
	if (call->result.shape.base != ENUM ||
		shape_named(&call->result.shape, number))
		return true;
	snprintf(reason, REASON_BYTES,
		"%s returned %lld, which its enum does not name",
		call->function, (long long)number);
	return false;
}

static bool check_size(const struct call *call, const struct argument *room,
	int64_t size, char reason[REASON_BYTES])
{
	if (size >= 0 && (uint64_t)size <= room->bytes)
		return true;
	snprintf(reason, REASON_BYTES,
		"%s says that %lld bytes came out, and \"%.*s\" has %zu",
		call->function, (long long)size, (int)room->name_bytes,
		room->name, room->bytes);
	return false;
}

/* How much of each room is used. */
static bool measure(
	struct call *call, int64_t number, char reason[REASON_BYTES])
{
	struct argument *argument = call->arguments;
	struct argument *end = argument + call->argument_count;

	for (; argument < end; argument++)
		if (argument->use == ROOM)
			argument->used = argument->bytes;
	for (argument = call->arguments; argument < end; argument++) {
		int64_t size;

		if (argument->use != FILLED)
			continue;
		size = shape_integer(&argument->shape, argument->memory);
		if (!check_size(call, argument->data, size, reason))
			return false;
		argument->data->used = (size_t)size;
	}
	if (!call->result_room)
		return true;
	if (!check_size(call, call->result_room, number, reason))
		return false;
	for (argument = call->arguments; argument < end; argument++)
		if (argument == call->result_room)
			argument->used = (size_t)number;
	return true;
}

bool call_do(struct call *call, char reason[REASON_BYTES])
{
	void *answer =
		call->answer_memory ? call->answer_memory : &call->answer;
	int64_t number;

	call->flow = TAU_OK;
	errno = 0;
	ffi_call(&call->cif, call->address, answer, call->values);
	call->error = errno;
	number = shape_integer(&call->result.shape, answer);
	if (has_failed(call, number))
		return explain(call, number, reason);
	return check_name(call, number, reason) &&
	       measure(call, number, reason);
}
