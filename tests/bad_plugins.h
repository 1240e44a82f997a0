/*
 * bad_plugins: a temporary folder full of bad plugins, made once per test
 * program by tests/bad/plugins/build.sh, and what each must be answered with.
 *
 * Use: add bad_plugins_build (or bad_plugins_build_few) and bad_plugins_remove
 * as an unchecked fixture;
 * the tests themselves, which are forked, only read the folder.
 */
#ifndef TESTS_BAD_PLUGINS_H
#define TESTS_BAD_PLUGINS_H

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/test.h"

#define BAD_PLUGINS_MAX 100
#define BAD_TEXT_BYTES 2048

struct bad_plugin {
	char name[64], stage[16], sentence[BAD_TEXT_BYTES];
};

static char bad_folder[] = "/tmp/tau-plugins-XXXXXX";
static char bad_path_text[256];

static inline const char *bad_source(void)
{
	const char *top = getenv("top_srcdir");

	return top != NULL ? top : "..";
}

static inline void bad_plugins_make(const char *which)
{
	char command[512];

	if (mkdtemp(bad_folder) == NULL)
		abort();
	snprintf(command, sizeof command,
		"bash '%s/tests/bad/plugins/build.sh' %s %s", bad_source(),
		bad_folder, which);
	if (system(command) != 0)
		abort();
}

static inline void bad_plugins_build(void)
{
	bad_plugins_make("");
}

/* For tests that look at good ones: compiling all takes a second. */
static inline void bad_plugins_build_few(void)
{
	bad_plugins_make("few");
}

static inline void bad_plugins_remove(void)
{
	char command[64];

	snprintf(command, sizeof command, "rm -rf %s", bad_folder);
	if (system(command) != 0)
		abort();
}

/* FOLDER/NAME: good until the next call. */
static inline const char *bad_path(const char *name)
{
	snprintf(
		bad_path_text, sizeof bad_path_text, "%s/%s", bad_folder, name);
	return bad_path_text;
}

/* The sentences of one stage, in the order of their file. */
static inline size_t bad_plugins_read(
	struct bad_plugin *plugins, const char *stage)
{
	char path[512], line[BAD_TEXT_BYTES];
	size_t count = 0;
	FILE *file;

	snprintf(path, sizeof path, "%s/tests/bad/plugins/sentences",
		bad_source());
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s cannot be opened", path);
	while (fgets(line, sizeof line, file) != NULL) {
		struct bad_plugin *plugin = &plugins[count];

		if (line[0] == '#')
			continue;
		ck_assert_uint_lt(count, BAD_PLUGINS_MAX);
		ck_assert_int_eq(
			sscanf(line, "%63s %15s %2047[^\n]", plugin->name,
				plugin->stage, plugin->sentence),
			3);
		count += strcmp(plugin->stage, stage) == 0;
	}
	fclose(file);
	return count;
}

/* Whether the pattern says the text: @ is the path, % its folder, # some
 * number. */
static inline int bad_matches(
	const char *pattern, const char *text, const char *path)
{
	size_t folder = (size_t)(strrchr(path, '/') - path);

	for (; *pattern != '\0'; pattern++) {
		size_t bytes = *pattern == '@' ? strlen(path) : folder;

		if (*pattern == '#') {
			if (!isdigit((unsigned char)*text))
				return 0;
			while (isdigit((unsigned char)*text))
				text++;
		} else if (*pattern == '@' || *pattern == '%') {
			if (strncmp(text, path, bytes) != 0)
				return 0;
			text += bytes;
		} else if (*pattern != *text++) {
			return 0;
		}
	}
	return *text == '\0';
}

#endif
