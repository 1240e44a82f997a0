/* oneliner: what is typed in one line becomes a manifest, or is refused. */
#include "core/plan/oneliner.h"
#include "core/base/bounds.h"
#include "core/base/os.h"
#include "tests/test.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

/* Types as in tests/bad/oneliners/standard.c, compiled once. */
static char folder[] = "/tmp/tau-oneliner-XXXXXX";

static const char *top(void)
{
	const char *text = getenv("top_srcdir");

	return text != NULL ? text : "..";
}

static void build_types(void)
{
	const char *cc = getenv("CC");
	char command[1024];

	if (mkdtemp(folder) == NULL)
		abort();
	snprintf(command, sizeof command,
		"%s -shared -fPIC -I'%s/abi' -o %s/tau-standard.so "
		"'%s/tests/bad/oneliners/standard.c'",
		cc != NULL ? cc : "cc", top(), folder, top());
	if (system(command) != 0)
		abort();
}

static void remove_types(void)
{
	char path[128];

	snprintf(path, sizeof path, "%s/tau-standard.so", folder);
	unlink(path);
	rmdir(folder);
}

struct parsed {
	struct catalogue *catalogue;
	struct source source;
	struct diagnostics diagnostics;
	struct manifest manifest;
	struct text said;
	int result;
};

static void parse_with(struct parsed *parsed, const char *text, size_t bytes,
	struct catalogue_search where)
{
	struct error error = ERROR_NONE;
	struct os os;

	os_linux_init(&os);
	*parsed = (struct parsed){.source = {.name = "-e",
					  .text = text,
					  .bytes = bytes,
					  .folder = "/"}};
	ck_assert_int_eq(
		catalogue_create(&parsed->catalogue, &os, &where, &error), 0);
	diagnostics_init(&parsed->diagnostics, &parsed->source);
	parsed->result = oneliner_parse(&parsed->manifest, &parsed->source,
		parsed->catalogue, &parsed->diagnostics);
	diagnostics_print(&parsed->diagnostics, &parsed->said);
}

static void parse(struct parsed *parsed, const char *text, size_t bytes)
{
	parse_with(parsed, text, bytes,
		(struct catalogue_search){.beside = folder});
}

static void release(struct parsed *parsed)
{
	text_release(&parsed->said);
	manifest_release(&parsed->manifest);
	diagnostics_release(&parsed->diagnostics);
	catalogue_destroy(&parsed->catalogue);
}

/* "name:type param=JSON …" of each operator, then "a.p[2] -> b" of each
 * stream, one a line. */
static void show(struct text *text, const struct manifest *manifest)
{
	const struct manifest_node *node = &manifest->nodes[0];

	for (uint32_t i = 0; i < node->operator_count; i++) {
		const struct manifest_operator *one = &node->operators[i];

		text_format(text, "%s:%s", one->name, one->type);
		for (uint32_t j = 0; j < one->param_count; j++) {
			char *json = json_dumps(one->params[j].written,
				JSON_ENCODE_ANY | JSON_COMPACT);

			text_format(text, " %s=%s", one->params[j].name, json);
			free(json);
		}
		text_add(text, "\n");
	}
	for (uint32_t i = 0; i < manifest->stream_count; i++) {
		const struct manifest_stream *stream = &manifest->streams[i];

		for (uint32_t j = 0; j < stream->end_count; j++) {
			const struct manifest_end *end = &stream->ends[j];

			text_format(text, "%s%s%s%s", j > 0 ? " -> " : "",
				end->name, end->port != NULL ? "." : "",
				end->port != NULL ? end->port : "");
			if (end->member != MEMBER_NEXT)
				text_format(text, "[%u]", end->member);
		}
		text_add(text, "\n");
	}
}

