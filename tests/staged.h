/*
 * staged: checks one operator by what goes in and what must come out, first
 * unstopped, then with a stop at its first wait, at its second, and so on, each
 * time thawed and moved. A stop must change nothing.
 */
#ifndef TESTS_STAGED_H
#define TESTS_STAGED_H

#include "tests/stage.h"

#include <tau/writer.h>

#include "tests/test.h"

#define TEXT(stage, text) stage_feed(stage, 0, TAU_UTF8, text, strlen(text))
#define BYTES(stage, text) stage_feed(stage, 0, TAU_BYTES, text, strlen(text))
#define CYCLE(stage) stage_feed(stage, 0, TAU_CYCLE, "", 0)

/* Sets params and inputs of a stage that was just created. */
typedef void set_up(struct stage *stage);

struct expected {
	const char *plugin, *name;
	set_up *set_up;
	const char *out, *bad;
};

static inline void run_once(const struct expected *expected, size_t stop,
	enum stage_how how, bool *stopped)
{
	struct stage *stage = stage_create(expected->plugin, expected->name);
	int code;

	expected->set_up(stage);
	code = stage_run(stage, stop, how, stopped);
	ck_assert_msg(code == 0, "%s failed: %s", expected->name,
		stage_failure(stage));
	ck_assert_str_eq(stage_output(stage, 0), expected->out);
	if (expected->bad)
		ck_assert_str_eq(stage_output(stage, 1), expected->bad);
	stage_destroy(stage);
}

/* Unstopped, then stopped at the first wait, the second, and so on. */
static inline void check(const struct expected *expected)
{
	bool stopped;
	size_t stops = 0;

	run_once(expected, STAGE_NEVER, STAGE_THAW, &stopped);
	for (int how = STAGE_THAW; how <= STAGE_MOVE; how++) {
		size_t stop = 0;

		do {
			run_once(expected, stop++, (enum stage_how)how,
				&stopped);
			stops += stopped;
		} while (stopped);
	}
	ck_assert_msg(stops > 0, "%s never waited", expected->name);
}

#define CHECK_OPERATOR(plugin_, operator_, set_up_, out_, bad_)                \
	check(&(struct expected){plugin_, operator_, set_up_, out_, bad_})

/* A map, by the writers that operators use. */
static inline void feed_map(struct stage *stage, const char *key,
	const char *text, const char *number_key, int64_t number)
{
	uint8_t space[512];
	struct tau_writer w;
	struct tau_mark map;

	tau_writer_init(&w, space, sizeof space);
	map = tau_write_map_begin(&w, 0);
	tau_write_text(&w, key, strlen(key));
	tau_write_text(&w, text, strlen(text));
	if (number_key) {
		tau_write_text(&w, number_key, strlen(number_key));
		tau_write_int(&w, number);
	}
	tau_write_end(&w, map);
	stage_feed(stage, 0, TAU_VALUE, space, (size_t)tau_writer_finish(&w));
}

#endif
