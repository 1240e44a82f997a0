/*
 * topology_parts: what the files of the room topology share.
 */
#ifndef TAU_CORE_PLAN_TOPOLOGY_PARTS_H
#define TAU_CORE_PLAN_TOPOLOGY_PARTS_H

#include "core/plan/topology.h"

/* A name that streams may use: an operator, or a whole node. */
struct topology_name {
	const char *name;
	uint32_t first; /* its first instance; the others follow it … */
	uint32_t step;  /* … at this distance: the operators of its node */
	uint32_t replicas;
	uint32_t at;
};

struct resolving {
	struct topology *topology;
	const struct manifest *manifest;
	const struct catalogue *catalogue;
	struct diagnostics *diagnostics;
	struct topology_name *names; /* sorted by name */
	uint32_t name_count;
	bool streams_broken; /* some edge is missing: its error was said */
};

/* Checks and converts the params of an operator whose type is known; all of
 * its instances share the result. */
void topology_read_params(
	struct resolving *resolving, struct topology_operator *target);

/* The ports of a command or remote node, as if a description had them. */
void topology_read_ports(
	struct resolving *resolving, struct topology_operator *target);

/* Resolves the ends of all streams, adds back streams, numbers members. */
void topology_read_streams(struct resolving *resolving);
void topology_number_members(struct resolving *resolving);

/* The settings of a stream; those of a back stream are a flow alone. */
void topology_fill_flow(struct topology_stream *stream,
	const struct flow_options *own, const struct flow_options *defaults);
void topology_fill_options(struct resolving *resolving,
	struct topology_stream *stream, const struct stream_options *own);

/* Settings that contradict each other; defaults are judged without others. */
void topology_check_flow(struct resolving *resolving,
	const struct stream_options *own,
	const struct stream_options *defaults);

/* Whether a port (NULL: any) is somebody else's to connect. */
bool topology_is_lent(const struct manifest *manifest,
	const struct topology_operator *target,
	const struct port_description *port, bool out);

/* What can be said of the whole: ports left open, cycles, … */
void topology_check(struct resolving *resolving);
void topology_check_files(struct resolving *resolving);
void topology_check_cycles(struct resolving *resolving);

/* The streams that leave each operator, back streams left out: those of
 * operator i stand in `streams` from first[i] to first[i + 1]. */
struct topology_leaving {
	uint32_t *first, *streams;
};

/* `feedback`: with those that are marked as feedback. */
struct topology_leaving topology_gather(
	const struct topology *topology, struct arena *arena, bool feedback);

/* "OP.PORT", in the topology's arena. */
const char *topology_end_name(
	struct topology *topology, struct topology_end end, bool out);

#endif
