/* trials_serve: the child that tries cases. See trials.h. */
#include "core/check/trials.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check/trials_parts.h"
#include "core/fiber/overflow.h"
#include "core/fiber/words.h"
#include "core/host/node.h"

#define LINE_BYTES 256

/* What the signal handler finds. */
struct serving {
	struct os *os;
	const struct node *node;
	struct overflow *overflow;
};

static int serve(struct serving *serving, struct trial *trial, char **argv,
	const char *store);
static void say(struct os *os, const char *text, size_t bytes);
static void say_number(struct os *os, const char *word, uint32_t number);
static void say_why(struct os *os, const struct text *why);
static void runs(void *context, const struct node *node);
static bool who(void *context, struct overflow_runner *runner);
static bool tell(void *context, const struct overflow_report *report);

const char *trials_plugin_path(int argc, char **argv)
{
	return argc > WORD_PLUGINS ? argv[WORD_PLUGINS] : "";
}

int trials_serve(struct os *os, int argc, char **argv,
	struct trial_request *request, const char *store)
{
	struct serving serving = {.os = os};
	struct error error = ERROR_NONE;
	struct trial trial = {0};
	int result;

	request->file = argv[WORD_FILE];
	request->settings = (const char *const *)argv + WORD_SETTINGS;
	request->setting_count = (size_t)(argc - WORD_SETTINGS);
	result = trial_make(&trial, os, request, &error);
	if (result == 0)
		result = serve(&serving, &trial, argv, store);
	overflow_remove(&serving.overflow);
	trial_release(&trial);
	return result == 0 ? 0 : 1;
}

static int serve(struct serving *serving, struct trial *trial, char **argv,
	const char *store)
{
	struct os *os = serving->os;
	const bool twice = strcmp(argv[WORD_RENEWS], "1") == 0;
	uint32_t each = twice ? 2 : 1;
	const pid_t pid = os->getpid(os);
	struct trying_settings settings = {.os = os,
		.store = store,
		.limit_ns = strtoll(argv[WORD_LIMIT], NULL, 10),
		.runs = runs,
		.context = serving};

	for (uint32_t i = (uint32_t)strtoul(argv[WORD_FROM], NULL, 10);
		i < trial->case_count * each; i++) {
		struct text why = {0};
		bool passed;

		settings.renews = i % each == 1;
		say_number(os, "begin", i);
		passed = trying_case(trial, i / each, &settings, &why);
		/* A copy, which an operator has made, is nobody's. */
		if (os->getpid(os) != pid)
			os->exit(os, 0);
		if (passed) {
			say_number(os, "pass", i);
		} else {
			say_why(os, &why);
			say_number(os, "fail", i);
		}
		text_release(&why);
	}
	return 0;
}

static void say(struct os *os, const char *text, size_t bytes)
{
	while (bytes > 0) {
		ssize_t sent = os->write(os, TRIALS_FD, text, bytes);

		if (sent == -EINTR)
			continue;
		if (sent <= 0)
			os->exit(os, 1); /* nobody listens */
		text += sent;
		bytes -= (size_t)sent;
	}
}

static void say_number(struct os *os, const char *word, uint32_t number)
{
	char line[LINE_BYTES];
	int bytes = snprintf(line, sizeof line, "%s %u\n", word, number);

	say(os, line, (size_t)bytes);
}

static void say_why(struct os *os, const struct text *why)
{
	const char *line = text_string(why);

	while (*line) {
		size_t bytes = strcspn(line, "\n");

		say(os, "| ", 2);
		say(os, line, bytes);
		say(os, "\n", 1);
		line += bytes + (line[bytes] == '\n');
	}
}

/* The handler is there as long as a node has stacks of its own. */
static void runs(void *context, const struct node *node)
{
	struct serving *serving = context;
	struct error error = ERROR_NONE;

	serving->node = node;
	overflow_remove(&serving->overflow);
	if (node && overflow_install(&serving->overflow, serving->os,
			    node->fabric.stacks, 2, "test", who, tell, serving,
			    &error) < 0)
		serving->overflow = NULL;
}

static bool who(void *context, struct overflow_runner *runner)
{
	const struct serving *serving = context;
	const struct instance *instance =
		serving->node ? node_running(serving->node) : NULL;

	if (!instance)
		return false;
	*runner = (struct overflow_runner){instance->name, instance->plugin,
		instance->task.coroutine ? instance->task.coroutine->stack
					 : NULL};
	return true;
}

/* In a signal handler: who it was, for the parent. */
static bool tell(void *context, const struct overflow_report *report)
{
	const struct serving *serving = context;
	char line[LINE_BYTES];
	struct words words = {line, sizeof line, 0};

	if (!report->runner)
		return true;
	words_add(&words, "who ");
	words_add(&words, report->runner->operator_name);
	words_add(&words, " of plugin ");
	words_add(&words, report->runner->plugin);
	words_add(&words, "\n");
	(void)serving->os->write(
		serving->os, TRIALS_FD, words.text, words.used);
	return true;
}
