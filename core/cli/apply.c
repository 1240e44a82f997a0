/*
 * apply: what runs becomes another topology, without being stopped.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/cli/changing.h"
#include "core/cli/commands.h"
#include "core/cli/comparing.h"
#include "core/cli/record.h"
#include "core/fleet/control.h"

enum { FREEZE_TIMEOUT = CLI_OWN, DEADLINE, PROBATION, WAIT };

struct wish {
	struct planning planning;
	struct comparing comparing;
	int64_t deadline_ns, freeze_ns, probation_ns;
	bool wait;
};

/* What a request has besides the record: its head, and the options. */
#define BESIDES_BYTES 256

static int apply(struct cli *cli, struct wish *wish, const struct plan *after);
static void add_options(struct asking *asking, const struct wish *wish);
static char *folders_of(const char *list);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	if (id == ASKING_TOPOLOGY)
		wish->comparing.topology = value;
	else if (id == DEADLINE)
		return cli_take_limit(cli, &apply_command, "deadline", value,
			&wish->deadline_ns);
	else if (id == FREEZE_TIMEOUT)
		return cli_take_limit(cli, &apply_command, "freeze-timeout",
			value, &wish->freeze_ns);
	else if (id == PROBATION)
		return cli_take_duration(cli, &apply_command, "probation",
			value, &wish->probation_ns);
	else if (id == WAIT)
		wish->wait = true;
	else
		return planning_take(
			cli, &apply_command, &wish->planning, id, value);
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct plan before = {0}, after = {0};
	struct changes changes = {0};
	struct wish wish = {
		.deadline_ns = -1, .freeze_ns = -1, .probation_ns = -1};
	int code = cli_parse(cli, &apply_command, argc, argv, take, &wish);

	if (code >= 0)
		return code;
	code = planning_make(
		cli, &apply_command, &wish.planning, false, &after);
	if (code == 0)
		code = comparing_ask(cli, &wish.comparing, &after, &before);
	if (code == 0)
		code = comparing_make(cli, &before, &after, &changes);
	if (code == 0) {
		comparing_print(cli, &changes);
		fflush(cli->out.file);
		if (!changes_none(&changes))
			code = apply(cli, &wish, &after);
	}
	changes_release(&changes);
	plan_release(&before);
	plan_release(&after);
	json_decref(wish.comparing.record);
	return code;
}

/* The supervisor resolves it once more: it has the processes, and what it does
 * must fit them. */
static int apply(struct cli *cli, struct wish *wish, const struct plan *after)
{
	struct changing changing = {.cli = cli};
	char *folders = folders_of(wish->planning.plugin_path);
	struct planning planning = wish->planning;
	struct asking asking = {.topology = wish->comparing.topology,
		.verb = "apply",
		.line = changing_show,
		.context = &changing};
	char *record;
	json_t *request;
	int code;

	planning.plugin_path = folders;
	request = record_request(cli, &planning, after);
	record = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	if (strlen("record=") + strlen(record) + BESIDES_BYTES >
		CONTROL_REQUEST_BYTES_MAX) {
		cli_say(cli,
			"%s and its settings take more than %u bytes, which is "
			"all that can be asked at once; write it to a file",
			after->source.name,
			(unsigned)CONTROL_REQUEST_BYTES_MAX);
		code = EXIT_CODE_USAGE;
	} else {
		asking_add(&asking, "record=%s", record);
		add_options(&asking, wish);
		code = asking_one(cli, &asking);
		changing_finish(&changing);
	}
	free(record);
	free(folders);
	return code;
}

static void add_options(struct asking *asking, const struct wish *wish)
{
	if (wish->deadline_ns >= 0)
		asking_add(asking, "deadline_ns=%" PRId64, wish->deadline_ns);
	if (wish->freeze_ns >= 0)
		asking_add(asking, "freeze_ns=%" PRId64, wish->freeze_ns);
	if (wish->probation_ns >= 0)
		asking_add(asking, "probation_ns=%" PRId64, wish->probation_ns);
	if (wish->wait)
		asking_add(asking, "wait=1");
}

/* The supervisor may stand in another folder. */
static char *folders_of(const char *list)
{
	struct text text = {0};
	char *current = realpath(".", NULL);

	if (!list || !current) {
		free(current);
		return NULL;
	}
	while (*list) {
		size_t bytes = strcspn(list, ":");

		if (bytes && list[0] != '/')
			text_format(&text, "%s/", current);
		text_add_bytes(&text, list, bytes);
		if (list[bytes])
			text_add(&text, ":");
		list += bytes + (list[bytes] == ':');
	}
	free(current);
	return text_take(&text);
}

static const struct cli_option options[] = {PLANNING_OPTIONS, ASKING_OPTION,
	{"deadline", DEADLINE, "DURATION",
		"how long the new processes may take to be ready, and to "
		"restore their state; 10s each unless given"},
	{"freeze-timeout", FREEZE_TIMEOUT, "DURATION",
		"how long a node may take to stand still, 1s unless given"},
	{"probation", PROBATION, "DURATION",
		"how long a node can go back by itself to what it ran, 30s "
		"unless given; 0s: not at all"},
	{"wait", WAIT, NULL, "return only when the probation is over"}, {0}};

const struct cli_command apply_command = {
	.name = "apply",
	.operands = "FILE | - | -e 'ONE-LINER'",
	.doc = "make what runs another topology, without stopping it",
	.text = "Prints what tau plan prints, and does it: nodes that change "
		"are started anew beside those that run; when all are ready, "
		"the old ones stand still, hand over their state and records, "
		"and make way, all at once. Nodes may come and go, and "
		"operators move from one to another. Until then every failure "
		"leaves all as it was. Nodes that do not change are left "
		"alone. One that crashes in its first 30 s goes back to what "
		"it ran, where it has the operators and streams that it "
		"had.\n"
		"The exit code is 0 when it was done or nothing would change, "
		"1 when it failed and all is as it was, 69 when nothing runs, "
		"and 78 when the topology is not valid or cannot be reached "
		"from what runs.",
	.options = options,
	.examples = "tau plan weblog.json && tau apply weblog.json\n",
	.json = true,
	.run = run,
};
