/* embed: a node in an application: opening and closing it. See embed.h. */
#include "core/embed/embed.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/check.h"
#include "core/base/os_linux.h"
#include "core/host/node_report.h"
#include "core/host/store.h"
#include "core/step/sentence.h"

static int take_options(
	struct embed_opening *opening, const struct tau_node_options *options);
static int open_node(struct embed_opening *opening);
static int make_node(struct embed_opening *opening);
static int find_store(struct embed_opening *opening, struct error *error);
static void said(
	void *context, enum log_level level, const char *line, size_t bytes);
static void failed(
	struct node_listener *listener, const struct instance *instance);
static void end_node(struct tau_node *node, struct tau_node_counts *counts);

int tau_node_open(struct tau_node **made, const char *manifest,
	const char *name, const struct tau_node_options *options)
{
	struct tau_node *node = calloc(1, sizeof *node);
	struct embed_opening opening = {
		.node = node, .manifest = manifest, .name = name};
	int result;

	*made = node;
	if (!node)
		return -ENOMEM;
	node->magic = TAU_NODE_MAGIC;
	node->thread = fabric_thread();
	node->work_fd = node->due_fd = -1;
	node->due_ns = TIMERS_NEVER;
	node->reads.reads = true;
	os_linux_init(&node->os);
	node->process = node->os.getpid(&node->os);
	result = take_options(&opening, options);
	if (result == 0)
		result = open_node(&opening);
	if (result < 0)
		end_node(node, NULL);
	text_release(&opening.why);
	free(opening.folder);
	return result;
}

int tau_node_close(struct tau_node **node, struct tau_node_counts *counts)
{
	struct tau_node *old = *node;

	if (!old)
		return 0;
	CHECK_MAGIC(old, TAU_NODE_MAGIC);
	if (old->thread != fabric_thread() || embed_is_copy(old))
		return -EPERM;
	if (old->saying)
		return -EBUSY;
	end_node(old, counts);
	plan_release(&old->plan);
	arena_release(&old->arena);
	free(old->sentence);
	old->magic = 0;
	free(old);
	*node = NULL;
	return 0;
}

const char *tau_node_error(const struct tau_node *node)
{
	if (!node)
		return "out of memory for a node";
	return node->sentence ? node->sentence : "";
}

int embed_fail(struct tau_node *node, int code, const char *format, ...)
{
	char *sentence = NULL;
	va_list list;

	va_start(list, format);
	if (vasprintf(&sentence, format, list) < 0)
		sentence = NULL;
	va_end(list);
	free(node->sentence);
	node->sentence = sentence;
	return code;
}

bool embed_is_copy(struct tau_node *node)
{
	return node->process != node->os.getpid(&node->os);
}

int embed_enter(struct tau_node *node)
{
	if (!node)
		return -EINVAL;
	CHECK_MAGIC(node, TAU_NODE_MAGIC);
	if (node->thread != fabric_thread())
		return -EPERM;
	if (node->saying)
		return -EBUSY;
	return node->opened ? 0 : -EINVAL;
}

/* A longer one is of a newer library's; what it says there must be nothing,
 * as in what is reserved. */
static bool says_more(const struct tau_node_options *options)
{
	const uint8_t *bytes = (const uint8_t *)options;

	if (options->reserved != 0)
		return true;
	for (size_t i = sizeof *options; i < options->size; i++)
		if (bytes[i] != 0)
			return true;
	return false;
}

static int take_options(
	struct embed_opening *opening, const struct tau_node_options *options)
{
	struct tau_node *node = opening->node;
	size_t known = sizeof opening->options;

	if (!opening->manifest || !opening->manifest[0])
		return embed_fail(node, -EINVAL,
			"there is no manifest: give a path, or text that "
			"begins with a brace");
	if (!options)
		return 0;
	if (options->size < 8)
		return embed_fail(node, -EINVAL,
			"options: `size` is %u; set it to sizeof options",
			options->size);
	if (says_more(options))
		return embed_fail(node, -EINVAL,
			"options: the application uses what is newer than this "
			"libtau (%s)",
			PACKAGE_VERSION);
	if (options->size < known)
		known = options->size;
	memcpy(&opening->options, options, known);
	node->say = opening->options.log;
	node->context = opening->options.context;
	return 0;
}

