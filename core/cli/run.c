/*
 * run: a topology from the first record to the last, in the foreground.
 */
#include "core/cli/commands.h"
#include "core/cli/detach.h"
#include "core/cli/planning.h"
#include "core/cli/progress.h"
#include "core/cli/record.h"
#include "core/cli/replan.h"
#include "core/fleet/control.h"
#include "core/fleet/loop.h"
#include "core/fleet/runtime.h"

#include "core/base/bounds.h"
#include "core/base/check.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FOR = CLI_OWN, DRAIN_TIMEOUT, PROGRESS, DETACH, WATCH };

struct wish {
	struct planning planning;
	int64_t for_ns;
	int64_t drain_ns;
	bool progress;
	bool detach;
	bool watch;
};

/* What is held while a topology runs. */
struct run {
	struct loop_node *nodes;
	uint32_t node_count;
	struct links_pair *links;
	struct arena arena; /* of the links' paths */
	struct replan_settings settings;
	struct replan *replan;
	struct progress progress;
	struct detached detached;
	struct ledger ledger;
	struct crash_book crashes;
	char *record;
	struct supervisor_options options;
	struct loop_request request;
};

static int take_for(struct cli *cli, const char *value, int64_t *for_ns);
static int run_plan(
	struct cli *cli, const struct wish *wish, struct plan *plan);
static int run_reachable(struct cli *cli, const struct wish *wish,
	const struct plan *plan, const char *name, struct runtime *runtime);
static void hold_signals(struct os *os, sigset_t *former);
static int run_named(struct cli *cli, const struct wish *wish,
	const struct plan *plan, const char *name, const char *folder,
	struct control *control);
static void init_run(struct run *run, struct cli *cli, const struct wish *wish,
	const struct plan *plan);
static void release_run(struct run *run, int code);
static uint64_t raise_files(struct os *os);
static int make_nodes(const struct plan *plan,
	const struct loop_request *request, struct loop_node *nodes,
	struct error *error);
static struct links_pair *make_links(const struct placement *placement,
	const char *folder, struct arena *arena);
static struct replan_settings make_settings(const struct placement *placement);
static void forget_nodes(struct loop_node *nodes, uint32_t count);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	switch (id) {
	case FOR:
		return take_for(cli, value, &wish->for_ns);
	case DRAIN_TIMEOUT:
		return cli_take_duration(cli, &run_command, "drain-timeout",
			value, &wish->drain_ns);
	case PROGRESS:
		wish->progress = true;
		return 0;
	case DETACH:
		wish->detach = true;
		return 0;
	case WATCH:
		wish->watch = true;
		return 0;
	default:
		return planning_take(
			cli, &run_command, &wish->planning, id, value);
	}
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct plan plan = {0};
	struct wish wish = {.drain_ns = SUPERVISOR_DRAIN_NS};
	int code = cli_parse(cli, &run_command, argc, argv, take, &wish);

	if (code >= 0)
		return code;
	if (wish.detach && !cli->detached_fd)
		return detach_start(cli, argc, argv);
	code = planning_make(cli, &run_command, &wish.planning, false, &plan);
	if (code == 0)
		code = run_plan(cli, &wish, &plan);
	plan_release(&plan);
	return code;
}

/* Within, 0 means without end, which is not what --for 0s asks for. */
static int take_for(struct cli *cli, const char *value, int64_t *for_ns)
{
	int code = cli_take_duration(cli, &run_command, "for", value, for_ns);

	if (code == 0 && *for_ns == 0)
		return cli_usage(cli, &run_command,
			"--for %s: it is more than nothing; leave it away to "
			"run without end",
			value);
	return code;
}

static int run_plan(struct cli *cli, const struct wish *wish, struct plan *plan)
{
	struct os *os = &cli->os;
	struct error error = ERROR_NONE;
	struct runtime runtime;
	sigset_t former;
	char made[NAME_BYTES_MAX];
	const char *name = plan->topology.name;
	int code;

	if (placement_runnable(&plan->placement, &plan->diagnostics) < 0) {
		planning_complain(cli, plan);
		return EXIT_CODE_INVALID;
	}
	if (!name) {
		runtime_name(made, wish->planning.file, os->getpid(os));
		name = made;
	}
	planning_warn(cli, plan);
	hold_signals(os, &former);
	code = runtime_init(&runtime, os,
		cli_environment(cli, "XDG_RUNTIME_DIR"), name, &error);
	if (code == 0) {
		code = run_reachable(cli, wish, plan, name, &runtime);
	} else {
		cli_say(cli, "%s", error.text);
		code = code == -EEXIST ? EXIT_CODE_TAKEN : EXIT_CODE_IO;
	}
	os->sigprocmask(os, SIG_SETMASK, &former, NULL);
	return code;
}

