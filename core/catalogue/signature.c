/* signature: reads the whole line; see signature.h. */
#include "core/catalogue/signature.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "core/catalogue/signature_parts.h"

static int read_argument(
	struct signature_reader *reader, struct signature_argument *argument);

/* ---- arguments ----------------------------------------------------------- */

/* "arguments )" into a list; `event` is whether they are a callback's. */
static int read_arguments(struct signature_reader *reader,
	struct signature_argument **list, size_t *count, bool event)
{
	if (signature_take(reader, ")"))
		return 0;
	do {
		size_t at = signature_here(reader);
		if (*count == SIGNATURE_ARGUMENTS_MAX)
			return signature_refuse(reader, at,
				"a function takes at most %d arguments here",
				SIGNATURE_ARGUMENTS_MAX);
		*list = arena_grow(reader->arena, *list, *count, sizeof **list);
		struct signature_argument *argument = &(*list)[(*count)++];
		*argument = (struct signature_argument){.at = at};
		if (read_argument(reader, argument) != 0)
			return -EINVAL;
		if (event && argument->use == USE_EVENT)
			return signature_refuse(reader, at,
				"an event takes no callbacks itself");
		if (*count == 1 && argument->type.base == BASE_VOID &&
			argument->name == NULL && signature_take(reader, ")")) {
			*count = 0;
			return 0;
		}
		if (argument->type.base == BASE_VOID &&
			argument->use != USE_EVENT)
			return signature_refuse(
				reader, at, "an argument cannot be void");
	} while (signature_take(reader, ","));
	return signature_expect(reader, ")", "the arguments");
}

/* "compare f64 descending" */
static int read_compare(
	struct signature_reader *reader, struct signature_argument *argument)
{
	size_t at = signature_here(reader);
	argument->use = USE_COMPARE;
	if (signature_type(reader, &argument->type, 0) != 0)
		return -EINVAL;
	if (!signature_is_scalar(argument->type.base) || argument->type.pointer)
		return signature_refuse(
			reader, at, "only numbers and bools are compared");
	argument->descending = signature_take_word(reader, "descending");
	return 0;
}

/* "event int entry(string path, pointer, int kind) = 0" */
static int read_event(
	struct signature_reader *reader, struct signature_argument *argument)
{
	size_t at = signature_here(reader);
	argument->use = USE_EVENT;
	if (signature_type(reader, &argument->type, 0) != 0)
		return -EINVAL;
	if (argument->type.base != BASE_VOID &&
		(!signature_is_scalar(argument->type.base) ||
			argument->type.pointer))
		return signature_refuse(reader, at,
			"an event answers void, a number or a bool");
	argument->at = signature_here(reader);
	argument->name = signature_name(reader);
	if (argument->name == NULL)
		return signature_refuse(reader, argument->at,
			"an event needs a name, not %s",
			signature_found(reader));
	if (signature_expect(reader, "(", "an event's name") != 0 ||
		read_arguments(reader, &argument->arguments,
			&argument->argument_count, true) != 0)
		return -EINVAL;
	if (argument->type.base == BASE_VOID)
		return 0;
	if (!signature_take(reader, "="))
		return signature_refuse(reader, signature_here(reader),
			"say what \"%s\" answers: = and a constant",
			argument->name);
	return signature_literal(reader, &argument->type, &argument->literal);
}

/* "[4096]": room for what comes out; "[]": an array. */
static int read_brackets(
	struct signature_reader *reader, struct signature_argument *argument)
{
	enum signature_base base = argument->type.base;
	size_t at = signature_here(reader);
	if (signature_take(reader, "]")) {
		argument->use = USE_ITEMS;
		if (!signature_is_scalar(base) || argument->type.pointer)
			return signature_refuse(reader, argument->at,
				"an array is made of numbers or bools");
		return 0;
	}
	argument->use = USE_BUFFER;
	if (base != BASE_BYTES && base != BASE_STRING)
		return signature_refuse(reader, argument->at,
			"only bytes and string come out by size: write bytes "
			"NAME[SIZE]");
	if (signature_integer(reader, BASE_I64, &argument->bytes) != 0)
		return -EINVAL;
	if (argument->bytes < 1 || argument->bytes > SIGNATURE_BUFFER_BYTES_MAX)
		return signature_refuse(reader, at,
			"room for %lld bytes is not between 1 and %u",
			(long long)argument->bytes, SIGNATURE_BUFFER_BYTES_MAX);
	return signature_expect(reader, "]", "the size");
}

static enum signature_use plain_use(const struct signature_type *type)
{
	if (type->pointer)
		return type->constant ? USE_IN : USE_OUT;
	if (type->base == BASE_POINTER)
		return USE_IGNORED;
	return type->base == BASE_BYTES ? USE_BYTES : USE_VALUE;
}

static int read_argument(
	struct signature_reader *reader, struct signature_argument *argument)
{
	if (signature_take_word(reader, "null")) {
		argument->use = USE_NULL;
		argument->type.base = BASE_POINTER;
		return 0;
	}
	if (signature_take_word(reader, "compare"))
		return read_compare(reader, argument);
	if (signature_take_word(reader, "event"))
		return read_event(reader, argument);
	if (signature_type(reader, &argument->type, 0) != 0)
		return -EINVAL;
	if (argument->type.own)
		return signature_refuse(reader, argument->at,
			"only a string that is returned is freed");
	size_t at = signature_here(reader);
	argument->name = signature_name(reader);
	if (argument->name != NULL)
		argument->at = at;
	argument->use = plain_use(&argument->type);
	if (signature_take(reader, "["))
		return read_brackets(reader, argument);
	if (!signature_take(reader, "="))
		return 0;
	argument->use = USE_CONSTANT;
	return signature_literal(reader, &argument->type, &argument->literal);
}

