/*
 * new: writes the folder that somebody begins with: an operator of their own,
 * or a topology.
 *
 * The files are templates (template.h), so a folder that was made depends on
 * nothing here but on what tau itself promises.
 */
#include "core/base/bounds.h"
#include "core/cli/commands.h"
#include "core/cli/folder.h"
#include "core/cli/search.h"
#include "core/cli/template.h"
#include "core/text/diagnostic.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { STYLE = CLI_OWN, LANGUAGE };
enum { FILES_MAX = 8, STYLES = 2, LANGUAGES = 2, WORDS_MAX = 8 };
enum { SOURCE_BYTES = NAME_BYTES_MAX + sizeof ".cc" };

/* A file of the folder; `path` is its template's. */
struct part {
	const char *name, *path, *doc;
};

struct kind {
	const char *name;
	struct part parts[FILES_MAX];
};

/* An operator has code, a topology is a manifest. */
enum { OPERATOR, TOPOLOGY, KINDS };

static const struct kind kinds[KINDS] = {
	[OPERATOR] = {"operator",
		{{"newname.c", NULL, "the operator newname.words"},
			{"test.json", "operator/test.json",
				"what make test expects of it"},
			{"topology.json", "operator/topology.json",
				"what make run runs"},
			{"Makefile", "operator/Makefile", "builds newname.so"},
			{"README.md", "operator/README.md", "how to go on"},
			{".gitignore", "operator/gitignore",
				"what git leaves out"}}},
	[TOPOLOGY] = {"topology",
		{{"topology.json", "topology/topology.json",
			 "the topology newname"},
			{"test.json", "topology/test.json",
				"what make test expects of it"},
			{"sample.txt", "topology/sample.txt",
				"what make run lets it read"},
			{"Makefile", "topology/Makefile",
				"the commands that README.md tells of"},
			{"README.md", "topology/README.md", "how to go on"},
			{".gitignore", "topology/gitignore",
				"what git leaves out"}}},
};

static const char *const styles[STYLES] = {"coroutine", "continuation"};
static const char *const languages[LANGUAGES] = {"c", "c++"};
static const char *const sources[STYLES][LANGUAGES] = {
	{"operator/coroutine.c", "operator/coroutine.cc"},
	{"operator/continuation.c", "operator/continuation.cc"}};
/* What the templates that are for C say in C++. */
static const struct template_word cplusplus[] = {{"$(CC)", "$(CXX)"},
	{"CFLAGS", "CXXFLAGS"}, {"-std=c11", "-std=c++17"}};

struct wish {
	const struct kind *kind;
	const char *name;
	int style, language; /* -1 until they are given */
};

/* The files of a folder that is to be made; the texts are owned. */
struct draft {
	struct template_word words[WORDS_MAX];
	char source[SOURCE_BYTES];
	struct folder_file files[FILES_MAX];
	char *texts[2 * FILES_MAX];
	size_t count;
};

static int take(struct cli *cli, void *context, int id, const char *value);
static int judge(struct cli *cli, const struct wish *wish);
static int judge_name(struct cli *cli, const struct wish *wish);
static int judge_standard(struct cli *cli, const char *name);
static int make(struct cli *cli, const struct wish *wish);
static void show(
	struct cli *cli, const struct wish *wish, const struct draft *draft);
static void show_json(
	struct cli *cli, const struct wish *wish, const struct draft *draft);

static int run(struct cli *cli, int argc, char **argv)
{
	struct wish wish = {.style = -1, .language = -1};
	int code = cli_parse(cli, &new_command, argc, argv, take, &wish);

	if (code < 0)
		code = judge(cli, &wish);
	return code >= 0 ? code : make(cli, &wish);
}

/* ---- what is asked for --------------------------------------------------- */

static int index_of(const char *word, const char *const *words, int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	return -1;
}

static int take_kind(struct cli *cli, struct wish *wish, const char *value)
{
	const char *names[KINDS];
	const char *near;

	for (int i = 0; i < KINDS; i++) {
		names[i] = kinds[i].name;
		if (strcmp(value, names[i]) == 0)
			wish->kind = &kinds[i];
	}
	if (wish->kind)
		return 0;
	near = diagnostic_nearest(value, names, KINDS);
	return cli_usage(cli, &new_command,
		"new makes an operator or a topology, and \"%s\" is neither; "
		"did you mean tau new %s %s?",
		value, near ? near : "operator", near ? "NAME" : value);
}