/* The last word to tools is that their socket closes: then the name is free. */
static int run_reachable(struct cli *cli, const struct wish *wish,
	const struct plan *plan, const char *name, struct runtime *runtime)
{
	struct error error = ERROR_NONE;
	struct control *control = NULL;
	int code = control_create(&control, &cli->os, runtime->folder, &error);

	if (code == 0) {
		code = run_named(
			cli, wish, plan, name, runtime->folder, control);
	} else {
		cli_say(cli, "%s", error.text);
		code = EXIT_CODE_IO;
	}
	runtime_release(runtime);
	control_destroy(&control);
	return code;
}

/* Until the loop listens to them: whoever dies of one now would leave the
 * runtime folder behind. */
static void hold_signals(struct os *os, sigset_t *former)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	os->sigprocmask(os, SIG_BLOCK, &mask, former);
}

static int run_named(struct cli *cli, const struct wish *wish,
	const struct plan *plan, const char *name, const char *folder,
	struct control *control)
{
	struct run run;
	struct error error = ERROR_NONE;
	int code;

	init_run(&run, cli, wish, plan);
	run.request.links = run.links =
		make_links(&plan->placement, folder, &run.arena);
	run.request.name = name;
	run.request.control = control;
	code = make_nodes(plan, &run.request, run.nodes, &error);
	if (code == 0)
		code = detached_begin(
			&run.detached, cli, name, &run.request, &error);
	if (code == 0)
		run.replan = replan_create(cli, &wish->planning, plan, name,
			folder, run.settings, NULL);
	run.request.planner = replan_planner(run.replan);
	if (code == 0)
		code = loop_run(&cli->os, &run.request, &error);
	release_run(&run, code);
	if (code >= 0)
		return code;
	cli_say(cli, "%s", error.text);
	return EXIT_CODE_IO;
}

/* All but where it runs, and under which name. */
static void init_run(struct run *run, struct cli *cli, const struct wish *wish,
	const struct plan *plan)
{
	uint32_t count = plan->placement.node_count;

	*run = (struct run){.nodes = calloc(count, sizeof *run->nodes),
		.node_count = count,
		.settings = make_settings(&plan->placement),
		.detached.manifest = plan->source.name,
		.record = record_write(cli, &wish->planning, plan)};
	CHECK(run->nodes != NULL);
	progress_init(&run->progress, cli);
	ledger_init(&run->ledger, &cli->os, count + APPLY_NODES_MAX);
	crash_book_init(
		&run->crashes, &cli->os, SEATS * (count + APPLY_NODES_MAX));
	run->options = (struct supervisor_options){.node_count = count,
		.stop_on_failure = plan->manifest.on_failure == ON_FAILURE_STOP,
		.for_ns = wish->for_ns,
		.drain_ns = wish->drain_ns,
		.progress_ns = cli->detached_fd
				       ? 0
				       : progress_period_ns(&run->progress,
						 wish->progress),
		.policies = run->settings.policies};
	run->request = (struct loop_request){.options = &run->options,
		.nodes = run->nodes,
		.link_count = plan->placement.link_count,
		.record = run->record,
		.ledger = &run->ledger,
		.crashes = &run->crashes,
		.watchdogs = run->settings.watchdogs,
		.watch = wish->watch,
		.view = progress_view(&run->progress),
		.environment = cli->environment,
		.program_files = raise_files(&cli->os)};
}

static void release_run(struct run *run, int code)
{
	replan_destroy(&run->replan);
	detached_end(&run->detached, code);
	free(run->record);
	ledger_release(&run->ledger);
	crash_book_release(&run->crashes);
	progress_end(&run->progress);
	forget_nodes(run->nodes, run->node_count);
	free(run->links);
	arena_release(&run->arena);
	free(run->settings.watchdogs);
	free(run->settings.policies);
}

/* A shell's soft limit is low for the sake of select(2). We and our nodes do
 * without that, and need a file for each connection. Returns what programs are
 * to begin with; 0: as we. */
