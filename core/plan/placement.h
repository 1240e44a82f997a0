/*
 * placement: which node runs which operators, and which streams cross nodes.
 *
 *     manifest node "w" with "replicas": 2  ->  nodes w#0, w#1
 *     each operator is in exactly one node; a stream is inside a node when
 *     both its ends are, else it crosses
 */
#ifndef TAU_CORE_PLAN_PLACEMENT_H
#define TAU_CORE_PLAN_PLACEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/diagnostic.h"
#include "core/plan/node_plan.h"
#include "core/plan/topology.h"

struct placement_node {
	const char *name; /* "stats", "stats#1" */
	const struct manifest_node *written;
	struct node_options options; /* the manifest's defaults filled in */
	/* It does not run this, but what it ran before: for `changes`. */
	bool returned;
	uint32_t *operators;         /* indices into the topology's */
	uint32_t operator_count;
	uint32_t *streams; /* those inside the node */
	uint32_t stream_count;
	uint32_t link_count; /* to other nodes */
};

/* Two nodes that share streams: one for each transport of theirs; a stream over
 * a FIFO has one of its own. */
struct placement_link {
	uint32_t nodes[2];  /* the lower index first */
	uint32_t places[2]; /* which of its links this is to each */
	enum stream_transport transport;
	bool foreign;    /* one of them is a command or remote node */
	bool packets;    /* SOCK_SEQPACKET; else a byte stream or a FIFO */
	bool reconnect;  /* a peer that goes may come again */
	uint32_t fifo;   /* the topology's stream; else TOPOLOGY_NONE */
	uint32_t writer; /* which of the two writes it */
};

/* The first fd of a node's links (core/wire/command.h); the others follow. */
#define PLACEMENT_LINK_FD 7u

struct placement {
	struct arena arena;
	const struct topology *topology;
	struct placement_node *nodes;
	uint32_t node_count;
	uint32_t *crossing;         /* streams between nodes */
	uint32_t *crossing_links;   /* the link of each */
	uint32_t *crossing_numbers; /* on it; ascending */
	uint32_t crossing_count;
	uint32_t next_number; /* beyond all that were ever given */
	struct placement_link *links;
	uint32_t link_count;
	uint32_t *node_of; /* by the topology's operators */
	/* After placement_follow, else NULL: by this topology's streams, by the
	 * links, and by the operators, which of the former placement it is, or
	 * TOPOLOGY_NONE. */
	uint32_t *former_streams, *former_links, *former_operators;
	/* Likewise: by the streams, whether one that was there lies elsewhere
	 * now: inside another node, or on another link, or the other way. */
	bool *moved;
};

/* Never fails; the topology outlives the placement. */
void placement_make(
	struct placement *placement, const struct topology *topology);
void placement_release(struct placement *placement);

/* Lets a placement follow the one that runs: what is the same in both (nodes,
 * operators, streams, links, by their names and ends) stands in the same order,
 * streams on links keep their numbers and new ones get numbers that none had
 * before, so that the plan of a node that nothing touches comes out the same,
 * byte by byte. A node that loses a link counts its other places anew. Numbers
 * beyond LINK_STREAMS_MAX are the caller's to refuse. */
void placement_follow(
	struct placement *placement, const struct placement *former);

/* Says, with places, which streams cannot cross nodes as they say: those of
 * fds, unless they lie between two nodes of ours over a link and say so; those
 * with another transport than a command's or a remote's own connection. 0 or
 * -EINVAL. */
int placement_check(
	const struct placement *placement, struct diagnostics *diagnostics);

/* Says, with places, all that is designed and valid but that this version
 * cannot run yet. Returns 0 when it can run, else -ENOTSUP. */
int placement_runnable(
	const struct placement *placement, struct diagnostics *diagnostics);

/* Why a node cannot be restarted, as a clause; NULL: it can. */
const char *placement_no_restart(
	const struct placement *placement, uint32_t node);

/* What the node of that index must know, into a zeroed plan; `topology_name`
 * is what the running topology is called, `folder` the current one, absolute,
 * which relative paths of plugins are put behind. */
void placement_node_plan(const struct placement *placement, uint32_t node,
	const char *topology_name, const char *folder, struct node_plan *plan);

/* Whether who writes a stream, or reads it, is somebody else's program. */
bool placement_is_program(
	const struct placement *placement, uint32_t stream, bool writer);

/* Says in a node's plan what its streams were called in the placement that was
 * followed, which have moved, and what has gone elsewhere, for whoever takes
 * over from the process that ran it. */
void placement_name_former(const struct placement *placement,
	const struct placement *former, uint32_t node, struct node_plan *plan);

#endif
