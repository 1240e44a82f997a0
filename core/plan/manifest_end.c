/*
 * manifest_end: `OP`, `OP.PORT`, `OP.PORT[N]`, and chains of them.
 *
 *     "tail.lines[2] -> parse -> out"
 *      ^at  ^port_at ^member_at
 *
 * Offsets into a string's decoded text are offsets into the source as long as
 * the string has no escapes; with escapes everything points at its beginning.
 */
#include <errno.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/plan/manifest_take.h"

/* A stretch of text and where it stands. */
struct stretch {
	const char *text;
	size_t bytes;
	uint32_t at;
	bool exact; /* byte i stands at `at` + i */
};

static uint32_t at_of(struct stretch stretch, size_t index)
{
	return stretch.exact ? stretch.at + (uint32_t)index : stretch.at;
}

static struct stretch part_of(struct stretch whole, size_t from, size_t to)
{
	return (struct stretch){
		whole.text + from, to - from, at_of(whole, from), whole.exact};
}

static struct stretch trim(struct stretch stretch)
{
	size_t from = 0, to = stretch.bytes;
	while (from < to && stretch.text[from] == ' ')
		from++;
	while (to > from && stretch.text[to - 1] == ' ')
		to--;
	return part_of(stretch, from, to);
}

static size_t find(struct stretch stretch, char byte)
{
	const char *found = memchr(stretch.text, byte, stretch.bytes);
	return found == NULL ? stretch.bytes : (size_t)(found - stretch.text);
}

static bool is_name_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
}

/* Where the first byte stands that no name has, or `bytes`. */
static size_t name_bytes(struct stretch stretch)
{
	size_t i = 0;
	while (i < stretch.bytes && is_name_byte(stretch.text[i]))
		i++;
	return i;
}

static int refuse(struct diagnostics *diagnostics, struct stretch stretch,
	size_t index, const char *sentence)
{
	diagnostics_add(diagnostics, at_of(stretch, index), "%s", sentence);
	return -EINVAL;
}

/* `[N]` at the end. */
static int read_member(struct manifest_end *end, struct stretch text,
	struct diagnostics *diagnostics)
{
	uint64_t member = 0;
	size_t i = 1;
	end->member_at = at_of(text, 0);
	for (; i < text.bytes && text.text[i] >= '0' && text.text[i] <= '9';
		i++)
		if (member <= GROUP_MEMBERS_MAX)
			member = member * 10 + (uint64_t)(text.text[i] - '0');
	if (i == 1 || i + 1 != text.bytes || text.text[i] != ']')
		return refuse(diagnostics, text, 0,
			"a member of a port is written [N] and ends the "
			"stream's end, like merge.in[2]");
	if (member >= GROUP_MEMBERS_MAX)
		return refuse(diagnostics, text, 1,
			"a port has at most 65536 members, numbered from 0");
	end->member = (uint32_t)member;
	return 0;
}

static int read_port(struct manifest_end *end, struct arena *arena,
	struct stretch text, struct diagnostics *diagnostics)
{
	size_t bytes = name_bytes(text);
	end->port_at = at_of(text, 0);
	if (bytes < text.bytes && text.text[bytes] == '.')
		return refuse(diagnostics, text, bytes,
			"a port's name has no point; back streams are "
			"connected by themselves");
	if (bytes < text.bytes)
		return refuse(diagnostics, text, bytes,
			"no byte of a port's name, which has letters, digits, "
			"_ and -");
	if (bytes == 0)
		return refuse(diagnostics, text, 0,
			"a port's name is expected behind the point");
	end->port = arena_text(arena, text.text, bytes);
	return 0;
}

