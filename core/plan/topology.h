/*
 * topology: a manifest's names, types, ports and params, resolved and checked.
 *
 * Operators stand in manifest order, replicas one after the other; a command
 * or remote node stands as one operator without a type. Streams stand in
 * manifest order, each followed by its back stream if it has one. Everything
 * is indices and views; the memory is the topology's arena, and descriptions
 * live in the catalogue, which outlives the topology, like the manifest.
 */
#ifndef TAU_CORE_PLAN_TOPOLOGY_H
#define TAU_CORE_PLAN_TOPOLOGY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/arena.h"
#include "core/catalogue/catalogue.h"
#include "core/text/diagnostic.h"
#include "core/plan/manifest.h"
#include "core/plan/value.h"

#define TOPOLOGY_NONE UINT32_MAX

struct topology_operator {
	const char *name;                        /* "tail", "worker#2" */
	const struct manifest_operator *written; /* NULL: a whole node */
	const struct catalogue_type *type;       /* NULL: a whole node */
	uint32_t node;    /* index into the manifest's nodes */
	uint32_t replica; /* 0 … replicas - 1 */
	/* Its ports, derived ones behind the declared ones. */
	const struct port_description *in, *out;
	uint32_t in_count, out_count;
	/* How many streams each port has; of a variadic port its members. */
	uint32_t *in_members, *out_members;
	struct param_value *params; /* as many as are declared, in that order */
};

struct topology_end {
	uint32_t owner;
	uint32_t port;
	uint32_t member; /* 0 unless the port is variadic */
};

struct topology_stream {
	const char *name; /* "OP", "OP.PORT", "OP.PORT[N]" of its writer */
	struct topology_end from, to;
	uint32_t capacity_bytes, records, atomic_bytes;
	enum stream_full full;
	bool shred, fds, feedback, reconnect;
	enum stream_transport transport;
	const char *address; /* "at", or NULL */
	bool back;
	uint32_t partner; /* its back stream, or whose back stream it is */
	const struct manifest_stream *written;
	uint32_t at; /* of this edge */
};

struct topology {
	struct arena arena;
	const struct manifest *manifest;
	const char *name; /* the manifest's, or NULL */
	struct topology_operator *operators;
	struct topology_stream *streams;
	uint32_t operator_count, stream_count;
	uint32_t stdin_operator, stdout_operator; /* or TOPOLOGY_NONE */
};

/* Resolves a manifest whose variables were put in into a zeroed topology.
 * Returns 0, or -EINVAL after sentences. To be released either way. */
int topology_resolve(struct topology *topology, const struct manifest *manifest,
	const struct catalogue *catalogue, struct diagnostics *diagnostics);

/* Says of a whole topology what is valid and most likely not meant: ports that
 * tell of bad records, and are left open. */
void topology_warn(
	const struct topology *topology, struct diagnostics *diagnostics);

void topology_release(struct topology *topology);

/* "bytes", "utf8", …, and the port's name, of an end; `out`: a writer's. */
const struct port_description *topology_port(
	const struct topology *topology, struct topology_end end, bool out);

#endif
