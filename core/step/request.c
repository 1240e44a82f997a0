/* request: what a tool asked for. See the header. */
#include "core/step/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/step/action.h"

/* The arguments that a verb takes. */
enum {
	NODE = 1,
	FOLLOW = 2,
	NOW = 4,
	PLUGIN = 8,
	UPGRADE = 16,
	RECORD = 32,
	STREAM = 64
};

static const struct {
	const char *name;
	enum request_kind kind;
	unsigned arguments;
} verbs[] = {
	{"ps", REQUEST_PS, 0},
	{"logs", REQUEST_LOGS, NODE | FOLLOW},
	{"stop", REQUEST_STOP, NOW},
	{"drain", REQUEST_DRAIN, 0},
	{"restart", REQUEST_RESTART, NODE},
	{"record", REQUEST_RECORD, 0},
	{"upgrade", REQUEST_UPGRADE, NODE | PLUGIN | UPGRADE},
	{"rollback", REQUEST_ROLLBACK, NODE | UPGRADE},
	{"apply", REQUEST_APPLY, RECORD | UPGRADE},
	{"history", REQUEST_HISTORY, 0},
	{"top", REQUEST_TOP, 0},
	{"tap", REQUEST_TAP, STREAM},
	{"state", REQUEST_STATE, STREAM | NODE},
};

static int read_arguments(struct request *request,
	const struct command *command, unsigned allowed, request_find *find,
	void *context, struct error *error);
static int read_argument(struct request *request, const char *text,
	unsigned allowed, request_find *find, void *context,
	struct error *error);

int request_read(struct request *request, const struct command *command,
	request_find *find, void *context, struct error *error)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if (command->name.bytes != strlen(verbs[i].name) ||
			memcmp(command->name.text, verbs[i].name,
				command->name.bytes) != 0)
			continue;
		*request = (struct request){.kind = verbs[i].kind,
			.node = SUPERVISOR_NO_NODE,
			.deadline_ns = -1,
			.freeze_ns = -1,
			.probation_ns = -1};
		return read_arguments(request, command, verbs[i].arguments,
			find, context, error);
	}
	return error_set(error, -EINVAL,
		"the supervisor that runs it does not know how to %.*s; it is "
		"of another version",
		(int)command->name.bytes, command->name.text);
}

static int read_arguments(struct request *request,
	const struct command *command, unsigned allowed, request_find *find,
	void *context, struct error *error)
{
	const char *at = command->text.bytes ? command->text.text : "";
	const char *end = at + command->text.bytes;
	int code = 0;

	if (at < end && end[-1] != '\0')
		return error_set(error, -EINVAL,
			"the last argument of a request does not end");
	for (; at < end && code == 0; at += strlen(at) + 1)
		code = read_argument(
			request, at, allowed, find, context, error);
	return code;
}

static int read_argument(struct request *request, const char *text,
	unsigned allowed, request_find *find, void *context,
	struct error *error)
{
	if (allowed & FOLLOW && !strcmp(text, "follow=1"))
		request->follow = true;
	else if (allowed & NOW && !strcmp(text, "now=1"))
		request->now = true;
	else if (allowed & UPGRADE && !strcmp(text, "wait=1"))
		request->wait = true;
	else if (allowed & UPGRADE && !strncmp(text, "deadline_ns=", 12))
		request->deadline_ns = strtoll(text + 12, NULL, 10);
	else if (allowed & UPGRADE && !strncmp(text, "freeze_ns=", 10))
		request->freeze_ns = strtoll(text + 10, NULL, 10);
	else if (allowed & UPGRADE && !strncmp(text, "probation_ns=", 13))
		request->probation_ns = strtoll(text + 13, NULL, 10);
	else if (allowed & RECORD && !strncmp(text, "record=", 7))
		request->record = text + 7;
	else if (allowed & PLUGIN && !strncmp(text, "plugin=/", 8))
		request->plugin = text + 7;
	else if (allowed & STREAM && !strncmp(text, "stream=", 7) && text[7])
		request->stream = text + 7;
	else if (allowed & NODE && !strncmp(text, "node=", 5)) {
		request->node = find(context, text + 5, strlen(text + 5));
		if (request->node == SUPERVISOR_NO_NODE)
			return error_set(error, -EINVAL,
				"it has no node %s; tau ps lists its nodes",
				text + 5);
	} else
		return error_set(error, -EINVAL,
			"a request has the argument %s, which the supervisor "
			"that runs it does not know; it is of another version",
			text);
	return 0;
}
