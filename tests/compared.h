/*
 * compared: two manifests with one of the versions of the plugin acme each,
 * compared.
 */
#ifndef TESTS_COMPARED_H
#define TESTS_COMPARED_H

#include "core/plan/changes.h"
#include "tests/plans.h"

/* Two manifests, compared. */
struct compared {
	struct planned before, after;
	struct changes changes;
	int result;
};

/* A manifest with one of the versions of acme. */
static inline void place(struct planned *planned, const char *text, int version)
{
	char path[5000];
	struct catalogue_named named = {.name = "acme", .path = path};
	struct variables_input input = {.folder = "/current"};
	snprintf(path, sizeof path, "%s/versions/acme_%d.so",
		planned_fixtures(), version);
	planned_resolve_with(planned, text, &input,
		(struct catalogue_search){.named = &named, .named_count = 1});
	planned_say(planned);
	ck_assert_uint_eq(planned->diagnostics.count, 0);
	placement_make(&planned->placement, &planned->topology);
}

static inline void compare(struct compared *compared, const char *before,
	int old, const char *after, int new)
{
	compared->changes = (struct changes){0};
	place(&compared->before, before, old);
	place(&compared->after, after, new);
	placement_follow(
		&compared->after.placement, &compared->before.placement);
	compared->result = changes_make(&compared->changes,
		&compared->before.placement, &compared->after.placement, "t-1",
		"/current", &compared->after.diagnostics);
}

static inline void release(struct compared *compared)
{
	changes_release(&compared->changes);
	planned_release(&compared->after);
	planned_release(&compared->before);
}

#define HEAD "{\"tau\": 1, \"nodes\": {"

#define WEBLOG                                                                 \
	HEAD "\"ingest\": {\"operators\": {\"tail\": {\"type\": "              \
	     "\"demo.source\"}, "                                              \
	     "\"parse\": {\"type\": \"demo.map\"}}}, "                         \
	     "\"stats\": {\"operators\": {\"per\": {\"type\": "                \
	     "\"acme.count\"}, "                                               \
	     "\"out\": {\"type\": \"demo.printer\"}, "                         \
	     "\"bad\": {\"type\": \"demo.sink\"}}}}, "                         \
	     "\"streams\": [\"tail -> parse -> per -> out\", \"parse.bad -> "  \
	     "bad\"]}"

#endif
