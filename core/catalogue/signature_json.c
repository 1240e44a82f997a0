/* signature_json: a signature in the form that operators read. */
#include <jansson.h>

#include "core/catalogue/signature_parts.h"

static const char *const uses[] = {
	[USE_VALUE] = "value",
	[USE_CONSTANT] = "constant",
	[USE_IN] = "in",
	[USE_OUT] = "out",
	[USE_BYTES] = "bytes",
	[USE_ITEMS] = "items",
	[USE_LENGTH] = "length",
	[USE_BUFFER] = "buffer",
	[USE_CAPACITY] = "capacity",
	[USE_FILLED] = "filled",
	[USE_NULL] = "null",
	[USE_COMPARE] = "compare",
	[USE_EVENT] = "event",
	[USE_IGNORED] = "ignored",
};

static const char *const tests[] = {
	[TEST_NEVER] = "never",
	[TEST_ERRNO] = "errno",
	[TEST_NULL] = "null",
	[TEST_EQUAL] = "=",
	[TEST_UNEQUAL] = "!=",
	[TEST_LESS] = "<",
	[TEST_MORE] = ">",
};

static json_t *type_json(const struct signature_type *type)
{
	json_t *list;
	if (type->base != BASE_STRUCT && type->base != BASE_ENUM)
		return json_string(signature_base_name(type->base));
	list = json_array();
	for (size_t i = 0; i < type->count; i++) {
		const struct signature_member *member = &type->members[i];
		json_array_append_new(
			list, json_pack("[s, o]", member->name,
				      type->base == BASE_ENUM
					      ? json_integer(member->number)
					      : type_json(&member->type)));
	}
	return json_pack("{s: o}", signature_base_name(type->base), list);
}

static json_t *arguments_json(
	const struct signature_argument *arguments, size_t count);

static json_t *argument_json(const struct signature_argument *argument)
{
	json_t *json = json_pack("{s: s, s: s, s: o}", "name", argument->name,
		"use", uses[argument->use], "type", type_json(&argument->type));
	if (argument->use == USE_BUFFER)
		json_object_set_new(
			json, "bytes", json_integer(argument->bytes));
	if (argument->use == USE_ITEMS)
		json_object_set_new(json, "changes",
			json_boolean(!argument->type.constant));
	if (argument->use == USE_COMPARE)
		json_object_set_new(
			json, "descending", json_boolean(argument->descending));
	if (argument->literal != NULL)
		json_object_set(json, "value", argument->literal);
	if (argument->use == USE_EVENT)
		json_object_set_new(json, "arguments",
			arguments_json(
				argument->arguments, argument->argument_count));
	return json;
}

static json_t *arguments_json(
	const struct signature_argument *arguments, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, argument_json(&arguments[i]));
	return list;
}

json_t *signature_json(const struct signature *signature)
{
	json_t *result = argument_json(&signature->result);
	if (signature->result.type.own)
		json_object_set_new(result, "free", json_true());
	return json_pack("{s: s, s: o, s: o, s: {s: s, s: I, s: b}}",
		"function", signature->function, "result", result, "arguments",
		arguments_json(signature->arguments, signature->argument_count),
		"fails", "if", tests[signature->fails], "value",
		(json_int_t)signature->fails_number, "errno",
		(int)signature->uses_errno);
}