static int read_end(struct manifest_end *end, struct arena *arena,
	struct stretch text, struct diagnostics *diagnostics)
{
	size_t bracket = find(text, '['), point = find(text, '.');
	point = point < bracket ? point : bracket;
	struct stretch name = part_of(text, 0, point);
	size_t bytes = name_bytes(name);
	*end = (struct manifest_end){.at = text.at,
		.port_at = text.at,
		.member_at = text.at,
		.member = MEMBER_NEXT};
	if (text.bytes == 0)
		return refuse(diagnostics, text, 0,
			"an operator's name is expected here");
	if (bytes < name.bytes || bytes == 0)
		return refuse(diagnostics, text, bytes,
			"an end of a stream is written OP, OP.PORT or "
			"OP.PORT[N]; names have letters, digits, _ and -");
	end->name = arena_text(arena, name.text, bytes);
	if (point < bracket &&
		read_port(end, arena, part_of(text, point + 1, bracket),
			diagnostics) != 0)
		return -EINVAL;
	if (bracket < text.bytes && point == bracket)
		return refuse(diagnostics, text, bracket,
			"a member needs its port before it, like merge.in[2]");
	if (bracket < text.bytes)
		return read_member(
			end, part_of(text, bracket, text.bytes), diagnostics);
	return 0;
}

int manifest_read_end(struct manifest_end *end, struct arena *arena,
	const char *text, size_t bytes, uint32_t at,
	struct diagnostics *diagnostics)
{
	struct stretch stretch = {text, bytes, at, true};
	return read_end(end, arena, stretch, diagnostics);
}

/* The decoded text of a string value. */
static struct stretch stretch_of(struct reading *reading, struct cursor value)
{
	uint32_t at = take_at(reading, value);
	const char *text = json_string_value(value.json);
	size_t bytes = json_string_length(value.json);
	const char *raw = reading->manifest->source->text + at + 1;
	bool exact = memcmp(raw, text, bytes) == 0;
	return (struct stretch){text, bytes, exact ? at + 1 : at, exact};
}

bool manifest_take_end(
	struct reading *reading, struct cursor value, struct manifest_end *end)
{
	if (!json_is_string(value.json))
		return take_wrong(
			reading, value, "a string like \"parse.bad\"");
	return read_end(end, &reading->manifest->arena,
		       trim(stretch_of(reading, value)),
		       reading->diagnostics) == 0;
}

static size_t find_arrow(struct stretch text, size_t from)
{
	const char *found =
		memmem(text.text + from, text.bytes - from, "->", 2);
	return found == NULL ? text.bytes : (size_t)(found - text.text);
}

/* One element; ports belong to the ends alone. */
static bool take_element(struct reading *reading,
	struct manifest_stream *stream, struct stretch text, bool last)
{
	struct manifest *manifest = reading->manifest;
	bool first = stream->end_count == 0;
	struct manifest_end end;
	if (read_end(&end, &manifest->arena, trim(text), reading->diagnostics))
		return false;
	stream->ends = arena_grow(
		&manifest->arena, stream->ends, stream->end_count, sizeof end);
	stream->ends[stream->end_count++] = end;
	if (first || last || end.port == NULL)
		return true;
	diagnostics_add(reading->diagnostics, end.port_at,
		"a chain names ports only at its two ends; write the streams "
		"of \"%s\" singly, with from and to",
		end.name);
	return false;
}

bool manifest_take_chain(struct reading *reading, struct cursor value,
	struct manifest_stream *stream)
{
	if (!json_is_string(value.json))
		return take_wrong(
			reading, value, "a chain like \"a -> b -> c\"");
	struct stretch text = stretch_of(reading, value);
	size_t from = 0, to;
	stream->chain = true;
	stream->at = at_of(trim(text), 0);
	if (find_arrow(text, 0) == text.bytes) {
		diagnostics_add(reading->diagnostics, stream->at,
			"a chain has two operators or more, with -> between "
			"them: \"a -> b\"");
		return false;
	}
	for (bool last = false; !last; from = to + 2) {
		to = find_arrow(text, from);
		last = to == text.bytes;
		if (!take_element(
			    reading, stream, part_of(text, from, to), last))
			return false;
	}
	return true;
}
