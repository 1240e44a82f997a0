/* signature_type: the types of a signature, by our names and by C's. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "core/base/count.h"
#include "core/text/diagnostic.h"
#include "core/catalogue/signature_parts.h"

static const struct {
	const char *name;
	enum signature_base base;
} words[] = {
	/* The first of a base is how it is called. */
	{"void", BASE_VOID},
	{"i8", BASE_I8},
	{"u8", BASE_U8},
	{"i16", BASE_I16},
	{"u16", BASE_U16},
	{"i32", BASE_I32},
	{"u32", BASE_U32},
	{"i64", BASE_I64},
	{"u64", BASE_U64},
	{"f32", BASE_F32},
	{"f64", BASE_F64},
	{"bool", BASE_BOOL},
	{"string", BASE_STRING},
	{"bytes", BASE_BYTES},
	{"pointer", BASE_POINTER},
	{"struct", BASE_STRUCT},
	{"enum", BASE_ENUM},
	{"size", BASE_U64},
	{"float", BASE_F32},
	{"double", BASE_F64},
	{"_Bool", BASE_BOOL},
	{"int8_t", BASE_I8},
	{"uint8_t", BASE_U8},
	{"int16_t", BASE_I16},
	{"uint16_t", BASE_U16},
	{"int32_t", BASE_I32},
	{"uint32_t", BASE_U32},
	{"int64_t", BASE_I64},
	{"uint64_t", BASE_U64},
	{"size_t", BASE_U64},
	{"ssize_t", BASE_I64},
	{"intptr_t", BASE_I64},
	{"uintptr_t", BASE_U64},
	{"ptrdiff_t", BASE_I64},
	{"off_t", BASE_I64},
	{"time_t", BASE_I64},
};

const char *signature_base_name(enum signature_base base)
{
	return words[base].name;
}

bool signature_is_integer(enum signature_base base)
{
	return base >= BASE_I8 && base <= BASE_U64;
}

bool signature_is_scalar(enum signature_base base)
{
	return base >= BASE_I8 && base <= BASE_BOOL;
}

/* C's words for integers, which stand in any order: "long unsigned int". False
 * when none stands here. */
static bool read_integer_words(
	struct signature_reader *reader, enum signature_base *base)
{
	static const char *const parts[] = {
		"unsigned", "signed", "long", "short", "int", "char"};
	unsigned seen[COUNT(parts)] = {0}, total = 0;
	for (size_t i = 0; i < COUNT(parts);) {
		if (signature_take_word(reader, parts[i])) {
			seen[i]++;
			total++;
			i = 0;
		} else {
			i++;
		}
	}
	if (total == 0)
		return false;
	enum signature_base made = seen[5]   ? BASE_I8
				   : seen[3] ? BASE_I16
				   : seen[2] ? BASE_I64
					     : BASE_I32;
	*base = seen[0] ? made + 1 : made;
	return true;
}

/* Libraries have names of their own for C's: uInt, uLong, GLuint. */
static const char *unsigned_name(const char *name)
{
	static const struct {
		const char *end, *meant;
	} ends[] = {{"uint", "u32"}, {"ulong", "unsigned long"},
		{"ushort", "u16"}, {"uchar", "u8"}};
	size_t bytes = strlen(name);
	for (size_t i = 0; i < COUNT(ends); i++)
		if (bytes >= strlen(ends[i].end) &&
			strcasecmp(name + bytes - strlen(ends[i].end),
				ends[i].end) == 0)
			return ends[i].meant;
	return NULL;
}

static int unknown(struct signature_reader *reader, size_t at, const char *name)
{
	const char *known[COUNT(words) + 3] = {"int", "unsigned", "long"};
	for (size_t i = 0; i < COUNT(words); i++)
		known[i + 3] = words[i].name;
	if (unsigned_name(name))
		return signature_refuse(reader, at,
			"there is no type \"%.64s\"; did you mean \"%s\"?",
			name, unsigned_name(name));
	return signature_refuse(reader, at, "there is no type \"%.64s\"%s",
		name,
		diagnostic_meant(reader->arena, name, known, COUNT(known),
			"; types are i8 to i64, u8 to u64, f32, f64, bool, "
			"string, bytes, struct {...}, enum {...} and C's own"));
}

/* ---- structs and enums --------------------------------------------------- */

static int add_member(struct signature_reader *reader,
	struct signature_type *type, const char *what,
	struct signature_member **member)
{
	size_t at = signature_here(reader);
	if (type->count == SIGNATURE_MEMBERS_MAX)
		return signature_refuse(reader, at, "%s has at most %d members",
			what, SIGNATURE_MEMBERS_MAX);
	type->members = arena_grow(reader->arena, type->members, type->count,
		sizeof *type->members);
	*member = &type->members[type->count];
	**member = (struct signature_member){.at = at};
	return 0;
}

/* The member's name, which no other may have. */
static int read_member_name(struct signature_reader *reader,
	struct signature_type *type, struct signature_member *member,
	const char *what)
{
	size_t at = signature_here(reader);
	member->name = signature_name(reader);
	if (member->name == NULL)
		return signature_refuse(reader, at,
			"a member of %s needs a name, not %s", what,
			signature_found(reader));
	for (size_t i = 0; i < type->count; i++)
		if (strcmp(type->members[i].name, member->name) == 0)
			return signature_refuse(reader, at,
				"two members are called \"%s\"", member->name);
	type->count++;
	return 0;
}

