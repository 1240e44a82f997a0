/*
 * plans: a manifest's text taken as far as a test wants it, against the
 * operators of tests/fixtures/demo.c.
 */
#ifndef TESTS_PLANS_H
#define TESTS_PLANS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/os.h"
#include "core/plan/placement.h"
#include "core/plan/variables.h"
#include "tests/test.h"

struct planned {
	struct os os;
	struct source source;
	struct diagnostics diagnostics;
	struct manifest manifest;
	struct catalogue *catalogue;
	struct topology topology;
	struct placement placement;
};

static inline void planned_begin(struct planned *planned, const char *text)
{
	*planned = (struct planned){
		.source = {"t.json", text, strlen(text), "/folder"}};
	diagnostics_init(&planned->diagnostics, &planned->source);
}

static inline const char *planned_fixtures(void)
{
	static char folder[4096];
	const char *builddir = getenv("top_builddir");
	snprintf(folder, sizeof folder, "%s/tests/fixtures",
		builddir ? builddir : ".");
	return folder;
}

/* Parses, puts variables in and resolves, as far as each step can go, with the
 * plugins of this search among those of the fixtures. */
static inline void planned_resolve_with(struct planned *planned,
	const char *text, const struct variables_input *input,
	struct catalogue_search search)
{
	struct error error = ERROR_NONE;
	search.option = planned_fixtures();
	planned_begin(planned, text);
	os_linux_init(&planned->os);
	manifest_parse(
		&planned->manifest, &planned->source, &planned->diagnostics);
	ck_assert_int_eq(catalogue_create(&planned->catalogue, &planned->os,
				 &search, &error),
		0);
	variables_apply(&planned->manifest, input, &planned->diagnostics);
	topology_resolve(&planned->topology, &planned->manifest,
		planned->catalogue, &planned->diagnostics);
}

static inline void planned_resolve(struct planned *planned, const char *text,
	const struct variables_input *input)
{
	planned_resolve_with(
		planned, text, input, (struct catalogue_search){0});
}

static inline void planned_say(const struct planned *planned)
{
	struct text text = {0};
	diagnostics_print(&planned->diagnostics, &text);
	fputs(text_string(&text), stderr);
	text_release(&text);
}

/* A whole manifest of one node, which must be good. */
static inline void planned_place(struct planned *planned, const char *text)
{
	struct variables_input input = {.folder = "/current"};
	planned_resolve(planned, text, &input);
	planned_say(planned);
	ck_assert_uint_eq(planned->diagnostics.count, 0);
	placement_make(&planned->placement, &planned->topology);
}

static inline void planned_release(struct planned *planned)
{
	placement_release(&planned->placement);
	topology_release(&planned->topology);
	catalogue_destroy(&planned->catalogue);
	manifest_release(&planned->manifest);
	diagnostics_release(&planned->diagnostics);
}

#endif
