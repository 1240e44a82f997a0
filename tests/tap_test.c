/*
 * tap: what passes on a stream is shown to who looks, and to nobody else; and
 * what a tool makes of copies that came over a socket.
 */
#include "core/stream/stream.h"
#include "core/wire/tapped.h"

#include "tests/test.h"

#include <string.h>

#include "core/base/os_linux.h"

/* One stream with its ends, and a tap that notes what it is shown. */
struct edge {
	struct os os;
	struct chunks *chunks;
	struct stream_pool pool;
	struct stream stream;
	struct tau_out out;
	struct tau_in in;
};

struct notes {
	struct stream_tap tap; /* first */
	char text[256];
};

static void note(struct stream_tap *tap, const struct tau_record *first,
	const struct tau_record *limit)
{
	char *text = ((struct notes *)tap)->text;

	for (; first < limit; first++) {
		strncat(text, (const char *)first->body, first->bytes);
		strcat(text, " ");
	}
}

static void edge_init(struct edge *edge, enum stream_policy policy)
{
	const struct stream_settings settings = {4096, 4, 512, policy};

	memset(edge, 0, sizeof *edge);
	os_linux_init(&edge->os);
	ck_assert_int_eq(chunks_create(&edge->chunks, &edge->os, NULL), 0);
	edge->pool.chunks = edge->chunks;
	stream_init(&edge->stream, &edge->pool, &settings, "edge");
}

static void edge_release(struct edge *edge)
{
	stream_end(&edge->stream, &edge->out, STREAM_CLOSED);
	stream_leave(&edge->stream, &edge->in);
	stream_release(&edge->stream);
	ck_assert_uint_eq(chunks_live(edge->chunks), 0);
	ring_pool_release(&edge->pool.rings);
	chunks_destroy(&edge->chunks);
}

static int room(struct edge *edge)
{
	return stream_room(&edge->stream, &edge->out, 8, false);
}

static void commit(struct edge *edge, const char *text)
{
	size_t bytes = strlen(text);

	memcpy(edge->out.body, text, bytes);
	tau_commit_at(NULL, &edge->out, (uint32_t)bytes, TAU_UTF8);
}

static void put(struct edge *edge, const char *text)
{
	ck_assert_int_eq(room(edge), TAU_OK);
	commit(edge, text);
	ck_assert_int_eq(stream_close(&edge->stream, &edge->out), 0);
}

static void get(struct edge *edge, const char *expected)
{
	ck_assert_int_eq(stream_read(&edge->stream, &edge->in), TAU_OK);
	ck_assert_uint_eq(edge->in.next->bytes, strlen(expected));
	ck_assert(memcmp(edge->in.next->body, expected, strlen(expected)) == 0);
	edge->in.next++;
	stream_retire(&edge->stream, &edge->in);
}

START_TEST(what_passes_is_shown_from_then_on_and_still_passes)
{
	struct edge edge;
	struct notes one = {{note, NULL}, ""}, other = {{note, NULL}, ""};

	edge_init(&edge, STREAM_BLOCK);
	put(&edge, "a");
	stream_tap(&edge.stream, &one.tap);
	put(&edge, "b");
	stream_tap(&edge.stream, &other.tap);
	put(&edge, "c");
	stream_untap(&edge.stream, &one.tap);
	put(&edge, "d");
	ck_assert_str_eq(one.text, "b c ");
	ck_assert_str_eq(other.text, "c d ");
	ck_assert_int_eq(room(&edge), TAU_WAIT);
	get(&edge, "a");
	get(&edge, "b");
	get(&edge, "c");
	get(&edge, "d");
	stream_untap(&edge.stream, &other.tap);
	put(&edge, "e");
	ck_assert_str_eq(other.text, "c d ");
	edge_release(&edge);
}
END_TEST

START_TEST(a_tap_may_come_and_go_while_the_writer_has_a_window)
{
	struct edge edge;
	struct notes notes = {{note, NULL}, ""};

	edge_init(&edge, STREAM_BLOCK);
	ck_assert_int_eq(room(&edge), TAU_OK);
	commit(&edge, "a");
	stream_tap(&edge.stream, &notes.tap);
	ck_assert_int_eq(stream_publish(&edge.stream, &edge.out), 0);
	commit(&edge, "b");
	ck_assert_int_eq(stream_publish(&edge.stream, &edge.out), 0);
	stream_untap(&edge.stream, &notes.tap);
	commit(&edge, "c");
	ck_assert_int_eq(stream_close(&edge.stream, &edge.out), 0);
	ck_assert_str_eq(notes.text, "a b ");
	get(&edge, "a");
	get(&edge, "b");
	get(&edge, "c");
	edge_release(&edge);
}
END_TEST

