/*
 * staged: checks one operator by what goes in and what must come out, first
 * unstopped, then with a stop at its first wait, at its second, and so on, each
 * time thawed and moved. A stop must change nothing.
 */
#ifndef TESTS_STAGED_H
#define TESTS_STAGED_H

#include "tests/scene.h"

#include <tau/writer.h>

#include "tests/test.h"

#define TEXT(scene, text) scene_feed(scene, 0, TAU_UTF8, text, strlen(text))
#define BYTES(scene, text) scene_feed(scene, 0, TAU_BYTES, text, strlen(text))
#define CYCLE(scene) scene_feed(scene, 0, TAU_CYCLE, "", 0)

/* Sets params and inputs of a scene that was just created. */
typedef void set_up(struct scene *scene);

struct expected {
	const char *plugin, *name;
	set_up *set_up;
	const char *out, *bad;
};

static inline void run_once(const struct expected *expected, size_t stop,
	enum scene_how how, bool *stopped)
{
	struct scene *scene = scene_create(expected->plugin, expected->name);
	int code;

	expected->set_up(scene);
	code = scene_run(scene, stop, how, stopped);
	ck_assert_msg(code == 0, "%s failed: %s", expected->name,
		scene_failure(scene));
	ck_assert_str_eq(scene_output(scene, 0), expected->out);
	if (expected->bad)
		ck_assert_str_eq(scene_output(scene, 1), expected->bad);
	scene_destroy(scene);
}

/* Unstopped, then stopped at the first wait, the second, and so on. */
static inline void check(const struct expected *expected)
{
	bool stopped;
	size_t stops = 0;

	run_once(expected, STAGE_NEVER, SCENE_THAW, &stopped);
	for (int how = SCENE_THAW; how <= SCENE_MOVE; how++) {
		size_t stop = 0;

		do {
			run_once(expected, stop++, (enum scene_how)how,
				&stopped);
			stops += stopped;
		} while (stopped);
	}
	ck_assert_msg(stops > 0, "%s never waited", expected->name);
}

#define CHECK_OPERATOR(plugin_, operator_, set_up_, out_, bad_)                \
	check(&(struct expected){plugin_, operator_, set_up_, out_, bad_})

/* A map, by the writers that operators use. */
static inline void feed_map(struct scene *scene, const char *key,
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
	scene_feed(scene, 0, TAU_VALUE, space, (size_t)tau_writer_finish(&w));
}

#endif
