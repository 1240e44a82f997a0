/*
 * regex: the named groups of a pattern, found in text, as a map, in the order
 * of the groups. A group that took no part in the match is null. Text that the
 * pattern does not match goes to bad.
 */
#include "operators.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tau/writer.h>

#include "common/bad.h"
#include "common/turn.h"
#include "pattern.h"

enum { PATTERN = 0 };

struct name {
	const char *text; /* PCRE2's */
	size_t bytes;
	uint32_t group;
};

struct regex {
	struct pattern pattern;
	struct name *names; /* by group */
	uint32_t name_count;
	size_t name_bytes;
};

static int by_group(const void *one, const void *other)
{
	const struct name *left = one, *right = other;

	return (left->group > right->group) - (left->group < right->group);
}

/* The names stand in PCRE2's table by alphabet, each behind its number. */
static int read_names(struct tau_op *op, struct regex *self)
{
	const uint8_t *table = NULL;
	uint32_t width = 0;

	(void)pcre2_pattern_info(
		self->pattern.code, PCRE2_INFO_NAMECOUNT, &self->name_count);
	(void)pcre2_pattern_info(
		self->pattern.code, PCRE2_INFO_NAMEENTRYSIZE, &width);
	(void)pcre2_pattern_info(
		self->pattern.code, PCRE2_INFO_NAMETABLE, &table);
	if (!self->name_count)
		return tau_fail(op, -EINVAL,
			"the pattern names no group, so there is nothing to "
			"take out; write (?<name>...), or filter by where \"\" "
			"matches");
	self->names = calloc(self->name_count, sizeof *self->names);
	if (!self->names)
		return tau_fail(op, -ENOMEM, "no memory");
	for (uint32_t i = 0; i < self->name_count; i++, table += width) {
		struct name *name = &self->names[i];

		name->group = (uint32_t)table[0] << 8 | table[1];
		name->text = (const char *)table + 2;
		name->bytes = strlen(name->text);
		self->name_bytes += name->bytes + 5;
	}
	qsort(self->names, self->name_count, sizeof *self->names, by_group);
	return 0;
}

static int create(struct tau_op *op)
{
	struct regex *self = calloc(1, sizeof *self);
	const struct tau_text *text = &op->params[PATTERN].value.s;
	int code;

	op->self = self;
	if (!self)
		return tau_fail(op, -ENOMEM, "no memory");
	code = pattern_init(op, &self->pattern, text->text, text->bytes);
	return code ? code : read_names(op, self);
}

static void destroy(struct tau_op *op)
{
	struct regex *self = op->self;

	if (self) {
		pattern_release(&self->pattern);
		free(self->names);
	}
	free(self);
}

static size_t map_room(const struct regex *self)
{
	size_t room = 20 + self->name_bytes, start, end;

	for (uint32_t i = 0; i < self->name_count; i++)
		room += pattern_group(&self->pattern, self->names[i].group,
				&start, &end)
				? end - start + 5
				: 1;
	return room;
}

static int send_map(
	struct tau_op *op, struct regex *self, const struct tau_record *record)
{
	size_t room = map_room(self), start, end;
	const char *text = record->body;
	struct tau_writer writer;
	struct tau_mark map;
	void *space;

	if (room > op->out[OUT]->atomic)
		return bad_send(op, BAD, "regex", record,
			"the map is larger than what the stream takes at once");
	space = tau_reserve(op, OUT, (uint32_t)room);
	if (!space)
		return (int)op->out[OUT]->state;
	tau_writer_init(&writer, space, room);
	map = tau_write_map_begin(&writer, room);
	for (uint32_t i = 0; i < self->name_count; i++) {
		const struct name *name = &self->names[i];

		tau_write_text(&writer, name->text, name->bytes);
		if (pattern_group(&self->pattern, name->group, &start, &end))
			tau_write_text(&writer, text + start, end - start);
		else
			tau_write_null(&writer);
	}
	tau_write_end(&writer, map);
	tau_commit(op, OUT, (uint32_t)tau_writer_finish(&writer), TAU_VALUE);
	return TAU_OK;
}

static int take_text(struct tau_op *op, const struct tau_record *record)
{
	struct regex *self = op->self;
	int code = pattern_match(&self->pattern, record->body, record->bytes);
	char sentence[160];

	if (code > 0)
		return send_map(op, self, record);
	if (code == 0)
		return bad_send(
			op, BAD, "regex", record, "the pattern does not match");
	pattern_sentence(code, sentence, sizeof sentence);
	return bad_sendf(op, BAD, "regex", record,
		"the pattern cannot be matched: %s", sentence);
}

static int run(struct tau_op *op)
{
	return turn_text(op, take_text, "regex",
		"patterns are matched with text, and this is none");
}

const struct tau_operator match_regex = {.size = sizeof match_regex,
	.name = "regex",
	.create = create,
	.destroy = destroy,
	.run = run};