static const struct {
	const char *text, *manifest;
} good[] = {
	{"lines", "stdin:stdin\nlines:lines\nstdout:stdout\n"
		  "stdin -> lines -> stdout\n"},
	{"stdin ! lines ! stdout", "stdin:stdin\nlines:lines\nstdout:stdout\n"
				   "stdin -> lines -> stdout\n"},
	{"generate 5 ! null", "generate:generate count=5\nnull:null\n"
			      "generate -> null\n"},
	{"file.read a.log follow=true ! null",
		"file-read:file.read path=\"a.log\" follow=true\nnull:null\n"
		"file-read -> null\n"},
	{"file.read a.log ! lines ! w:weblog ! where /status >= 500 ! count "
	 "/path ! take 10 ; @w.bad ! file.write bad.log",
		"file-read:file.read path=\"a.log\"\nlines:lines\nw:weblog\n"
		"where:where field=\"/status\" op=\">=\" value=500\n"
		"count:count by=[\"/path\"]\ntake:take n=10\nstdout:stdout\n"
		"file-write:file.write path=\"bad.log\"\n"
		"file-read -> lines -> w -> where -> count -> take -> stdout\n"
		"w.bad -> file-write\n"},
	{"lines ! lines2:lines ! lines ! null",
		"stdin:stdin\nlines:lines\nlines2:lines\nlines3:lines\n"
		"null:null\nstdin -> lines -> lines2 -> lines3 -> null\n"},
	{"lines max=5KiB ,", "stdin:stdin\nlines:lines max=\"5KiB\" "
			     "separator=\",\"\nstdout:stdout\n"
			     "stdin -> lines -> stdout\n"},
	{"regex a=b ! null", "stdin:stdin\nregex:regex pattern=\"a=b\"\n"
			     "null:null\nstdin -> regex -> null\n"},
	{"regex pattern=[0-9]+ ! null",
		"stdin:stdin\nregex:regex pattern=\"[0-9]+\"\nnull:null\n"
		"stdin -> regex -> null\n"},
	{"regex 'a ! b ; \"' ! null",
		"stdin:stdin\nregex:regex pattern=\"a ! b ; \\\"\"\n"
		"null:null\nstdin -> regex -> null\n"},
	{"regex \"\\u0041\\n\" ! null",
		"stdin:stdin\nregex:regex pattern=\"A\\n\"\nnull:null\n"
		"stdin -> regex -> null\n"},
	{"fields 1,2,x ! null", "stdin:stdin\nfields:fields pick=[1,2,\"x\"]\n"
				"null:null\nstdin -> fields -> null\n"},
	{"fields [1, 2] ! null", "stdin:stdin\nfields:fields pick=[1,2]\n"
				 "null:null\nstdin -> fields -> null\n"},
	{"count by='a,b' every=10s ! null",
		"stdin:stdin\ncount:count by=[\"a,b\"] every=\"10s\"\n"
		"null:null\nstdin -> count -> null\n"},
	{"where /a = '5' ! where /b = x ! where /c = {\"d\": [1]} ! null",
		"stdin:stdin\nwhere:where field=\"/a\" op=\"=\" value=\"5\"\n"
		"where2:where field=\"/b\" op=\"=\" value=\"x\"\n"
		"where3:where field=\"/c\" op=\"=\" value={\"d\":[1]}\n"
		"null:null\nstdin -> where -> where2 -> where3 -> null\n"},
	{"take many", "stdin:stdin\ntake:take n=\"many\"\nstdout:stdout\n"
		      "stdin -> take -> stdout\n"},
	{"lines separator=  ! null",
		"stdin:stdin\nlines:lines separator=\"\"\nnull:null\n"
		"stdin -> lines -> null\n"},
	{"stdin ! t:tee ; @t ! null ; @t.out[1] ! lines",
		"stdin:stdin\nt:tee\nnull:null\nlines:lines\nstdout:stdout\n"
		"stdin -> t\nt -> null\nt.out[1] -> lines -> stdout\n"},
	{"generate 1 ! @m ; generate 2 ! @m.in[1] ; m:merge ! null",
		"generate:generate count=1\ngenerate2:generate count=2\n"
		"m:merge\nnull:null\ngenerate -> m\ngenerate2 -> m.in[1]\n"
		"m -> null\n"},
	{"w:weblog ! null ; @w.bad",
		"stdin:stdin\nw:weblog\nnull:null\nstdout:stdout\n"
		"stdin -> w -> null\nw.bad -> stdout\n"},
	{"stdin ! l:lines ; @l ! @k ! null ; k:lines ; @k.bad ! null",
		"stdin:stdin\nl:lines\nnull:null\nk:lines\nnull2:null\n"
		"stdin -> l\nl -> k -> null\nk.bad -> null2\n"},
	{"w:weblog ; @w.bad ! null",
		"stdin:stdin\nw:weblog\nstdout:stdout\nnull:null\n"
		"stdin -> w -> stdout\nw.bad -> null\n"},
	{"generate 1 ! @m.in[1] ; m:merge ! null",
		"generate:generate count=1\nm:merge\nnull:null\n"
		"generate -> m.in[1]\nm -> null\n"},
	{"clock ! null", "clock:clock\nnull:null\nclock -> null\n"},
	{"label {\"a\": \"b c\"} ! null",
		"stdin:stdin\nlabel:label with={\"a\":\"b c\"}\nnull:null\n"
		"stdin -> label -> null\n"},
	{"\tlines\n!\r\nnull ", "stdin:stdin\nlines:lines\nnull:null\n"
				"stdin -> lines -> null\n"},
};

