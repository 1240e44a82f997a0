/* draw_records: what in ports are fed with. See draw.h. */
#include "core/check/draw.h"

#include <string.h>
#include <sys/mman.h>

#include <tau/writer.h>

#define LARGE_BYTES 65536u
#define RECORDS_MAX 32u
#define FIELD_BYTES_MAX 48u
#define FIELDS_MAX 8u
#define MAP_BYTES 1536u

struct list {
	struct draw *draw;
	struct stage_record *records;
	size_t count;
};

static void add(
	struct list *list, uint16_t type, const void *body, size_t bytes)
{
	list->records[list->count++] =
		(struct stage_record){body, (uint32_t)bytes, type, -1};
}

static void add_texts(struct list *list)
{
	static const char logged[] =
		"10.0.0.1 - u [10/Oct/2000:13:55:36 -0700] \"GET /a?b=c "
		"HTTP/1.1\" 500 17 \"-\" \"agent\"";
	static const char *const texts[] = {"one", "one", "two words", "", "3",
		logged, "{\"n\": 1, \"text\": \"x\", \"status\": 500}",
		"{broken", "\xff\xfe is no text", "4.5", "one"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		add(list, TAU_UTF8, texts[i], strlen(texts[i]));
}

static void add_blocks(struct list *list)
{
	static const char blocks[][20] = {
		"one\none\ntwo\nthr", "ee\n\n\n", "\0\1\2\n", "no end"};

	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
		add(list, TAU_BYTES, blocks[i], i == 2 ? 4 : strlen(blocks[i]));
	add(list, TAU_BYTES, "", 0);
}

static void finish(
	struct list *list, struct tau_writer *writer, const uint8_t *body)
{
	add(list, TAU_VALUE, body, (size_t)tau_writer_finish(writer));
}

static const char *const keys[] = {"path", "n", "status", "bytes", "count"};

static bool is_key(const char *name, size_t bytes)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strlen(keys[i]) == bytes && !memcmp(keys[i], name, bytes))
			return true;
	return false;
}

/* Where a param of fields leads to, when that can be a key beside the others:
 * "/user" gives "user", "/user/name" a map in it. NULL: it cannot. */
static const char *field_of(const struct draw *draw, size_t at)
{
	const struct param_value *value = &draw->base[at];
	const char *text = value->text;

	if (draw->described->params[at].type != PARAM_FIELD || !value->set ||
		!text || value->bytes < 2 || value->bytes > FIELD_BYTES_MAX ||
		strchr(text, '~') || strstr(text, "//") ||
		text[value->bytes - 1] == '/' ||
		is_key(text + 1, strcspn(text + 1, "/")))
		return NULL;
	return text + 1;
}

static bool same_key(const char *one, const char *other)
{
	size_t bytes = strcspn(one, "/");

	return bytes == strcspn(other, "/") && !memcmp(one, other, bytes);
}

static void write_field(
	struct tau_writer *writer, const char *path, int64_t number)
{
	struct tau_mark marks[FIELD_BYTES_MAX];
	size_t depth = 0;

	for (;;) {
		size_t bytes = strcspn(path, "/");

		tau_write_text(writer, path, bytes);
		if (!path[bytes])
			break;
		marks[depth++] = tau_write_map_begin(writer, 0);
		path += bytes + 1;
	}
	if (number < 0)
		tau_write_text(writer, "text", 4);
	else
		tau_write_int(writer, number);
	while (depth > 0)
		tau_write_end(writer, marks[--depth]);
}

/* What the fields of the params lead to, so that it is there. */
static void write_fields(
	struct draw *draw, struct tau_writer *writer, int64_t number)
{
	const char *written[FIELDS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < draw->described->param_count; i++) {
		const char *path = field_of(draw, i);

		for (size_t w = 0; path && w < count; w++)
			if (same_key(written[w], path))
				path = NULL;
		if (!path || count == FIELDS_MAX)
			continue;
		written[count++] = path;
		write_field(writer, path, number);
	}
}

