/*
 * signature_join: gives arguments their meaning by those of the same name.
 *
 *     bytes a, size a            what goes in, and its length
 *     f64 a[], size a            an array, and how many
 *     bytes a[9], size a         room for what comes out, and how much
 *     bytes a[9], size *a        the same, and how much of it was used
 *     size a f(bytes a[9])       the function says how much
 */
#include <errno.h>
#include <string.h>

#include "core/catalogue/signature_parts.h"

static bool same(const char *one, const char *other)
{
	return one != NULL && other != NULL && strcmp(one, other) == 0;
}

/* The argument that holds the data of this name, or NULL. */
static struct signature_argument *holder(
	struct signature_argument *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (same(list[i].name, name) &&
			(list[i].use == USE_BYTES || list[i].use == USE_ITEMS ||
				list[i].use == USE_BUFFER))
			return &list[i];
	return NULL;
}

static bool measures(const struct signature_argument *argument)
{
	return argument->use == USE_LENGTH || argument->use == USE_CAPACITY ||
	       argument->use == USE_FILLED;
}

/* Turns an integer beside data into what measures it. */
static int join_one(struct signature_reader *reader,
	struct signature_argument *argument,
	const struct signature_argument *data)
{
	bool whole = signature_is_integer(argument->type.base);
	bool buffer = data->use == USE_BUFFER;
	if (whole && argument->use == USE_VALUE)
		argument->use = buffer ? USE_CAPACITY : USE_LENGTH;
	else if (whole && argument->use == USE_OUT && buffer)
		argument->use = USE_FILLED;
	else
		return signature_refuse(reader, argument->at,
			"\"%s\" is data already; beside it stands its length, "
			"a whole number%s",
			argument->name, buffer ? " or a pointer to one" : "");
	return 0;
}

static int join_list(struct signature_reader *reader,
	struct signature_argument *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct signature_argument *data =
			holder(list, count, list[i].name);
		if (data == NULL || data == &list[i])
			continue;
		if (join_one(reader, &list[i], data) != 0)
			return -EINVAL;
	}
	return 0;
}

/* Data that goes in is never passed without its length. */
static int check_lengths(struct signature_reader *reader,
	const struct signature_argument *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool found = false;
		if (list[i].use != USE_BYTES && list[i].use != USE_ITEMS)
			continue;
		if (list[i].name == NULL)
			return signature_refuse(reader, list[i].at,
				"data needs a name, which its length has too: "
				"bytes in, size in");
		for (size_t j = 0; j < count; j++)
			found |= measures(&list[j]) &&
				 same(list[j].name, list[i].name);
		if (!found)
			return signature_refuse(reader, list[i].at,
				"\"%s\" is passed without its length: add an "
				"argument size %s",
				list[i].name, list[i].name);
	}
	return 0;
}

/* C writes data and its length as "const unsigned char *p, unsigned n", which
 * here would be one byte and a number beside it. */
static int check_bytes(struct signature_reader *reader,
	const struct signature_argument *list, size_t count)
{
	for (size_t i = 0; i + 1 < count; i++) {
		const struct signature_argument *one = &list[i];
		bool in = one->use == USE_IN;
		const char *name = one->name ? one->name : "NAME";
		if ((!in && one->use != USE_OUT) || !one->type.pointer ||
			(one->type.base != BASE_U8 &&
				one->type.base != BASE_I8) ||
			list[i + 1].use != USE_VALUE ||
			!signature_is_integer(list[i + 1].type.base))
			continue;
		return signature_refuse(reader, one->at,
			"this points to one %s, and a whole number follows; "
			"did you mean \"bytes %s%s, size %s\"?",
			signature_base_name(one->type.base), name,
			in ? "" : "[SIZE]", name);
	}
	return 0;
}

static bool is_output(const struct signature_argument *argument)
{
	return argument->use == USE_OUT || argument->use == USE_BUFFER ||
	       (argument->use == USE_ITEMS && !argument->type.constant);
}

/* No two outputs have one name, and none has an input's but an array, which
 * is both. */
static int check_outputs(
	struct signature_reader *reader, struct signature *signature)
{
	struct signature_argument *list = signature->arguments;
	for (size_t i = 0; i < signature->argument_count; i++) {
		if (!is_output(&list[i]))
			continue;
		if (signature->result.use != USE_LENGTH &&
			same(list[i].name, signature->result.name))
			return signature_refuse(reader, list[i].at,
				"the result is called \"%s\" too",
				list[i].name);
		for (size_t j = 0; j < signature->argument_count; j++)
			if (j != i && same(list[j].name, list[i].name) &&
				!measures(&list[j]))
				return signature_refuse(reader,
					list[i > j ? i : j].at,
					"two arguments are called \"%s\", and "
					"one of them comes out",
					list[i].name);
	}
	return 0;
}

/* "size out f(bytes out[9])": the result measures. */
static int join_result(
	struct signature_reader *reader, struct signature *signature)
{
	struct signature_argument *result = &signature->result;
	const struct signature_argument *data = holder(
		signature->arguments, signature->argument_count, result->name);
	if (result->name == NULL) {
		result->name = "result";
		return 0;
	}
	if (data == NULL || data->use != USE_BUFFER)
		return 0;
	if (!signature_is_integer(result->type.base))
		return signature_refuse(reader, result->at,
			"the result is called as the buffer \"%s\" is, so it "
			"says its length and is a whole number",
			result->name);
	result->use = USE_LENGTH;
	return 0;
}

static void name_all(struct signature_reader *reader,
	struct signature_argument *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].name == NULL)
			list[i].name = arena_format(
				reader->arena, "argument%zu", i + 1);
}

static int check_places(struct signature_reader *reader,
	const struct signature_argument *list, size_t count, bool event)
{
	for (size_t i = 0; i < count; i++) {
		const struct signature_argument *argument = &list[i];
		if (!event && argument->use == USE_IGNORED)
			return signature_refuse(reader, argument->at,
				"pointers that mean nothing to us stand in "
				"events alone; write null");
		if (event && argument->use != USE_VALUE &&
			argument->use != USE_IN && argument->use != USE_BYTES &&
			argument->use != USE_LENGTH &&
			argument->use != USE_IGNORED)
			return signature_refuse(reader, argument->at,
				"an event is given values, const pointers, "
				"bytes with their length, and pointers");
		if (argument->use == USE_EVENT &&
			(join_list(reader, argument->arguments,
				 argument->argument_count) != 0 ||
				check_lengths(reader, argument->arguments,
					argument->argument_count) != 0 ||
				check_places(reader, argument->arguments,
					argument->argument_count, true) != 0))
			return -EINVAL;
	}
	return 0;
}

int signature_join(struct signature_reader *reader, struct signature *signature)
{
	struct signature_argument *list = signature->arguments;
	size_t count = signature->argument_count;
	if (join_list(reader, list, count) != 0 ||
		join_result(reader, signature) != 0 ||
		check_lengths(reader, list, count) != 0 ||
		check_bytes(reader, list, count) != 0 ||
		check_places(reader, list, count, false) != 0)
		return -EINVAL;
	name_all(reader, list, count);
	for (size_t i = 0; i < count; i++)
		name_all(reader, list[i].arguments, list[i].argument_count);
	return check_outputs(reader, signature);
}
