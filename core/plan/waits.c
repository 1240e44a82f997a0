/* waits: who waits for whom, in words. See the header. */
#include "core/plan/waits.h"

#include "core/base/check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What the words of a text are: its first is the kind of its line. */
#define WORDS_MAX 8

struct waits_operator {
	const char *name, *node;
	enum waits_kind kind;
	const char *stream; /* by name */
	uint32_t seen;      /* 1 and more: the walk that came by first */
};

static const char *const kinds[] = {[WAITS_ENDED] = "ended",
	[WAITS_NOTHING] = "nothing",
	[WAITS_WRITE] = "write",
	[WAITS_READ] = "read"};

static int take_lines(
	struct waits *waits, const char *node, char *text, uint32_t first);
static uint32_t cut(char *line, char *words[WORDS_MAX]);
static int take_operator(
	struct waits *waits, const char *node, char **words, uint32_t count);
static int take_stream(
	struct waits *waits, char **words, uint32_t count, uint32_t first);
static bool number(const char *word, uint64_t most, uint64_t *value);
static bool place(const char *word, uint32_t most, uint32_t *place);
static void *grow(void *items, uint32_t count, size_t bytes);
static void merge(struct waits *waits);
static int by_name(const void *left, const void *right);
static const struct waits_stream *stream_of(
	const struct waits *waits, const struct waits_operator *one);
static uint32_t next_of(const struct waits *waits, uint32_t at);
static uint32_t walk(struct waits *waits, uint32_t from);
static void say_circle(
	struct text *to, const struct waits *waits, uint32_t start);
static void say_advice(
	struct text *to, const struct waits *waits, uint32_t start);
static void say(struct text *to, const struct waits *waits, uint32_t at);
static void say_name(struct text *to, const struct waits *waits, uint32_t at);

void waits_put_operator(struct text *text, const char *name,
	enum waits_kind kind, const char *stream)
{
	text_format(text, "operator %s %s", name, kinds[kind]);
	if (stream)
		text_format(text, " %s", stream);
	text_add(text, "\n");
}

static void put_place(struct text *text, uint32_t at)
{
	if (at == WAITS_NONE)
		text_add(text, " -");
	else
		text_format(text, " %" PRIu32, at);
}

void waits_put_stream(struct text *text, const struct waits_stream *stream)
{
	text_format(text, "stream %s", stream->name);
	put_place(text, stream->writer);
	put_place(text, stream->reader);
	text_format(text, " %" PRIu64 " %" PRIu64 " %" PRIu32 "\n",
		stream->records, stream->bytes, stream->capacity_bytes);
}

int waits_add(struct waits *waits, const char *node, const char *text,
	size_t bytes, struct error *error)
{
	uint32_t operators = waits->operator_count;
	uint32_t streams = waits->stream_count;
	char *copy = strndup(bytes ? text : "", bytes);
	char *name = strdup(node ? node : "");
	int result;

	CHECK(copy != NULL && name != NULL);
	waits->texts = grow(waits->texts, waits->text_count + 1, sizeof copy);
	waits->texts[waits->text_count++] = copy;
	waits->texts = grow(waits->texts, waits->text_count + 1, sizeof name);
	waits->texts[waits->text_count++] = name;
	result = strlen(copy) == bytes ? take_lines(waits, node ? name : NULL,
						 copy, operators)
				       : -EPROTO;
	if (result == 0)
		return 0;
	waits->operator_count = operators;
	waits->stream_count = streams;
	return error_set(error, result,
		"what it says of its operators' waits makes no sense");
}

char *waits_explain(struct waits *waits)
{
	struct text to = {0};
	bool found = false;

	merge(waits);
	text_add(&to, "nothing can go on:");
	for (uint32_t i = 0; i < waits->operator_count; i++)
		waits->operators[i].seen = 0;
	for (uint32_t i = 0; i < waits->operator_count; i++) {
		uint32_t start = walk(waits, i);

		if (start == WAITS_NONE)
			continue;
		found = true;
		say_circle(&to, waits, start);
		say_advice(&to, waits, start);
	}
	for (uint32_t i = 0; i < waits->operator_count && !found; i++)
		if (waits->operators[i].kind != WAITS_ENDED)
			say(&to, waits, i);
	return text_take(&to);
}