static void add_map(struct list *list, int64_t number, const char *text)
{
	uint8_t *body = arena_allocate(&list->draw->arena, MAP_BYTES, 1);
	struct tau_writer writer;
	struct tau_mark map;

	tau_writer_init(&writer, body, MAP_BYTES);
	map = tau_write_map_begin(&writer, 0);
	for (size_t i = 1; i < sizeof keys / sizeof *keys; i++) {
		tau_write_text(&writer, keys[i], strlen(keys[i]));
		tau_write_int(&writer, number + (int64_t)i - 1);
	}
	tau_write_text(&writer, "path", 4);
	tau_write_text(&writer, text, strlen(text));
	write_fields(list->draw, &writer, number);
	tau_write_end(&writer, map);
	finish(list, &writer, body);
}

static void add_values(struct list *list)
{
	uint8_t *body = arena_allocate(&list->draw->arena, 4 * 64, 1);
	struct tau_writer writer;
	struct tau_mark tuple;

	/* Each twice, for who remembers what came before. */
	for (int i = 0; i < 2; i++)
		add_map(list, 500, "/a");
	for (int i = 0; i < 2; i++)
		add_map(list, -7, "/b");
	tau_writer_init(&writer, body, 64);
	tau_write_int(&writer, 5);
	finish(list, &writer, body);
	tau_writer_init(&writer, body + 64, 64);
	tau_write_text(&writer, "text", 4);
	finish(list, &writer, body + 64);
	tau_writer_init(&writer, body + 128, 64);
	tuple = tau_write_tuple_begin(&writer, 0);
	tau_write_int(&writer, 1);
	tau_write_text(&writer, "a", 1);
	tau_write_end(&writer, tuple);
	finish(list, &writer, body + 128);
	add_map(list, 500, "/a");
}

static void add_fds(struct list *list)
{
	struct os *os = list->draw->os;

	for (int i = 0; i < 2; i++) {
		int *fd = &list->draw->fds[i];

		if (*fd < 0)
			*fd = os->memfd(os, "check", 0);
		if (*fd < 0)
			continue;
		(void)os->pwrite(os, *fd, "one\ntwo\n", 8, 0);
		list->records[list->count++] =
			(struct stage_record){NULL, sizeof *fd, TAU_FD, *fd};
	}
}

static void add_large(struct list *list, enum port_type type)
{
	uint8_t *body = arena_allocate(&list->draw->arena, LARGE_BYTES, 1);
	struct tau_writer writer;

	memset(body, 'x', LARGE_BYTES);
	if (type == PORT_VALUE) {
		char *text = arena_allocate(&list->draw->arena, LARGE_BYTES, 1);

		memset(text, 'x', LARGE_BYTES);
		tau_writer_init(&writer, body, LARGE_BYTES);
		tau_write_text(&writer, text, LARGE_BYTES - 16);
		finish(list, &writer, body);
	} else {
		add(list, type == PORT_BYTES ? TAU_BYTES : TAU_UTF8, body,
			LARGE_BYTES);
	}
}

const struct stage_record *draw_records(struct draw *draw, enum port_type type,
	enum draw_feed feed, size_t *count)
{
	struct list list = {.draw = draw,
		.records = arena_allocate(
			&draw->arena, RECORDS_MAX, sizeof *list.records)};

	if (type == PORT_FD && feed != FEED_EMPTY) {
		add_fds(&list);
	} else if (feed == FEED_LARGE) {
		add_large(&list, type);
		if (type == PORT_VALUE)
			add_map(&list, 1, "after");
		else
			add(&list, TAU_UTF8, "after", 5);
	} else if (feed == FEED_USUAL) {
		if (type == PORT_BYTES)
			add_blocks(&list);
		if (type == PORT_VALUE || type == PORT_ANY)
			add_values(&list);
		add(&list, TAU_CYCLE, "", 0);
		if (type != PORT_VALUE)
			add_texts(&list);
	}
	*count = list.count;
	return list.records;
}