static int take_style(struct cli *cli, struct wish *wish, const char *value)
{
	wish->style = index_of(value, styles, STYLES);
	if (wish->style >= 0)
		return 0;
	return cli_usage(cli, &new_command,
		"--style %s: it is coroutine or continuation", value);
}

static int take_language(struct cli *cli, struct wish *wish, const char *value)
{
	wish->language = index_of(value, languages, LANGUAGES);
	if (wish->language >= 0)
		return 0;
	return cli_usage(cli, &new_command,
		"--lang %s: it is c or c++; operators in other languages are "
		"programs: see command in tau-topology(5)",
		value);
}

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	if (id == STYLE)
		return take_style(cli, wish, value);
	if (id == LANGUAGE)
		return take_language(cli, wish, value);
	if (!wish->kind)
		return take_kind(cli, wish, value);
	if (wish->name)
		return cli_usage(cli, &new_command,
			"new takes one name, and %s is a second", value);
	wish->name = value;
	return 0;
}

/* -1 when it can be made, else the exit code. */
static int judge(struct cli *cli, const struct wish *wish)
{
	const char *kind = wish->kind ? wish->kind->name : "operator";

	if (!wish->name)
		return cli_usage(cli, &new_command,
			"new needs to know what to make and a name for it, as "
			"in: tau new %s my-%s",
			kind, kind);
	if (wish->kind == &kinds[TOPOLOGY] &&
		(wish->style >= 0 || wish->language >= 0))
		return cli_usage(cli, &new_command,
			"--style and --lang are about the code of an operator; "
			"a topology has none");
	return judge_name(cli, wish);
}

static int judge_name(struct cli *cli, const struct wish *wish)
{
	const char *name = wish->name;
	bool plugin = wish->kind == &kinds[OPERATOR];

	if (strchr(name, '/'))
		return cli_usage(cli, &new_command,
			"\"%s\" is a path; new makes the folder where you "
			"are, so go there first and give a name alone",
			name);
	if (name[0] == '-')
		return cli_usage(cli, &new_command,
			"a name that begins with - is an option to every "
			"other command; take another one than \"%s\"",
			name);
	if (!(plugin ? description_is_plugin_name(name)
		     : description_is_name(name)))
		return cli_usage(cli, &new_command,
			"\"%s\" cannot name a %s; a name has 1 to %d %s, "
			"digits, _ and -",
			name, plugin ? "plugin" : "topology", NAME_BYTES_MAX,
			plugin ? "small letters (a-z)" : "letters (a-z, A-Z)");
	if (!plugin)
		return -1;
	if (strncmp(name, "tau-", 4) == 0)
		return cli_usage(cli, &new_command,
			"names that begin with tau- are those of the standard "
			"plugins; take another one than %s",
			name);
	return judge_standard(cli, name);
}

/* A plugin that was named like a standard operator would be refused later. */
static int judge_standard(struct cli *cli, const char *name)
{
	struct error error = ERROR_NONE;
	struct catalogue *catalogue;
	struct search search;
	const char *like;

	search_init(&search, cli, NULL);
	if (catalogue_create(&catalogue, &cli->os, &search.folders, &error)) {
		cli_say(cli, "%s", error.text);
		return EXIT_CODE_IO;
	}
	like = catalogue_standard_like(catalogue, name);
	if (like)
		cli_usage(cli, &new_command,
			"the name %s is taken by the standard operator %s; "
			"take another one, such as my-%s",
			name, like, name);
	catalogue_destroy(&catalogue);
	return like ? EXIT_CODE_USAGE : -1;
}

/* ---- making it ----------------------------------------------------------- */

/* The words of the templates, and what they are in this folder. */
static void choose_words(struct draft *draft, const struct wish *wish)
{
	struct template_word *words = draft->words;
	bool c = wish->language <= 0;

	snprintf(draft->source, sizeof draft->source, "%s.%s", wish->name,
		c ? "c" : "cc");
	*words++ = (struct template_word){TEMPLATE_NAME ".c", draft->source};
	*words++ = (struct template_word){TEMPLATE_NAME, wish->name};
	for (size_t i = 0; !c && i < sizeof cplusplus / sizeof *cplusplus; i++)
		*words++ = cplusplus[i];
	*words = (struct template_word){0};
}

static char *filled(const struct draft *draft, const char *text)
{
	struct text all = {0};

	template_fill(&all, text, draft->words);
	return text_take(&all);
}