static uint64_t raise_files(struct os *os)
{
	struct rlimit limit = {0}, most;

	if (os->rlimit(os, RLIMIT_NOFILE, NULL, &limit) < 0 ||
		limit.rlim_cur >= limit.rlim_max)
		return 0;
	most = (struct rlimit){limit.rlim_max, limit.rlim_max};
	return os->rlimit(os, RLIMIT_NOFILE, &most, NULL) < 0 ? 0
							      : limit.rlim_cur;
}

static int make_nodes(const struct plan *plan,
	const struct loop_request *request, struct loop_node *nodes,
	struct error *error)
{
	char *folder = getcwd(NULL, 0); /* planning has found it there */
	int code = 0;

	CHECK(folder != NULL);
	for (uint32_t i = 0; i < plan->placement.node_count && code == 0; i++) {
		struct node_plan part = {0};

		placement_node_plan(
			&plan->placement, i, request->name, folder, &part);
		nodes[i].name = plan->placement.nodes[i].name;
		nodes[i].plan = command_text(node_plan_encode(&part));
		nodes[i].with_stdin = part.stdin_operator != NODE_PLAN_NONE;
		nodes[i].with_stdout = part.stdout_operator != NODE_PLAN_NONE;
		nodes[i].files = plan->placement.nodes[i].options.files;
		nodes[i].around = surroundings_create(
			plan->placement.nodes[i].written, plan->folder);
		code = ledger_open(request->ledger, i, &part, error);
		crash_book_learn(request->crashes, seat_process(i, 0), &part);
		node_plan_release(&part);
	}
	free(folder);
	return code;
}

static struct links_pair *make_links(const struct placement *placement,
	const char *folder, struct arena *arena)
{
	struct links_pair *pairs =
		calloc(placement->link_count + 1u, sizeof *pairs);

	CHECK(pairs != NULL);
	for (uint32_t i = 0; i < placement->link_count; i++)
		pairs[i] = replan_link(placement, i, folder, arena);
	return pairs;
}

static struct replan_settings make_settings(const struct placement *placement)
{
	uint32_t count = placement->node_count + APPLY_NODES_MAX;
	struct replan_settings settings = {
		.policies = calloc(count, sizeof *settings.policies),
		.watchdogs = calloc(count, sizeof *settings.watchdogs)};

	CHECK(settings.policies != NULL && settings.watchdogs != NULL);
	replan_settings_fill(&settings, placement, NULL);
	return settings;
}

/* The texts hold secrets: they are wiped. */
static void forget_nodes(struct loop_node *nodes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		explicit_bzero((void *)nodes[i].plan.text, nodes[i].plan.bytes);
		free((void *)nodes[i].plan.text);
	}
	free(nodes);
}

static const struct cli_option options[] = {PLANNING_OPTIONS,
	{"for", FOR, "DURATION", "let it run out after this time, as 10s"},
	{"drain-timeout", DRAIN_TIMEOUT, "DURATION",
		"how long running out may take, 10s unless given; 0s: end at "
		"once"},
	{"detach", DETACH, NULL, "leave it to itself once all its nodes run"},
	{"watch", WATCH, NULL,
		"apply the manifest and the plugins' files anew when they "
		"change"},
	{"progress", PROGRESS, NULL, "say every five seconds how it goes"},
	{0}};

const struct cli_command run_command = {
	.name = "run",
	.operands = "FILE | - | -e 'ONE-LINER'",
	.doc = "run a topology until it ends",
	.text = "Runs a manifest's file, a manifest from standard input (-), "
		"or a one-liner: types and their params, with ! between one "
		"operator and the next.\n"
		"Ctrl-C lets it run out: sources end, and what they gave is "
		"worked off. A second Ctrl-C ends it at once.\n"
		"--detach leaves it to itself as soon as all its nodes run; "
		"what "
		"it says and its standard output go to a log, which the last "
		"line names, and tau ps, logs, drain and stop are for the "
		"rest.\n"
		"--watch applies the manifest and the files of its plugins "
		"anew, as tau apply does, when they change.\n"
		"The exit code is 0 when all went well, 1 when an operator or "
		"node failed, 75 when running out took too long, 130 after "
		"Ctrl-C, 78 when the topology is not valid.",
	.options = options,
	.examples = "tau run -e 'generate 3 ! stdout'\n"
		    "tau run -e 'lines ! weblog ! count /status ! table' "
		    "<access.log\n"
		    "tau run -e 'lines ! lines \" \" ! count \"\" ! top /count "
		    "10 ! "
		    "table' <text\n"
		    "tau run words.json --set text=LICENSE\n"
		    "tau run --for 10s -e 'generate ! count'\n",
	.run = run,
};
