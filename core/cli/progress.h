/*
 * progress: what is seen on stderr while a topology runs: the lines that it
 * says, and how it goes.
 *
 * A line that overwrites itself appears only where stderr is a terminal and
 * stdout is not: there alone does it not get in the way of the result.
 * Elsewhere there is silence, or a line of its own every five seconds.
 */
#ifndef TAU_CORE_CLI_PROGRESS_H
#define TAU_CORE_CLI_PROGRESS_H

#include "core/base/log.h"
#include "core/cli/cli.h"
#include "core/fleet/loop.h"

struct progress {
	struct cli *cli;
	struct log log;
	bool live;
	bool shown;       /* a live line stands there */
	int64_t begun_ns; /* when the topology began */
};

void progress_init(struct progress *progress, struct cli *cli);

/* How often it wants to know; 0: never. `wanted`: --progress was given. */
int64_t progress_period_ns(const struct progress *progress, bool wanted);

/* For loop_run; points to `progress`. */
struct loop_view progress_view(struct progress *progress);

/* Takes the live line away. */
void progress_end(struct progress *progress);

#endif
