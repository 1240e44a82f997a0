/*
 * node_plan: all that one node must know to run its part of a topology.
 *
 * The supervisor writes it as JSON text and sends it over the socket that
 * spawned the node; the node reads it back and needs neither the manifest nor
 * a catalogue. Params are converted, paths absolute, defaults filled in, ends
 * are indices. The node still reads each plugin's note, for ports and state.
 *
 *     { "plan": 1, "topology": "weblog-4711", "node": "ingest",
 *       "stdin": 0, "stdout": 3,              operators' indices, or null
 *       "operators": [ {"name": "tail", "type": "file.read",
 *           "plugin": "tau-file", "operator": "file.read",
 *           "path": "/usr/lib/tau/plugins/tau-file.so", "sha256": "9f86…",
 *           "version": "0.1.0",               left out when nobody knows it
 *           "params": [ {"type": "path", "value": "/var/log/a.log"},
 *                       {"type": "bool", "value": true}, null ]} ],
 *       "streams": [ {"name": "tail", "from": [0, 0, 0], "to": [1, 0, 0],
 *           "capacity": 262144, "records": 1024, "atomic": 65536,
 *           "full": "block", "shred": false, "fds": false, "back": false,
 *           "link": null, "number": 0, "port": "in",
 *           "former": "head",                 left out when it is the name
 *           "moved": true,                    left out when it is not,
 *           "halved": true} ],                and so is this
 *       "links": [ {"peer": "stats", "fd": 7, "packets": true,
 *           "transport": "link", "foreign": false,
 *           "reconnect": false} ],
 *       "command": [], "remote": "", "folder": "", "source": false,
 *       "stays": true,                        left out when it does not
 *       "elsewhere": ["tail"] }               left out when there are none
 *
 * An end is [operator, port, member], or null beyond a link; ports count as in
 * the description, the derived back ports behind the declared ones; member is 0
 * unless the port is variadic. A back stream is a stream like any other, the
 * other way round, between two derived ports. The text holds secrets: it is
 * never logged.
 *
 * Decoding believes nothing: types, ranges and indices are checked, so that a
 * plan that decodes can be walked without a check.
 */
#ifndef TAU_CORE_PLAN_NODE_PLAN_H
#define TAU_CORE_PLAN_NODE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/text/arena.h"
#include "core/plan/manifest.h"
#include "core/plan/value.h"

#define NODE_PLAN_VERSION 1
#define NODE_PLAN_NONE UINT32_MAX /* no such operator */

struct node_plan_operator {
	const char *name; /* "tail", "worker#2" */
	/* By what name its state is found in a handover: its own; "" where it
	 * begins anew. NULL, when it is encoded, is its own as well. */
	const char *former;
	const char *type;           /* as the manifest says it: "acme.shout" */
	const char *plugin;         /* the plugin's own name: "acme" */
	const char *name_in_plugin; /* its name in that plugin: "shout" */
	const char *path;           /* of the plugin's file, absolute */
	const char *sha256;         /* of that file, 64 hexadecimal digits */
	const char *version;        /* the plugin's, for reports, or NULL: a
				     * node reads it in the note */
	struct param_value *params; /* one per declared param, in that order */
	uint32_t param_count;
};

struct node_plan_end {
	uint32_t owner;  /* index into operators */
	uint32_t port;   /* of its direction, derived ports included */
	uint32_t member; /* of a variadic port, without gaps; else 0 */
};

/* A connection to another node, and the fd that the node is spawned with. */
struct node_plan_link {
	const char *peer; /* the other node's name */
	uint32_t fd;
	bool packets;   /* SOCK_SEQPACKET; else a byte stream */
	/* Of two links to one node it tells which this is. A FIFO is no socket:
	 * it is for one stream, one way. */
	enum stream_transport transport;
	bool foreign;   /* to a command or a remote node, or from one */
	bool reconnect; /* and the program may come again */
};

/* A stream with both ends here, or one whose other end, with the operator
 * NODE_PLAN_NONE, lies beyond a link. */
struct node_plan_stream {
	const char *name; /* "OP", "OP.PORT", "OP.PORT[N]" of its writer */
	/* What a handover calls it; likewise, "" where it was not there. */
	const char *former;
	struct node_plan_end from, to;
	uint32_t capacity_bytes, records, atomic_bytes;
	enum stream_full full;
	bool shred, fds;
	bool back; /* between derived ports */
	/* An end of it was in another place: what a handover has of it goes to
	 * where its writer is now, and its link begins anew. */
	bool moved;
	/* A program of somebody else's read it: of what moves only its writer's
	 * part is handed over. */
	bool halved;
	uint32_t link;    /* index into links, or NODE_PLAN_NONE */
	uint32_t number;  /* of the stream on its link */
	const char *port; /* what the other side of the link calls its end */
};

struct node_plan {
	struct arena arena;
	const char *topology;
	const char *node;
	struct node_plan_operator *operators;
	struct node_plan_stream *streams;
	struct node_plan_link *links;
	uint32_t operator_count, stream_count, link_count;
	uint32_t stdin_operator, stdout_operator; /* or NODE_PLAN_NONE */
	/* A node that is somebody else's program: its words, and where it is
	 * run. It has no operators, and one link. */
	const char **command;
	uint32_t command_count;
	const char *remote; /* where a peer connects, or "" */
	const char *folder;
	bool stays; /* in the folder that it is started in, not in that */
	bool source; /* it reads no stream: it is told to end when draining */
	/* Operators and streams that its former process had, and that are in
	 * other nodes now, by the names that a handover calls them. */
	const char **elsewhere;
	uint32_t elsewhere_count;
};

/* The plan as JSON text, NUL-terminated; the caller frees it. */
char *node_plan_encode(const struct node_plan *plan);

/* Reads such text into a zeroed plan. Returns 0, or -EINVAL with a sentence.
 * The plan is the caller's to release, also after a failure. */
int node_plan_decode(struct node_plan *plan, const char *text, size_t bytes,
	struct error *error);

void node_plan_release(struct node_plan *plan);

#endif