static int read_struct(struct signature_reader *reader,
	struct signature_type *type, unsigned depth)
{
	struct signature_member *member = NULL;
	if (depth == SIGNATURE_DEPTH_MAX)
		return signature_refuse(reader, signature_here(reader),
			"structs stand at most %d deep in each other",
			SIGNATURE_DEPTH_MAX);
	if (signature_expect(reader, "{", "struct") != 0)
		return -EINVAL;
	do {
		size_t at = signature_here(reader);
		if (add_member(reader, type, "a struct", &member) != 0 ||
			signature_type(reader, &member->type, depth + 1) != 0)
			return -EINVAL;
		if (member->type.pointer ||
			(!signature_is_scalar(member->type.base) &&
				member->type.base != BASE_STRUCT))
			return signature_refuse(reader, at,
				"a struct is made of numbers, bools and "
				"structs");
		if (read_member_name(reader, type, member, "a struct") != 0)
			return -EINVAL;
	} while (signature_take(reader, ",") || signature_take(reader, ";"));
	return signature_expect(reader, "}", "a struct's member");
}

static int read_enum(
	struct signature_reader *reader, struct signature_type *type)
{
	struct signature_member *member = NULL;
	int64_t next = 0;
	if (signature_expect(reader, "{", "enum") != 0)
		return -EINVAL;
	do {
		if (add_member(reader, type, "an enum", &member) != 0 ||
			read_member_name(reader, type, member, "an enum") != 0)
			return -EINVAL;
		if (signature_take(reader, "=") &&
			signature_integer(reader, BASE_I32, &next) != 0)
			return -EINVAL;
		if (next > INT32_MAX)
			return signature_refuse(reader, member->at,
				"the number of \"%s\" does not fit i32",
				member->name);
		member->number = next++;
	} while (signature_take(reader, ","));
	return signature_expect(reader, "}", "an enum's member");
}

/* ---- a type -------------------------------------------------------------- */

/* C's types that would be read as ours, with their second word for a name, and
 * what they hold would be garbage. */
static int refuse_wide(struct signature_reader *reader,
	const struct signature_type *type, size_t at)
{
	if (type->base == BASE_I64 && signature_take_word(reader, "double"))
		return signature_refuse(reader, at,
			"there is no \"long double\"; a function that takes or "
			"returns one cannot be called");
	if ((type->base == BASE_F32 || type->base == BASE_F64) &&
		(signature_take_word(reader, "complex") ||
			signature_take_word(reader, "_Complex")))
		return signature_refuse(reader, at,
			"complex numbers are written \"struct {%s re, %s im}\"",
			signature_base_name(type->base),
			signature_base_name(type->base));
	return 0;
}

static int read_base(struct signature_reader *reader,
	struct signature_type *type, unsigned depth)
{
	size_t at = signature_here(reader);
	if (read_integer_words(reader, &type->base))
		return refuse_wide(reader, type, at);
	if (signature_take(reader, "..."))
		return signature_refuse(reader, at,
			"a function that takes any number of arguments "
			"(\"...\") cannot be called");
	const char *name = signature_name(reader);
	if (name == NULL)
		return signature_refuse(reader, at,
			"a type stands here, not %s", signature_found(reader));
	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(words[i].name, name) == 0) {
			type->base = words[i].base;
			if (type->base == BASE_STRUCT)
				return read_struct(reader, type, depth);
			if (type->base == BASE_ENUM)
				return read_enum(reader, type);
			return refuse_wide(reader, type, at);
		}
	return unknown(reader, at, name);
}

/* const char * is a string, const void * bytes. */
static int read_star(
	struct signature_reader *reader, struct signature_type *type, size_t at)
{
	if (signature_take(reader, "*"))
		return signature_refuse(reader, reader->at - 1,
			"a pointer to a pointer cannot be passed");
	if (type->constant && type->base == BASE_I8)
		type->base = BASE_STRING;
	else if (type->constant && type->base == BASE_VOID)
		type->base = BASE_BYTES;
	else if (type->base == BASE_VOID || type->base == BASE_STRING ||
		 type->base == BASE_BYTES || type->base == BASE_POINTER)
		return signature_refuse(reader, at,
			"%s * says neither in nor out: write bytes NAME for "
			"data that goes in, bytes NAME[SIZE] for what comes "
			"out, or null",
			signature_base_name(type->base));
	else
		type->pointer = true;
	return 0;
}

int signature_type(struct signature_reader *reader, struct signature_type *type,
	unsigned depth)
{
	size_t at = signature_here(reader);
	*type = (struct signature_type){
		.own = signature_take_word(reader, "free")};
	type->constant = signature_take_word(reader, "const");
	if (read_base(reader, type, depth) != 0)
		return -EINVAL;
	type->constant |= signature_take_word(reader, "const");
	if (signature_take(reader, "*") && read_star(reader, type, at) != 0)
		return -EINVAL;
	if (type->own && type->base != BASE_STRING)
		return signature_refuse(
			reader, at, "only a string that is returned is freed");
	return 0;
}