START_TEST(what_leaves_for_nowhere_is_shown)
{
	struct edge edge;
	struct notes notes = {{note, NULL}, ""};

	edge_init(&edge, STREAM_NOWHERE);
	stream_tap(&edge.stream, &notes.tap);
	put(&edge, "a");
	put(&edge, "b");
	ck_assert_str_eq(notes.text, "a b ");
	ck_assert_uint_eq(edge.stream.dropped, 2);
	stream_untap(&edge.stream, &notes.tap);
	put(&edge, "c");
	ck_assert_str_eq(notes.text, "a b ");
	edge_release(&edge);
}
END_TEST

START_TEST(a_record_that_a_full_stream_drops_does_not_pass)
{
	struct edge edge;
	struct notes notes = {{note, NULL}, ""};

	edge_init(&edge, STREAM_DROP_NEWEST);
	stream_tap(&edge.stream, &notes.tap);
	put(&edge, "a");
	put(&edge, "b");
	put(&edge, "c");
	put(&edge, "d");
	put(&edge, "e");
	ck_assert_str_eq(notes.text, "a b c d ");
	ck_assert_uint_eq(edge.stream.dropped, 1);
	edge_release(&edge);
}
END_TEST

static const struct tau_record copied[] = {{"one", 3, TAU_UTF8, 0},
	{"", 0, TAU_BYTES, 0}, {"\0x", 2, TAU_BYTES, TAU_STATIC},
	{"cell", 4, TAU_FD, 0}, {"z", 1, TAU_VALUE, 0}};
#define COPIED (sizeof copied / sizeof *copied)

static size_t copy_all(uint8_t *bytes, size_t room_bytes)
{
	size_t used = 0;

	for (size_t i = 0; i < COPIED; i++) {
		size_t next = tapped_add(bytes, used, room_bytes, &copied[i]);

		if (next == 0)
			break;
		used = next;
	}
	return used;
}

START_TEST(copies_are_the_records_but_for_fds)
{
	uint8_t bytes[256];
	struct command_text rest = {
		(char *)bytes, copy_all(bytes, sizeof bytes)};
	struct tau_record record;

	for (size_t i = 0; i < COPIED; i++) {
		uint32_t length =
			copied[i].type == TAU_FD ? 0 : copied[i].bytes;

		ck_assert(tapped_next(&rest, &record));
		ck_assert_uint_eq(record.type, copied[i].type);
		ck_assert_uint_eq(record.flags, 0);
		ck_assert_uint_eq(record.bytes, length);
		ck_assert(memcmp(record.body, copied[i].body, length) == 0);
	}
	ck_assert(!tapped_next(&rest, &record));
	ck_assert_uint_eq(rest.bytes, 0);
}
END_TEST

START_TEST(copies_are_whole_or_not_there_however_little_room_there_is)
{
	for (size_t room_bytes = 0; room_bytes < 64; room_bytes++) {
		uint8_t *bytes = malloc(room_bytes + 1);
		struct command_text rest;
		struct tau_record record;

		ck_assert_ptr_nonnull(bytes);
		bytes[room_bytes] = 0x5a;
		rest = (struct command_text){
			(char *)bytes, copy_all(bytes, room_bytes)};
		while (tapped_next(&rest, &record))
			;
		ck_assert_uint_eq(rest.bytes, 0);
		ck_assert_uint_eq(bytes[room_bytes], 0x5a);
		free(bytes);
	}
}
END_TEST

/* Cut anywhere, or any byte another: never beyond the text. */
START_TEST(copies_that_are_none_are_not_believed)
{
	uint8_t bytes[256];
	size_t used = copy_all(bytes, sizeof bytes);
	struct tau_record record;

	for (size_t cut = 0; cut <= used; cut++)
		for (size_t at = 0; at < cut; at++) {
			char *harmed = malloc(cut);
			struct command_text rest = {harmed, cut};

			ck_assert_ptr_nonnull(harmed);
			memcpy(harmed, bytes, cut);
			harmed[at] = (char)~harmed[at];
			while (tapped_next(&rest, &record))
				ck_assert((const char *)record.body +
						  record.bytes <=
					  harmed + cut);
			free(harmed);
		}
}
END_TEST

static Suite *tap_suite(void)
{
	Suite *suite = suite_create("tap");
	TCase *tests = test_case(suite, "streams and copies");

	tcase_add_test(
		tests, what_passes_is_shown_from_then_on_and_still_passes);
	tcase_add_test(
		tests, a_tap_may_come_and_go_while_the_writer_has_a_window);
	tcase_add_test(tests, what_leaves_for_nowhere_is_shown);
	tcase_add_test(tests, a_record_that_a_full_stream_drops_does_not_pass);
	tcase_add_test(tests, copies_are_the_records_but_for_fds);
	tcase_add_test(tests,
		copies_are_whole_or_not_there_however_little_room_there_is);
	tcase_add_test(tests, copies_that_are_none_are_not_believed);
	return suite;
}

TEST_MAIN(tap_suite)
