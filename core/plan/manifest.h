/*
 * manifest: what a person wrote, as structs.
 *
 * A manifest comes from JSON text (`manifest_parse`) or from a one-liner (the
 * room `oneliner` fills the same structs). It says what was written and where,
 * nothing more: names are not resolved, params are not converted, variables
 * are not put in. Those are the work of `variables`, `topology`, `placement`.
 *
 * `at` in every struct is a byte offset into the source text, the place that
 * an error about the thing points to; AT_NONE where nobody wrote it. Counts of
 * arrays stand beside them. All memory is the manifest's arena; JSON values
 * are references that manifest_release gives back.
 *
 * Options that may be left out carry a bit in `set`; defaults are filled in by
 * `topology`, so that a printed manifest is the one that was written.
 */
#ifndef TAU_CORE_PLAN_MANIFEST_H
#define TAU_CORE_PLAN_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/arena.h"
#include "core/text/diagnostic.h"

struct json_t;
struct locate;

#define MEMBER_NEXT UINT32_MAX /* no [N] was written: the next free one */

/* What happens to a writer whose stream is full. */
enum stream_full {
	FULL_BLOCK,
	FULL_DROP_OLDEST,
	FULL_DROP_NEWEST,
	FULL_FAIL,
};

enum stream_transport {
	TRANSPORT_LINK, /* inside a node: the ring itself */
	TRANSPORT_FIFO,
	TRANSPORT_UNIX,
	TRANSPORT_TCP,
};

/* What a manifest calls them. */
extern const char *const manifest_full_words[FULL_FAIL + 1];
extern const char *const manifest_transport_words[TRANSPORT_TCP + 1];

enum restart_on { RESTART_NEVER, RESTART_FAILURE, RESTART_ALWAYS };

enum on_failure { ON_FAILURE_STOP, ON_FAILURE_CONTINUE };

/* A text that may hold `${variable}`. Both are NULL when absent. */
struct manifest_text {
	const char *written;
	const char *text; /* the same until variables_apply fills it in */
	uint32_t at;
	bool secret; /* `text` holds a secret: print as *** */
};

/* A key with any JSON value: a param, an environment entry, a default. */
struct manifest_param {
	const char *name;
	struct json_t *written; /* as it stands in the manifest; owned */
	struct json_t
		*value; /* after variables_apply, before that NULL; owned */
	uint32_t name_at;
	uint32_t at;   /* of the value */
	uint32_t node; /* of the value in `locate`, 0 when there is none */
	bool secret;   /* a string in `value` holds a secret */
};

struct manifest_variable {
	const char *name;
	const char *type; /* one of the param types; checked by variables */
	const char *of;   /* element type of list and map, or NULL */
	const char *environment; /* name of an environment variable, or NULL */
	const char *doc;
	bool required;
	struct json_t *initial; /* "default", or NULL; owned, like the next */
	struct json_t *min, *max, *values;
	uint32_t at; /* of the name */
	uint32_t type_at, initial_at, min_at, max_at, values_at;
	uint32_t initial_node;
};

struct manifest_plugin {
	const char *name;
	struct manifest_text path; /* always there */
	struct manifest_text version, sha256;
	uint32_t at;
};

/* Bits of stream_options.set. */
enum {
	STREAM_CAPACITY = 1 << 0,
	STREAM_RECORDS = 1 << 1,
	STREAM_ATOMIC = 1 << 2,
	STREAM_FULL = 1 << 3,
	STREAM_SHRED = 1 << 4,
	STREAM_FDS = 1 << 5,
	STREAM_FEEDBACK = 1 << 6,
	STREAM_TRANSPORT = 1 << 7,
	STREAM_AT = 1 << 8,
	STREAM_RECONNECT = 1 << 9,
	STREAM_BACK = 1 << 10,
};

/* The options a back stream can have; `at` of each is its value's place. */
struct flow_options {
	uint32_t set; /* the first four of the bits above */
	uint32_t capacity_bytes, capacity_at;
	uint32_t records, records_at;
	uint32_t atomic_bytes, atomic_at;
	enum stream_full full;
	uint32_t full_at;
};

struct stream_options {
	uint32_t set;
	struct flow_options flow; /* its own `set` holds the first four bits */
	struct flow_options back; /* when not turned off */
	bool back_off;            /* "back": false */
	bool shred, fds, feedback, reconnect;
	enum stream_transport transport;
	struct manifest_text address; /* "at" */
	uint32_t shred_at, fds_at, feedback_at, transport_at, reconnect_at,
		back_at;
};

/* One end of an edge: `OP`, `OP.PORT`, `OP.PORT[N]`. */
struct manifest_end {
	const char *name; /* also the name of a command or remote node */
	const char *port; /* NULL: the first of its direction */
	uint32_t member;  /* or MEMBER_NEXT */
	uint32_t at, port_at, member_at;
	/* A chain names one port for each direction at most: what stands here
	 * is of the first end as writer, of the last end as reader. */
};

