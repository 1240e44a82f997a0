/*
 * trial: a file of `tau test` as structs: a topology, and cases that send
 * records into ports and expect others at ports.
 *
 *	{ "test": 1, "topology": "words.json", "set": {"text": "-"},
 *	  "cases": [
 *	    { "name": "counts", "steps": [
 *	      {"send": "line", "records": ["a b a\n"]},
 *	      {"end": "line"},
 *	      {"expect": "most", "records": [{"word": "a", "count": 2}]},
 *	      {"expect_end": "most"} ] } ] }
 *
 * A port that a step names is the test's: what it writes or reads there takes
 * the place of the topology's stream. Operators that then lead to none of these
 * ports, and are fed by none, are not run. All that is run is one node.
 *
 * It reads and resolves; running is core/check/trying. What is wrong with the
 * file, or with the topology, is said with places, all at once.
 */
#ifndef TAU_CORE_PLAN_TRIAL_H
#define TAU_CORE_PLAN_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/plan/plan.h"

#define TRIAL_NONE UINT32_MAX

struct json_t;

enum trial_verb {
	TRIAL_SEND,
	TRIAL_END,
	TRIAL_ADVANCE,
	TRIAL_EXPECT,
	TRIAL_EXPECT_END,
	TRIAL_EXPECT_FAILURE,
	TRIAL_RENEW,
	TRIAL_STALL,
	TRIAL_RESUME,
	TRIAL_VERBS,
};

enum trial_as {
	TRIAL_AS_PORT, /* as the port's type says */
	TRIAL_AS_VALUE,
	TRIAL_AS_UTF8,
	TRIAL_AS_BYTES,
	TRIAL_AS_CYCLE,
};

/* What a step sends or expects; or what came. */
struct trial_record {
	uint16_t type; /* TAU_… */
	const void *body;
	size_t bytes;
	const char *shown; /* `utf8 "text"`, `value {…}` */
	const char *same;  /* equal for records that are the same */
	uint32_t at;
};

struct trial_step {
	enum trial_verb verb;
	uint32_t at;      /* of the step */
	uint32_t name_at; /* of what its verb names */
	struct manifest_end end;
	uint32_t port;  /* index into the trial's, or TRIAL_NONE */
	uint32_t owner; /* operator of the plan: failure, renew; or TRIAL_NONE:
			   all */
	const char *text; /* of a failure, or NULL */
	int64_t duration_ns;
	bool counted; /* `count` was written, no records */
	uint64_t count;
	bool any_order;
	struct trial_record *records;
	uint32_t record_count;
	/* Until they are resolved. */
	enum trial_as as;
	struct json_t *json; /* the root's */
	uint32_t node;
};

struct trial_case {
	const char *name;
	const char *doc;
	struct trial_step *steps;
	uint32_t step_count;
	uint32_t at;
};

/* A port that some step names. */
struct trial_port {
	const char *name; /* "parse.bad", "tee.out[1]" */
	bool out;
	struct topology_end end; /* of the topology */
	/* In the case that was placed: */
	bool named;
	uint32_t stream; /* of the node's plan, or TRIAL_NONE */
	bool shared;     /* it has a reader, too, that runs */
	uint32_t at;     /* of the first step that names it */
};

struct trial_request {
	const char *file;
	struct catalogue_search search;
	const char *const *settings; /* before those of the file */
	size_t setting_count;
	char *const *environment;
	const char *folder; /* the current one, absolute */
};

/* Zeroed is empty. It points into itself and must not be moved. */
struct trial {
	char *text, *folder;
	struct source source;
	struct diagnostics diagnostics;
	struct manifest paper; /* holds what is read: memory and places */
	struct json_t *root;
	const char *topology;   /* a file, or NULL: */
	uint32_t topology_node; /* where it stands in the test, or 0 */
	const char *expression; /* a one-liner */
	uint32_t topology_at;
	const char **settings;
	uint32_t setting_count;
	struct trial_case *cases;
	uint32_t case_count;
	struct trial_port *ports;
	uint32_t port_count;
	char *blanked;    /* text of a topology that stands here */
	const char *path; /* what the topology's file is called */
	struct plan plan;
	const char *current; /* the folder */
	/* Of the case that was placed: all that runs, and where the topology's
	 * operators are in it. */
	struct node_plan node;
	uint32_t *index_of;
};

/* Fills a zeroed trial. 0; -EINVAL, with sentences in `diagnostics` and in
 * `plan.diagnostics`; another negative errno and a sentence when a file could
 * not be read. To be released either way. */
int trial_make(struct trial *trial, struct os *os,
	const struct trial_request *request, struct error *error);
void trial_release(struct trial *trial);

/* Fills in what runs in a case, which trial_make has done once for each.
 * False: something was found wrong, and said. */
bool trial_place(struct trial *trial, uint32_t at);

/* All that is wrong, of both. */
void trial_complain(const struct trial *trial, struct text *text);

/* The line that a place stands in. */
uint32_t trial_line(const struct trial *trial, uint32_t at);

/* Fills in `shown` and `same`, in the arena, from the rest. */
void trial_show(struct trial_record *record, struct arena *arena);

#endif
