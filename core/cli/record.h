/*
 * record: how a running topology can be resolved again, as its supervisor tells
 * it to tools: the manifest as it was read, what its variables were given, and
 * the plugins that run, as copies in the store. Whatever became of the files
 * since, it comes out as what runs.
 *
 *     { "file": "weblog.json", "expression": null, "text": "{…}",
 *       "folder": "/home/me", "settings": ["log=a.log"],
 *       "environment": ["WEBLOG_PORT=8080"], "plugin_path": null,
 *       "plugins": [ {"path": "/…/store/9f86….so", "node": null,
 *           "standard": false} ] }
 *
 * It holds secrets, and goes over the control socket alone.
 */
#ifndef TAU_CORE_CLI_RECORD_H
#define TAU_CORE_CLI_RECORD_H

#include <jansson.h>

#include "core/cli/planning.h"

/* The record as JSON, the caller's to free. */
char *record_write(const struct cli *cli, const struct planning *planning,
	const struct plan *plan);

/* What a request to become another topology says: the same without plugins,
 * which are to be found anew, and, of a file, its absolute path and a digest of
 * its text instead of the text. The caller's. */
json_t *record_request(const struct cli *cli, const struct planning *planning,
	const struct plan *plan);

/* Whether a plan was made of the text that a request meant: 0, or -EAGAIN with
 * a sentence. */
int record_digest_check(
	const json_t *record, const struct plan *plan, struct error *error);

/* The record's plugins, of a plan that runs; the caller's. */
json_t *record_plugins(const struct cli *cli, const struct plan *plan);

/* Resolves a record into a zeroed plan, with these choices of plugins; without
 * a text, its file is read. As plan_make; the record outlives the plan. */
int record_resolve(struct cli *cli, const json_t *record,
	const struct catalogue_choice *choices, size_t choice_count,
	struct plan *plan, struct error *error);

/* Resolves what a record says into a zeroed plan. Returns 0, or an exit code
 * after a sentence. The record outlives the plan, which is to be released
 * either way. */
int record_plan(struct cli *cli, const json_t *record, struct plan *plan);

#endif
