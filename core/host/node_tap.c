/* node_tap: copies of what passes on streams. See the header. */
#include "core/host/node_tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/host/node_report.h"
#include "core/text/text.h"
#include "core/wire/tapped.h"

struct node_tap {
	struct stream_tap tap; /* first */
	struct node_tap *next;
	struct stream *stream;
	uint64_t number;
	bool wanted; /* RECORDS may be sent */
	uint32_t count;
	uint64_t skipped; /* behind those */
	size_t used;
	uint8_t bytes[TAP_BUFFER_BYTES];
};

static void begin(struct node_taps *taps, const struct command *message);
static struct stream *find_stream(
	struct node *node, const struct command_text *name);
static struct stream *find_port(
	const struct instance *instance, const char *text, size_t bytes);
static struct stream *stream_of(
	const struct instance *instance, uint32_t port, uint32_t member);
static bool is_named(const char *name, const char *text, size_t bytes);
static void explain(const struct node *node, const struct command_text *name,
	struct error *error);
static void list_streams(
	const struct node *node, const char *owner, struct text *text);
static void show(struct stream_tap *tap, const struct tau_record *first,
	const struct tau_record *limit);
static void send_records(struct node_taps *taps, struct node_tap *tap);
static void say_shown(
	struct node_taps *taps, uint64_t number, const struct error *error);
static struct node_tap **find(struct node_taps *taps, uint64_t number);
static void take_off(struct node_taps *taps, struct node_tap **at);

bool node_taps_obey(struct node_taps *taps, const struct command *message)
{
	struct node_tap **at;

	if (message->kind != COMMAND_TAP)
		return false;
	at = find(taps, message->records);
	if (message->code == COMMAND_TAP_ON && !*at)
		begin(taps, message);
	else if (message->code == COMMAND_TAP_MORE && *at)
		(*at)->wanted = true;
	else if (message->code == COMMAND_TAP_OFF && *at)
		take_off(taps, at);
	return true;
}

bool node_taps_send(struct node_taps *taps)
{
	struct node_tap **at = &taps->first;
	bool said = false;

	while (*at) {
		struct node_tap *tap = *at;
		bool ended = tap->stream->reason != STREAM_OPEN;

		if (tap->wanted && (tap->count > 0 || tap->skipped > 0)) {
			send_records(taps, tap);
			said = true;
		}
		if (ended && tap->count == 0 && tap->skipped == 0) {
			say_shown(taps, tap->number, &ERROR_NONE);
			take_off(taps, at);
			said = true;
		} else
			at = &tap->next;
	}
	return said;
}

void node_taps_end(struct node_taps *taps)
{
	while (taps->first) {
		send_records(taps, taps->first);
		say_shown(taps, taps->first->number, &ERROR_NONE);
		take_off(taps, &taps->first);
	}
}

void node_taps_release(struct node_taps *taps)
{
	while (taps->first)
		take_off(taps, &taps->first);
}

static void begin(struct node_taps *taps, const struct command *message)
{
	struct error error = ERROR_NONE;
	struct stream *stream = find_stream(taps->node, &message->name);
	struct node_tap *tap = NULL;

	if (!stream)
		explain(taps->node, &message->name, &error);
	else if (taps->count == TAP_MAX)
		error_set(&error, -EMFILE,
			"%u taps are on in that node already, the most that "
			"may be",
			TAP_MAX);
	else if (!(tap = malloc(sizeof *tap)))
		error_set(&error, -ENOMEM, "out of memory for a tap");
	if (!tap) {
		say_shown(taps, message->records, &error);
		return;
	}
	tap->tap.show = show;
	tap->next = taps->first;
	tap->stream = stream;
	tap->number = message->records;
	tap->wanted = true;
	tap->count = 0;
	tap->skipped = 0;
	tap->used = 0;
	taps->first = tap;
	taps->count++;
	stream_tap(stream, &tap->tap);
}

/* By the writer, if that is here; else by the stream's own name. */
static struct stream *find_stream(
	struct node *node, const struct command_text *name)
{
	for (uint32_t i = 0; i < node->plan->operator_count; i++) {
		const struct instance *instance = node->operators[i];
		size_t bytes = strlen(instance->name);

		if (name->bytes < bytes ||
			memcmp(name->text, instance->name, bytes) != 0)
			continue;
		if (name->bytes == bytes && instance->op.out_count > 0)
			return stream_of(instance, 0, 0);
		if (name->bytes > bytes && name->text[bytes] == '.')
			return find_port(instance, name->text + bytes + 1,
				name->bytes - bytes - 1);
	}
	for (uint32_t i = 0; i < node->plan->stream_count; i++)
		if (is_named(node->plan->streams[i].name, name->text,
			    name->bytes))
			return &node->streams[i];
	return NULL;
}