START_TEST(a_line_becomes_a_manifest)
{
	struct text shown = {0};
	struct parsed parsed;

	parse(&parsed, good[_i].text, strlen(good[_i].text));
	ck_assert_str_eq(text_string(&parsed.said), "");
	ck_assert_int_eq(parsed.result, 0);
	show(&shown, &parsed.manifest);
	ck_assert_str_eq(text_string(&shown), good[_i].manifest);
	text_release(&shown);
	release(&parsed);
}
END_TEST

START_TEST(places_are_offsets_into_the_line)
{
	static const char text[] =
		"w:lines max=5KiB ! @x.in[3] ; x:merge ! null";
	struct parsed parsed;
	const struct manifest_operator *lines;
	const struct manifest_end *end;

	parse(&parsed, text, sizeof text - 1);
	lines = &parsed.manifest.nodes[0].operators[1];
	ck_assert_str_eq(lines->name, "w");
	ck_assert_uint_eq(lines->name_at, 0);
	ck_assert_uint_eq(lines->type_at, 2);
	ck_assert_uint_eq(lines->params[0].name_at, 8);
	ck_assert_uint_eq(lines->params[0].at, 12);
	end = &parsed.manifest.streams[0].ends[2];
	ck_assert_uint_eq(end->at, 20);
	ck_assert_uint_eq(end->port_at, 22);
	ck_assert_uint_eq(end->member_at, 24);
	release(&parsed);
}
END_TEST

/* Each file of tests/bad/oneliners holds a line and what it must be answered
 * with, word for word; all were written before the code. */
static void read_case(const char *name, char *text, size_t size)
{
	char path[512];
	FILE *file;
	size_t bytes;

	snprintf(path, sizeof path, "%s/tests/bad/oneliners/%s", top(), name);
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s cannot be opened", path);
	bytes = fread(text, 1, size - 1, file);
	text[bytes] = '\0';
	fclose(file);
}