void waits_release(struct waits *waits)
{
	for (uint32_t i = 0; i < waits->text_count; i++)
		free(waits->texts[i]);
	free(waits->texts);
	free(waits->operators);
	free(waits->streams);
	*waits = (struct waits){0};
}

static int take_lines(
	struct waits *waits, const char *node, char *text, uint32_t first)
{
	char *line;

	while ((line = strsep(&text, "\n")) != NULL) {
		char *words[WORDS_MAX];
		uint32_t count = cut(line, words);
		int result = -EPROTO;

		if (text == NULL)
			return *line ? -EPROTO : 0; /* behind the last line */
		if (count > 0 && !strcmp(words[0], "operator"))
			result = take_operator(waits, node, words, count);
		else if (count > 0 && !strcmp(words[0], "stream"))
			result = take_stream(waits, words, count, first);
		if (result < 0)
			return result;
	}
	return 0;
}

/* The words of a line, or 0 when there are too many. */
static uint32_t cut(char *line, char *words[WORDS_MAX])
{
	uint32_t count = 0;

	while (line) {
		if (count == WORDS_MAX)
			return 0;
		words[count++] = strsep(&line, " ");
	}
	return count;
}

static int take_operator(
	struct waits *waits, const char *node, char **words, uint32_t count)
{
	struct waits_operator one = {.node = node};
	bool waiting;

	if (count < 3)
		return -EPROTO;
	while (strcmp(kinds[one.kind], words[2]) != 0)
		if (one.kind++ == WAITS_READ)
			return -EPROTO;
	waiting = one.kind == WAITS_WRITE || one.kind == WAITS_READ;
	if (count != (waiting ? 4u : 3u))
		return -EPROTO;
	one.name = words[1];
	one.stream = waiting ? words[3] : NULL;
	waits->operators =
		grow(waits->operators, waits->operator_count + 1, sizeof one);
	waits->operators[waits->operator_count++] = one;
	return 0;
}

static int take_stream(
	struct waits *waits, char **words, uint32_t count, uint32_t first)
{
	uint32_t operators = waits->operator_count - first;
	struct waits_stream stream;
	uint64_t capacity;

	if (count != 7 || !place(words[2], operators, &stream.writer) ||
		!place(words[3], operators, &stream.reader) ||
		!number(words[4], UINT64_MAX, &stream.records) ||
		!number(words[5], UINT64_MAX, &stream.bytes) ||
		!number(words[6], UINT32_MAX, &capacity))
		return -EPROTO;
	stream.name = words[1];
	stream.capacity_bytes = (uint32_t)capacity;
	if (stream.writer != WAITS_NONE)
		stream.writer += first;
	if (stream.reader != WAITS_NONE)
		stream.reader += first;
	waits->streams =
		grow(waits->streams, waits->stream_count + 1, sizeof stream);
	waits->streams[waits->stream_count++] = stream;
	return 0;
}

static bool number(const char *word, uint64_t most, uint64_t *value)
{
	char *end;

	if (*word < '0' || *word > '9')
		return false;
	errno = 0;
	*value = strtoull(word, &end, 10);
	return errno == 0 && *end == 0 && *value <= most;
}

/* Of an operator that the node has told of before. */
static bool place(const char *word, uint32_t most, uint32_t *place)
{
	uint64_t value;

	*place = WAITS_NONE;
	if (!strcmp(word, "-"))
		return true;
	if (most == 0 || !number(word, most - 1, &value))
		return false;
	*place = (uint32_t)value;
	return true;
}

/* Room for one more than there was: as much again at every power of two. */
static void *grow(void *items, uint32_t count, size_t bytes)
{
	if ((count & (count - 1)) != 0)
		return items;
	items = realloc(items, (size_t)count * 2 * bytes);
	CHECK(items != NULL);
	return items;
}