/* ---- the result ---------------------------------------------------------- */

static int read_result(
	struct signature_reader *reader, struct signature *signature)
{
	struct signature_argument *result = &signature->result;
	result->at = signature_here(reader);
	if (signature_type(reader, &result->type, 0) != 0)
		return -EINVAL;
	if (result->type.base == BASE_BYTES || result->type.pointer ||
		result->type.base == BASE_POINTER)
		return signature_refuse(reader, result->at,
			"a pointer cannot be a result, except a string");
	size_t at = signature_here(reader);
	const char *first = signature_name(reader);
	size_t second_at = signature_here(reader);
	const char *second = first != NULL ? signature_name(reader) : NULL;
	if (first == NULL)
		return signature_refuse(reader, at,
			"the function's name stands here, not %s",
			signature_found(reader));
	signature->function = second != NULL ? second : first;
	result->name = second != NULL ? first : NULL;
	if (second != NULL)
		result->at = at;
	if (strlen(signature->function) > NAME_BYTES_MAX)
		return signature_refuse(reader, second != NULL ? second_at : at,
			"a function's name has at most %d bytes",
			NAME_BYTES_MAX);
	if (second != NULL && result->type.base == BASE_VOID)
		return signature_refuse(reader, at, "what is void has no name");
	return signature_expect(reader, "(", "the function's name");
}

static int read_condition(
	struct signature_reader *reader, struct signature *signature)
{
	const struct signature_type *type = &signature->result.type;
	size_t at = signature_here(reader);
	bool null = signature_take_word(reader, "null");
	if (null && type->base != BASE_STRING)
		return signature_refuse(
			reader, at, "only a string can be null");
	if (null) {
		signature->fails = TEST_NULL;
		return 0;
	}
	signature->fails = signature_take(reader, "!=")  ? TEST_UNEQUAL
			   : signature_take(reader, "<") ? TEST_LESS
			   : signature_take(reader, ">") ? TEST_MORE
			   : signature_take(reader, "=") ? TEST_EQUAL
							 : TEST_EQUAL;
	if (type->base == BASE_STRING)
		return signature_refuse(
			reader, at, "a string can only be compared with null");
	if (!signature_is_integer(type->base) && type->base != BASE_ENUM)
		return signature_refuse(reader, at,
			"only whole numbers, enums and strings are compared");
	json_t *literal = NULL;
	int code = signature_literal(reader, type, &literal);
	signature->fails_number = json_integer_value(literal);
	json_decref(literal);
	return code;
}

/* "errno", "errno if -1", "bad if != 0", or nothing. */
static int read_failure(
	struct signature_reader *reader, struct signature *signature)
{
	signature->uses_errno = signature_take_word(reader, "errno");
	if (signature->uses_errno) {
		signature->fails = TEST_ERRNO;
		return signature_take_word(reader, "if")
			       ? read_condition(reader, signature)
			       : 0;
	}
	if (!signature_take_word(reader, "bad"))
		return 0;
	if (!signature_take_word(reader, "if"))
		return signature_refuse(reader, signature_here(reader),
			"\"if\" comes after bad, not %s",
			signature_found(reader));
	return read_condition(reader, signature);
}

static int read_signature(
	struct signature_reader *reader, struct signature *signature)
{
	if (reader->bytes > SIGNATURE_BYTES_MAX)
		return signature_refuse(reader, SIGNATURE_BYTES_MAX,
			"a signature has at most %d bytes",
			SIGNATURE_BYTES_MAX);
	const char *nul = memchr(reader->text, '\0', reader->bytes);
	if (nul != NULL)
		return signature_refuse(reader, (size_t)(nul - reader->text),
			"a signature has no NUL in it");
	if (signature_here(reader) == reader->bytes)
		return signature_refuse(reader, 0,
			"the signature is empty: write a C function such as "
			"\"size strlen(string in)\"");
	if (read_result(reader, signature) != 0 ||
		read_arguments(reader, &signature->arguments,
			&signature->argument_count, false) != 0 ||
		read_failure(reader, signature) != 0)
		return -EINVAL;
	(void)signature_take(reader, ";");
	if (signature_here(reader) != reader->bytes)
		return signature_refuse(reader, reader->at,
			"the signature ends before %s",
			signature_found(reader));
	return signature_join(reader, signature);
}

static void release(struct signature_argument *arguments, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_decref(arguments[i].literal);
		release(arguments[i].arguments, arguments[i].argument_count);
	}
}

json_t *signature_parse(
	const char *text, size_t bytes, struct error *error, size_t *at)
{
	struct error own = ERROR_NONE;
	struct arena arena = {0};
	struct signature signature = {0};
	struct signature_reader reader = {.bytes = bytes,
		.arena = &arena,
		.error = error != NULL ? error : &own};
	json_t *json = NULL;
	reader.text = arena_text(&arena, text, bytes); /* a NUL behind it */
	if (read_signature(&reader, &signature) == 0)
		json = signature_json(&signature);
	if (at != NULL)
		*at = reader.wrong;
	release(signature.arguments, signature.argument_count);
	arena_release(&arena);
	return json;
}
