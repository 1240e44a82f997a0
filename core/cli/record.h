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

/* Resolves what a record says into a zeroed plan. Returns 0, or an exit code
 * after a sentence. The record outlives the plan, which is to be released
 * either way. */
int record_plan(struct cli *cli, const json_t *record, struct plan *plan);

#endif