/* The two ends of one stream become one, with what both hold. */
static void merge(struct waits *waits)
{
	struct waits_stream *streams = waits->streams;
	uint32_t kept = 0;

	if (waits->stream_count == 0)
		return;
	qsort(streams, waits->stream_count, sizeof *streams, by_name);
	for (uint32_t i = 1; i < waits->stream_count; i++) {
		struct waits_stream *one = &streams[kept];

		if (strcmp(one->name, streams[i].name) != 0) {
			streams[++kept] = streams[i];
			continue;
		}
		if (one->writer == WAITS_NONE)
			one->writer = streams[i].writer;
		if (one->reader == WAITS_NONE)
			one->reader = streams[i].reader;
		one->records += streams[i].records;
		one->bytes += streams[i].bytes;
	}
	waits->stream_count = kept + 1;
}

static int by_name(const void *left, const void *right)
{
	return strcmp(((const struct waits_stream *)left)->name,
		((const struct waits_stream *)right)->name);
}

/* What an operator waits for; NULL: none that was told of. */
static const struct waits_stream *stream_of(
	const struct waits *waits, const struct waits_operator *one)
{
	const struct waits_stream key = {.name = one->stream};

	if (!key.name || waits->stream_count == 0)
		return NULL;
	return bsearch(
		&key, waits->streams, waits->stream_count, sizeof key, by_name);
}

/* Whom an operator waits for. */
static uint32_t next_of(const struct waits *waits, uint32_t at)
{
	const struct waits_operator *one = &waits->operators[at];
	const struct waits_stream *stream = stream_of(waits, one);

	if (!stream)
		return WAITS_NONE;
	return one->kind == WAITS_WRITE ? stream->reader : stream->writer;
}

/* An operator on a circle that no walk has found before. Each operator is
 * walked over once. */
static uint32_t walk(struct waits *waits, uint32_t from)
{
	uint32_t at = from;

	while (at != WAITS_NONE && waits->operators[at].seen == 0) {
		waits->operators[at].seen = from + 1;
		at = next_of(waits, at);
	}
	return at != WAITS_NONE && waits->operators[at].seen == from + 1
		       ? at
		       : WAITS_NONE;
}

static void say_circle(
	struct text *to, const struct waits *waits, uint32_t start)
{
	uint32_t at = start;

	do {
		say(to, waits, at);
		at = next_of(waits, at);
	} while (at != start);
}

/* What could be done: more room where one is full, another order elsewhere. */
static void say_advice(
	struct text *to, const struct waits *waits, uint32_t start)
{
	uint32_t at = start;
	bool full = false;

	do {
		const struct waits_operator *one = &waits->operators[at];

		if (one->kind == WAITS_WRITE)
			text_format(to, "%s%s",
				full ? ", "
				     : "\n  it would go on further with more "
				       "\"records\" or \"capacity\" on ",
				one->stream);
		full |= one->kind == WAITS_WRITE;
		at = next_of(waits, at);
	} while (at != start);
	if (!full)
		text_add(to, "\n  none of them begins: one must write before "
			     "it reads");
}

static void say(struct text *to, const struct waits *waits, uint32_t at)
{
	const struct waits_operator *one = &waits->operators[at];
	const struct waits_stream *stream = stream_of(waits, one);
	uint32_t other = next_of(waits, at);

	text_add(to, "\n  ");
	say_name(to, waits, at);
	if (!stream) {
		text_add(to, " waits for nothing that can come");
		return;
	}
	text_add(to, " waits for ");
	say_name(to, waits, other);
	if (one->kind == WAITS_WRITE)
		text_format(to,
			" to read: stream %s is full (%" PRIu64
			" records, %" PRIu64 " bytes of %" PRIu32 ")",
			stream->name, stream->records, stream->bytes,
			stream->capacity_bytes);
	else
		text_format(to, " to write: stream %s is empty", stream->name);
}

static void say_name(struct text *to, const struct waits *waits, uint32_t at)
{
	if (at == WAITS_NONE) {
		text_add(to, "another node");
		return;
	}
	text_add(to, waits->operators[at].name);
	if (waits->operators[at].node)
		text_format(to, " (node %s)", waits->operators[at].node);
}