static void write_draft(struct draft *draft, const struct wish *wish)
{
	const struct part *parts = wish->kind->parts;
	char **texts = draft->texts;

	*draft = (struct draft){0};
	choose_words(draft, wish);
	for (size_t i = 0; i < FILES_MAX && parts[i].name; i++) {
		const char *path = parts[i].path;

		if (!path)
			path = sources[wish->style > 0][wish->language > 0];
		*texts++ = filled(draft, parts[i].name);
		*texts++ = filled(draft, template_text(path));
		draft->files[i] = (struct folder_file){texts[-2], texts[-1]};
		draft->count++;
	}
}

static int make(struct cli *cli, const struct wish *wish)
{
	struct error error = ERROR_NONE;
	struct draft draft;
	int code;

	write_draft(&draft, wish);
	code = folder_make(
		&cli->os, wish->name, draft.files, draft.count, &error);
	if (code < 0)
		cli_say(cli, "%s", error.text);
	else if (cli->json)
		show_json(cli, wish, &draft);
	else
		show(cli, wish, &draft);
	for (size_t i = 0; i < 2 * draft.count; i++)
		free(draft.texts[i]);
	return code == -EEXIST ? EXIT_CODE_TAKEN : code < 0 ? EXIT_CODE_IO : 0;
}

/* ---- what is said -------------------------------------------------------- */

/* The folder of this program where that was not installed and a Makefile would
 * find neither it nor its headers; else false. */
static bool uninstalled(struct cli *cli, char *folder, size_t bytes)
{
	char file[SEARCH_PATH_BYTES];
	struct stat status;

	if (!search_own_folder(&cli->os, folder, bytes))
		return false;
	snprintf(file, sizeof file, "%s/tau-operator-uninstalled.pc", folder);
	return cli->os.fstatat(&cli->os, AT_FDCWD, file, &status, 0) == 0;
}

static void show_files(
	struct cli *cli, const struct wish *wish, const struct draft *draft)
{
	size_t width = 0;

	for (size_t i = 0; i < draft->count; i++)
		if (strlen(draft->files[i].name) > width)
			width = strlen(draft->files[i].name);
	for (size_t i = 0; i < draft->count; i++) {
		char *doc = filled(draft, wish->kind->parts[i].doc);

		fprintf(cli->out.file, "%s/%-*s  %s\n", wish->name, (int)width,
			draft->files[i].name, doc);
		free(doc);
	}
}

static void show(
	struct cli *cli, const struct wish *wish, const struct draft *draft)
{
	char folder[SEARCH_PATH_BYTES - 64];

	show_files(cli, wish, draft);
	fputs("\nnext\n", cli->out.file);
	if (uninstalled(cli, folder, sizeof folder))
		fprintf(cli->out.file,
			"  export PATH=\"%s:$PATH\" PKG_CONFIG_PATH=\"%s\"\n",
			folder, folder);
	fprintf(cli->out.file, "  cd %s && make check test run\n", wish->name);
}

static void show_json(
	struct cli *cli, const struct wish *wish, const struct draft *draft)
{
	json_t *names = json_array(), *all;

	for (size_t i = 0; i < draft->count; i++)
		json_array_append_new(names, json_sprintf("%s/%s", wish->name,
						     draft->files[i].name));
	all = json_pack("{s:s, s:s, s:o}", "kind", wish->kind->name, "folder",
		wish->name, "files", names);
	json_dumpf(all, cli->out.file, JSON_INDENT(2));
	fputc('\n', cli->out.file);
	json_decref(all);
}

static const struct cli_option options[] = {
	{"style", STYLE, "coroutine|continuation",
		"a loop that waits (coroutine, the default), or a function "
		"that is called when there is something to do"},
	{"lang", LANGUAGE, "c|c++", "the language it is written in (c)"}, {0}};

const struct cli_command new_command = {
	.name = "new",
	.operands = "operator|topology NAME",
	.doc = "write a first operator or topology of your own",
	.text = "Makes the folder NAME with all that is needed to go on from. "
		"For an operator: its source, whose comments tell what an "
		"operator has to keep to, a test, a topology to run it in, and "
		"a Makefile that needs a compiler and pkg-config. It passes "
		"tau check, saves its state, and can be upgraded while it "
		"runs. For a topology: the manifest, a test and something to "
		"read.\n"
		"What is there already is never touched: the exit code is 73 "
		"then, and 74 when the folder cannot be made.",
	.options = options,
	.examples = "tau new operator hello && cd hello && make check test\n"
		    "tau new operator --lang c++ --style continuation hello\n"
		    "tau new topology weblog\n",
	.json = true,
	.run = run,
};