/* "PORT" or, of a variadic one, "PORT[N]". */
static struct stream *find_port(
	const struct instance *instance, const char *text, size_t bytes)
{
	const char *bracket = memchr(text, '[', bytes);
	size_t named = bracket ? (size_t)(bracket - text) : bytes;
	uint32_t member = 0;

	for (const char *at = bracket; at && at + 1 < text + bytes; at++)
		if (at[1] >= '0' && at[1] <= '9' && member <= GROUP_MEMBERS_MAX)
			member = member * 10 + (uint32_t)(at[1] - '0');
	for (uint32_t p = 0; p < instance->op.out_count; p++)
		if (is_named(instance->description->out[p].name, text, named))
			return stream_of(instance, p, member);
	return NULL;
}

static struct stream *stream_of(
	const struct instance *instance, uint32_t port, uint32_t member)
{
	const struct port *out = &instance->ports.out.ports[port];

	return member < out->count ? out->ends[member].stream : NULL;
}

static bool is_named(const char *name, const char *text, size_t bytes)
{
	return strlen(name) == bytes && !memcmp(name, text, bytes);
}

static void explain(const struct node *node, const struct command_text *name,
	struct error *error)
{
	const char *dot = memchr(name->text, '.', name->bytes);
	size_t bytes = dot ? (size_t)(dot - name->text) : name->bytes;
	char *owner = strndup(name->text, bytes);
	struct text text = {0};

	if (owner)
		list_streams(node, owner, &text);
	error_set(error, -ENOENT, "no stream is called %.*s; %s%s",
		(int)name->bytes, name->text,
		text.count ? "there is " : "that operator writes none",
		text_string(&text));
	text_release(&text);
	free(owner);
}

static void list_streams(
	const struct node *node, const char *owner, struct text *text)
{
	size_t bytes = strlen(owner);
	uint32_t count = node->plan->stream_count + node->nowhere_count;

	for (uint32_t i = 0; i < count; i++) {
		const char *name =
			i < node->plan->stream_count
				? node->plan->streams[i].name
				: node->nowhere[i - node->plan->stream_count]
					  .name;

		if (!strncmp(name, owner, bytes) &&
			(!name[bytes] || name[bytes] == '.'))
			text_format(
				text, "%s%s", text->count ? ", " : "", name);
	}
}

/* On the writer's stack, in the middle of its turn. */
static void show(struct stream_tap *shown, const struct tau_record *first,
	const struct tau_record *limit)
{
	struct node_tap *tap = (struct node_tap *)shown;

	for (; first < limit; first++) {
		size_t used = tap->skipped > 0
				      ? 0
				      : tapped_add(tap->bytes, tap->used,
						sizeof tap->bytes, first);

		if (used == 0) {
			tap->skipped += (uint64_t)(limit - first);
			return;
		}
		tap->used = used;
		tap->count++;
	}
}

static void send_records(struct node_taps *taps, struct node_tap *tap)
{
	if (tap->count > 0 || tap->skipped > 0)
		node_report_send(taps->connection,
			&(struct command){.kind = COMMAND_RECORDS,
				.code = (int)tap->count,
				.records = tap->number,
				.bytes = tap->skipped,
				.text = {(char *)tap->bytes, tap->used}});
	tap->wanted = false;
	tap->count = 0;
	tap->skipped = 0;
	tap->used = 0;
}

static void say_shown(
	struct node_taps *taps, uint64_t number, const struct error *error)
{
	node_report_send(
		taps->connection, &(struct command){.kind = COMMAND_SHOWN,
					  .code = error->code,
					  .records = number,
					  .text = command_text(error->text)});
}

/* Where it hangs, or would. */
static struct node_tap **find(struct node_taps *taps, uint64_t number)
{
	struct node_tap **at = &taps->first;

	while (*at && (*at)->number != number)
		at = &(*at)->next;
	return at;
}

static void take_off(struct node_taps *taps, struct node_tap **at)
{
	struct node_tap *tap = *at;

	*at = tap->next;
	taps->count--;
	stream_untap(tap->stream, &tap->tap);
	free(tap);
}
