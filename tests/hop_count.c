/* hop_count PLUGIN TYPE RECORDS: brings records through ten operators of the
 * bench's plugin (tests/bench/hop_plugin.c) in a fabric of its own, with no
 * process, manifest or supervisor about it, so that whoever counts instructions
 * counts those of the hops. Exits with 0 when the sink has seen them all.
 * (Check is about it since a pipeline reports its troubles there.) */
#include "tests/bench_plugin.h"

#include <check.h>

enum { OPERATORS = 10 };

static const char *type;
static long records;

START_TEST(the_sink_sees_every_record)
{
	struct pipeline pipeline = {0};
	struct tau_param count = {
		.type = TAU_PARAM_INT, .value = {.i = records}};
	uint32_t last, next;

	pipeline_init(&pipeline);
	last = add(&pipeline, find("source"), OUT_PORT);
	pipeline.makes[last].params = &count;
	pipeline.makes[last].param_count = 1;
	for (int i = 0; i < OPERATORS; i++, last = next) {
		next = add(&pipeline, find(type), IN_PORT "," OUT_PORT);
		pipeline_connect(&pipeline, last, 0, next, 0, NULL);
	}
	next = add(&pipeline, find("sink"), IN_PORT "," OUT_PORT);
	pipeline_connect(&pipeline, last, 0, next, 0, NULL);
	last = next;
	next = add(&pipeline, &told, IN_PORT);
	pipeline_connect(&pipeline, last, 0, next, 0, NULL);
	pipeline_start(&pipeline);
	pipeline_run(&pipeline);
	pipeline_release(&pipeline);
	ck_assert_int_eq(seen, records);
}
END_TEST

static int run_without_fork(void)
{
	Suite *suite = suite_create("hop_count");
	TCase *tests = tcase_create("hop_count");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, the_sink_sees_every_record);
	suite_add_tcase(suite, tests);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed;
}

int main(int count, char **words)
{
	if (count != 4) {
		fputs("hop_count: say a plugin, a type and how many\n", stderr);
		return 2;
	}
	if (!load(words[1]))
		return 2;
	type = words[2];
	records = atol(words[3]);
	return run_without_fork() == 0 ? 0 : 1;
}