/* from/to (two ends) or a chain (two or more): an edge between neighbours. */
struct manifest_stream {
	struct manifest_end *ends;
	uint32_t end_count;
	bool chain; /* written as a chain, and printed as one */
	struct stream_options options;
	const char *doc;
	uint32_t at;
};

struct manifest_operator {
	const char *name;
	const char *type;
	const char *doc;
	struct manifest_param *params; /* in the order they were written */
	uint32_t param_count;
	uint32_t name_at, type_at;
};

/* Bits of node_options.set. */
enum {
	NODE_RESTART_ON = 1 << 0,
	NODE_RESTART_MAX = 1 << 1,
	NODE_RESTART_WITHIN = 1 << 2,
	NODE_RESTART_BACKOFF = 1 << 3,
	NODE_WATCHDOG_WARN = 1 << 4,
	NODE_WATCHDOG_REPORT = 1 << 5,
	NODE_WATCHDOG_KILL = 1 << 6,
	NODE_WATCHDOG_START = 1 << 7,
	NODE_LIMIT_MEMORY = 1 << 8,
	NODE_LIMIT_FILES = 1 << 9,
};

struct node_options {
	uint32_t set;
	enum restart_on restart_on;
	uint32_t restart_max;
	int64_t restart_within_ns;
	int64_t backoff_first_ns, backoff_last_ns;
	int64_t warn_ns, report_ns, kill_ns, start_ns; /* watchdog */
	uint64_t memory_bytes;
	uint64_t files;
	uint32_t restart_at, watchdog_at, limits_at;
};

/* A port of a command or remote node, as in a description. */
struct manifest_port {
	const char *name;
	const char *type;
	const char *doc;
	bool required, required_set;
	bool variadic;
	const char *back; /* "none", "optional", "required" or NULL */
	uint32_t at, type_at;
};

enum node_kind { NODE_OPERATORS, NODE_COMMAND, NODE_REMOTE };

struct manifest_node {
	const char *name;
	const char *doc;
	enum node_kind kind;
	struct manifest_operator *operators;
	uint32_t operator_count;
	struct manifest_text *command; /* the words of a command */
	uint32_t command_count;
	struct manifest_text remote;    /* "unix:PATH" or "tcp:HOST:PORT" */
	struct manifest_port *in, *out; /* of command and remote nodes */
	uint32_t in_count, out_count;
	const char *cwd;
	struct manifest_param *environment; /* values are strings */
	uint32_t environment_count;
	uint32_t replicas; /* 1 when left out */
	uint32_t *cpus;
	uint32_t cpu_count;
	struct node_options options;
	uint32_t at, kind_at, cwd_at, replicas_at, cpus_at;
};

/* An end that whoever runs the operator writes or reads himself. */
struct manifest_lent {
	const char *name; /* the operator's */
	const char *port; /* NULL: the first */
	bool out;
};

/* Zeroed is empty. The source is the caller's and outlives the manifest. */
struct manifest {
	struct arena arena;
	const struct source *source;
	struct locate *locate; /* NULL for a one-liner */
	bool read;             /* it was JSON: what follows was filled in … */
	bool streams_broken;   /* … but some stream was not understood */
	bool nodes_broken;     /* … or some node or operator was not */
	const char *schema;    /* "$schema", or NULL */
	const char *name;      /* or NULL */
	const char *doc;
	enum on_failure on_failure;
	bool on_failure_set;
	uint32_t on_failure_at;
	struct manifest_variable *variables;
	struct manifest_plugin *plugins;
	struct manifest_node *nodes;
	struct manifest_stream *streams;
	uint32_t variable_count, plugin_count, node_count, stream_count;
	struct stream_options stream_defaults;
	struct node_options node_defaults;
	/* Ends that no stream needs to lead to: see plan_request. */
	const struct manifest_lent *lent;
	uint32_t lent_count;
	bool embedded;
};

/* Reads the source's JSON text into `manifest` (zeroed). Everything that is
 * wrong with it goes to `diagnostics`. Returns 0, or -EINVAL when anything was
 * said; the manifest must be released either way. */
int manifest_parse(struct manifest *manifest, const struct source *source,
	struct diagnostics *diagnostics);

/* Reads `OP[.PORT[[N]]]` out of `bytes` of text that begin at offset `at` of
 * the source; both rooms that read ends use it. Returns 0, or -EINVAL after a
 * sentence. */
int manifest_read_end(struct manifest_end *end, struct arena *arena,
	const char *text, size_t bytes, uint32_t at,
	struct diagnostics *diagnostics);

/* Writes canonical JSON: keys in the order of the documentation, sizes and
 * durations in their shortest form, variables as they were written, secrets'
 * defaults as "***". */
void manifest_print(const struct manifest *manifest, struct text *text);

/* Gives everything back; may be called on a zeroed manifest, and twice. */
void manifest_release(struct manifest *manifest);

#endif
