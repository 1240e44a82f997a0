/*
 * graph_parts: what the pictures of a topology share.
 */
#ifndef TAU_CORE_PLAN_GRAPH_PARTS_H
#define TAU_CORE_PLAN_GRAPH_PARTS_H

#include "core/plan/graph.h"

/* "file.read"; of a whole node "command" or "remote". */
const char *graph_type(const struct topology *topology,
	const struct topology_operator *target);

/* The params that were written, as `path="a.log" follow=true`, at most `most`
 * bytes; secrets as ***. In the arena; "" when there are none. */
const char *graph_params(const struct topology_operator *target, size_t most,
	struct arena *arena);

/* The writer's port unless it is the first one, "bad"; with a member where
 * the port is variadic, "out[2]"; "" where there is nothing to say. */
const char *graph_port(const struct topology *topology, struct topology_end end,
	bool out, struct arena *arena);

/* Settings that are not as usual: "drop-oldest", "feedback". */
const char *graph_settings(
	const struct topology_stream *stream, struct arena *arena);

/* What the picture is called: the manifest's name, else its file's without the
 * folders, else nothing. */
const char *graph_title(const struct placement *placement);

#endif