START_TEST(each_bad_line_is_answered_with_its_sentences)
{
	char path[512];
	struct dirent *entry;
	unsigned count = 0;
	DIR *cases;

	snprintf(path, sizeof path, "%s/tests/bad/oneliners", top());
	cases = opendir(path);
	ck_assert_msg(cases != NULL, "%s cannot be opened", path);
	while ((entry = readdir(cases)) != NULL) {
		struct parsed parsed;
		char text[8192], *end;

		if (strstr(entry->d_name, ".txt") == NULL)
			continue;
		read_case(entry->d_name, text, sizeof text);
		end = strchr(text, '\n');
		ck_assert_ptr_nonnull(end);
		*end = '\0';
		parse(&parsed, text, (size_t)(end - text));
		ck_assert_msg(strcmp(text_string(&parsed.said), end + 1) == 0,
			"%s is answered:\n%sand not:\n%s", entry->d_name,
			text_string(&parsed.said), end + 1);
		ck_assert_int_eq(parsed.result, -EINVAL);
		release(&parsed);
		count++;
	}
	closedir(cases);
	ck_assert_uint_ge(count, 15);
}
END_TEST

START_TEST(a_line_has_bounds)
{
	size_t bytes = ONELINER_BYTES_MAX + 1;
	char *text = calloc(1, bytes + 1);
	struct parsed parsed;

	memset(text, ' ', bytes);
	parse(&parsed, text, bytes);
	ck_assert_str_eq(text_string(&parsed.said),
		"-e: a one-liner has at most 65536 bytes and this one 65537; "
		"write a manifest\n");
	release(&parsed);
	*text = '\0';
	for (size_t i = 0; i <= ONELINER_OPERATORS_MAX; i++)
		strcat(text, i > 0 ? " ! take 1" : "generate 1");
	parse(&parsed, text, strlen(text));
	ck_assert_ptr_nonnull(strstr(text_string(&parsed.said),
		"a one-liner has at most 1024 operators; write a manifest"));
	release(&parsed);
	parse(&parsed, "lines \0 x", 9);
	ck_assert_ptr_nonnull(strstr(
		text_string(&parsed.said), "-e:1:7: this has a NUL byte"));
	release(&parsed);
	free(text);
}
END_TEST

START_TEST(json_is_not_deeper_than_values_may_be)
{
	char text[256] = "where /a = ";
	struct parsed parsed;

	for (int i = 0; i < 33; i++)
		strcat(text, "[");
	parse(&parsed, text, strlen(text));
	ck_assert_ptr_nonnull(strstr(text_string(&parsed.said),
		"-e:1:44: lists and objects stand at most 32 deep"));
	release(&parsed);
}
END_TEST

/* As for a line that runs, when its node was taken back to older files. */
START_TEST(types_may_be_of_files_chosen_for_its_node_alone)
{
	char path[128];
	struct catalogue_choice choice = {
		.path = path, .node = "main", .standard = true};
	struct parsed parsed;

	snprintf(path, sizeof path, "%s/tau-standard.so", folder);
	parse_with(&parsed, "generate 5 ! take 2", 19,
		(struct catalogue_search){.choices = &choice,
			.choice_count = 1,
			.chosen_alone = true});
	ck_assert_str_eq(text_string(&parsed.said), "");
	ck_assert_int_eq(parsed.result, 0);
	ck_assert_uint_eq(parsed.manifest.nodes[0].operator_count, 3);
	release(&parsed);
}
END_TEST

static Suite *oneliner_suite(void)
{
	Suite *suite = suite_create("oneliner");
	TCase *tests = test_case(suite, "lines");

	tcase_add_unchecked_fixture(tests, build_types, remove_types);
	tcase_add_loop_test(tests, a_line_becomes_a_manifest, 0,
		sizeof good / sizeof *good);
	tcase_add_test(tests, places_are_offsets_into_the_line);
	tcase_add_test(tests, each_bad_line_is_answered_with_its_sentences);
	tcase_add_test(tests, a_line_has_bounds);
	tcase_add_test(tests, json_is_not_deeper_than_values_may_be);
	tcase_add_test(tests, types_may_be_of_files_chosen_for_its_node_alone);
	return suite;
}

TEST_MAIN(oneliner_suite)
