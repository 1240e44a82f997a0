/*
 * embedded: what the tests of libtau share: an application with one node, which
 * waits for its fd as long as the test may take, so that a wake that is lost
 * hangs a test.
 */
#ifndef TESTS_EMBEDDED_H
#define TESTS_EMBEDDED_H

#include <tau/embed.h>

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "tests/test.h"

#define LINES                                                                  \
	"{\"tau\": 1, \"nodes\": {\"main\": {\"operators\": {"                 \
	"\"cut\": {\"type\": \"lines\"}}}}, \"streams\": []}"

static char store[] = "/tmp/tau-embed-XXXXXX";
static char said[8192];   /* by the node, in lines */
static char warned[8192]; /* likewise, when it was opened */
static const char *const cut[] = {"cut", NULL}, *const none[] = {NULL};

static inline void make_store(void)
{
	ck_assert_ptr_nonnull(mkdtemp(store));
}

static inline void remove_store(void)
{
	char command[64];

	(void)snprintf(command, sizeof command, "rm -rf %s", store);
	ck_assert_int_eq(system(command), 0);
}

static inline void say(
	void *context, uint32_t level, const char *line, size_t bytes)
{
	size_t used = strlen(said);

	(void)context;
	(void)level;
	ck_assert_uint_lt(used + bytes + 1, sizeof said);
	(void)snprintf(
		said + used, sizeof said - used, "%.*s\n", (int)bytes, line);
}

static inline struct tau_node_options options_for(
	const char *const *writes, const char *const *reads)
{
	said[0] = '\0';
	return (struct tau_node_options){
		.size = sizeof(struct tau_node_options),
		.writes = writes,
		.reads = reads,
		.store = store,
		.log = say};
}

static inline struct tau_node *open_node(const char *manifest,
	const char *const *writes, const char *const *reads)
{
	const struct tau_node_options options = options_for(writes, reads);
	struct tau_node *node;
	int result = tau_node_open(&node, manifest, NULL, &options);

	ck_assert_msg(result == 0, "%s", tau_node_error(node));
	(void)snprintf(warned, sizeof warned, "%s", said);
	said[0] = '\0';
	return node;
}

static inline bool is_readable(struct tau_node *node)
{
	struct pollfd fd = {tau_node_fd(node), POLLIN, 0};

	return poll(&fd, 1, 0) == 1;
}

/* Waits for the fd as long as the test may take, then steps. */
static inline int turn(struct tau_node *node)
{
	struct pollfd fd = {tau_node_fd(node), POLLIN, 0};

	ck_assert_int_eq(poll(&fd, 1, -1), 1);
	return tau_node_step(node);
}

static inline int settle(struct tau_node *node)
{
	int state;

	do
		state = turn(node);
	while (state == TAU_OK);
	return state;
}

static inline int put(struct tau_node *node, const char *text)
{
	return tau_node_write(node, 0, TAU_BYTES, text, strlen(text));
}

/* The next record of the first port that is read, as text. */
static inline const char *get(struct tau_node *node)
{
	static char text[256];
	struct tau_record record;

	ck_assert_int_eq(tau_node_read(node, 0, &record), TAU_OK);
	(void)snprintf(text, sizeof text, "%.*s", (int)record.bytes,
		(const char *)record.body);
	ck_assert_int_eq(tau_node_consume(node, 0), 0);
	return text;
}

#define FAILING(more)                                                          \
	"{\"tau\": 1, " more "\"nodes\": {\"main\": {\"operators\": {"         \
	"\"gone\": {\"type\": \"file.read\", "                                 \
	"\"params\": {\"path\": \"/nonexistent/file\"}}, "                     \
	"\"no\": {\"type\": \"null\"}, \"cut\": {\"type\": \"lines\"}}}}, "    \
	"\"streams\": [\"gone -> no\"]}"

#define TWO                                                                    \
	"{\"tau\": 1, \"nodes\": {"                                            \
	"\"first\": {\"operators\": {\"cut\": {\"type\": \"lines\"}}}, "       \
	"\"second\": {\"operators\": {\"in\": {\"type\": \"generate\"}, "      \
	"\"no\": {\"type\": \"null\"}}}}, "                                    \
	"\"streams\": [\"in -> cut\", \"cut -> no\"]}"

#endif