static int open_node(struct embed_opening *opening)
{
	struct tau_node *node = opening->node;
	const struct tau_node_options *options = &opening->options;
	struct text *why = &opening->why;
	int result;

	log_init(&node->log, &node->os, -1, NULL,
		options->log ? LOG_DEBUG : LOG_ERROR);
	node->log.told = said;
	node->log.context = node;
	result = embed_read_ends(node, &node->writes, options->writes, why);
	if (embed_read_ends(node, &node->reads, options->reads, why) < 0 ||
		result < 0)
		return embed_say_why(opening, -EINVAL);
	opening->folder =
		options->folder ? strdup(options->folder) : getcwd(NULL, 0);
	if (!opening->folder || opening->folder[0] != '/')
		return embed_fail(node, -EINVAL,
			options->folder ? "options: `folder` is no absolute "
					  "path"
					: "the current folder is not there");
	result = embed_plan(opening);
	return result == 0 ? make_node(opening) : result;
}

static int make_node(struct embed_opening *opening)
{
	struct tau_node *node = opening->node;
	struct node_failure failure = {0};
	struct error *error = &failure.error;
	int result = find_store(opening, error);

	if (result == 0)
		result = node_create(
			&node->node, &node->os, &node->log, 0, error);
	if (result == 0)
		result = embed_watch(node, error);
	if (result == 0) {
		node->listener.failed = failed;
		node->node->listener = &node->listener;
		result = node_build(node->node, &node->part, opening->store, -1,
			-1, &failure);
	}
	if (result == 0)
		result = node_start(node->node, error);
	if (result == 0) {
		node->opened = true;
		embed_wake(node);
		return 0;
	}
	return embed_fail(node, result, "%s%s%s",
		failure.name ? failure.name : "", failure.name ? ": " : "",
		error->text);
}

static int find_store(struct embed_opening *opening, struct error *error)
{
	if (!opening->options.store)
		return store_folder(opening->store, sizeof opening->store,
			embed_variable(opening, "XDG_STATE_HOME"),
			embed_variable(opening, "HOME"), error);
	(void)snprintf(opening->store, sizeof opening->store, "%s",
		opening->options.store);
	return 0;
}

const char *embed_variable(
	const struct embed_opening *opening, const char *name)
{
	char *const *list = opening->options.environment;
	size_t bytes = strlen(name);

	for (list = list ? list : environ; *list; list++)
		if (strncmp(*list, name, bytes) == 0 && (*list)[bytes] == '=')
			return *list + bytes + 1;
	return NULL;
}

int embed_say_why(struct embed_opening *opening, int code)
{
	struct text *why = &opening->why;

	while (why->count > 0 && why->bytes[why->count - 1] == '\n')
		why->bytes[--why->count] = '\0';
	return embed_fail(opening->node, code, "%s", text_string(why));
}

static void said(
	void *context, enum log_level level, const char *line, size_t bytes)
{
	struct tau_node *node = context;

	if (!node->say || node->saying)
		return;
	node->saying = true;
	node->say(node->context, (uint32_t)level, line, bytes);
	node->saying = false;
}

/* The first one is what the node ends with. */
static void failed(
	struct node_listener *listener, const struct instance *instance)
{
	struct tau_node *node = (struct tau_node *)listener;
	const struct command command = {.name = command_text(instance->name),
		.plugin = command_text(instance->plugin),
		.text = command_text(instance->failure.text[0]
					     ? instance->failure.text
					     : strerror(-instance->returned))};
	char *sentence = sentence_failed(&command);
	int code = instance->failure.code < 0 ? instance->failure.code
					      : instance->returned;

	log_say(&node->log, LOG_ERROR, "%s", sentence);
	if (node->failure.code == 0) {
		(void)error_set(
			&node->failure, code < 0 ? code : -EIO, "%s", sentence);
		node->drains =
			node->plan.manifest.on_failure == ON_FAILURE_STOP;
	}
	free(sentence);
}

/* Also where it was not opened whole. */
static void end_node(struct tau_node *node, struct tau_node_counts *counts)
{
	if (counts && counts->size > sizeof counts->size)
		memset((char *)counts + sizeof counts->size, 0,
			counts->size - sizeof counts->size);
	if (node->opened) {
		embed_close_ports(node);
		node->node->listener = NULL;
		node_close(node->node);
		embed_say_counts(node);
		if (counts)
			embed_fill_counts(node, counts);
		node->opened = false;
	}
	if (node->node)
		embed_unwatch(node);
	node_destroy(&node->node);
	node_plan_release(&node->part);
	node->part = (struct node_plan){0};
}
