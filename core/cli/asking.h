/*
 * asking: what commands on a running topology have in common: which one, and
 * how they ask it.
 */
#ifndef TAU_CORE_CLI_ASKING_H
#define TAU_CORE_CLI_ASKING_H

#include <jansson.h>

#include "core/cli/cli.h"
#include "core/fleet/client.h"
#include "core/wire/command.h"

enum { ASKING_TOPOLOGY = 't' };

#define ASKING_OPTION                                                          \
	{                                                                      \
		"topology", ASKING_TOPOLOGY, "NAME",                           \
			"which one, where several run"                         \
	}

#define ASKING_ARGUMENTS_MAX 6

struct asking {
	const char *topology; /* --topology, or NULL */
	const char *verb;
	char *arguments[ASKING_ARGUMENTS_MAX + 1]; /* see asking_add */
	bool own; /* the lines are not the result: --json prints none */
	bool end; /* return only when the topology is gone, too */
	/* What --json prints is how it ended: {"topology": "weblog", "command":
	 * "stop", "code": 0, "text": "it has ended"} */
	bool outcome;
	/* Given each line of the answer, unless --json prints it as it is. */
	void (*line)(void *context, const char *topology, json_t *line);
	/* Given RECORDS likewise; false: that was enough. */
	bool (*records)(void *context, const struct command *records);
	void *context;
};

/* Adds an argument, NAME=VALUE, as by printf. It is given back when the question
 * has been asked, whatever came of it. */
void asking_add(struct asking *asking, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Asks the one topology that is meant. Returns the exit code, after whatever
 * sentence the answer had. */
int asking_one(struct cli *cli, struct asking *asking);

/* Asks all that run, or the one that --topology names. */
int asking_all(struct cli *cli, struct asking *asking);

/* Reaches the one topology that is meant, for whoever asks it more than once.
 * Its name is the caller's to free. 0, or the exit code after a sentence. */
int asking_connect(struct cli *cli, const char *topology,
	struct client **client, char **name);

/* The members of a line; "" and 0 where there is none. */
const char *asking_text(const json_t *line, const char *key);
int64_t asking_number(const json_t *line, const char *key);

#endif
