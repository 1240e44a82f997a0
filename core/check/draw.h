/*
 * draw: params and records to try an operator with, drawn from what its
 * description says that it takes.
 *
 * Params stand as the description's example has them, where it can be planned,
 * else at their defaults; one after the other is then set to its bounds, to
 * each of its values, and to what is absurd and yet allowed. Paths lead into
 * the folder of the probe, and fields to what is in the records.
 */
#ifndef TAU_CORE_CHECK_DRAW_H
#define TAU_CORE_CHECK_DRAW_H

#include <stdbool.h>
#include <stddef.h>

#include "core/check/stage.h"
#include "core/text/arena.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/description.h"
#include "core/plan/value.h"

/* What all in ports are fed with. */
enum draw_feed {
	FEED_USUAL, /* some records of each kind that the port takes */
	FEED_EMPTY, /* none */
	FEED_LARGE, /* one as large as the stream takes, and a small one */
	FEEDS,
};

struct draw {
	struct arena arena;
	struct os *os;
	const struct operator_description *described;
	const char *folder;
	struct param_value *base; /* as many as there are params */
	bool from_example;
	int fds[2]; /* what ports of fds are fed with */
};

/* Draws for an operator of the plugin at `path`, for as long as the process
 * lives. 0, or -ENOMEM. */
int draw_init(struct draw *draw, struct os *os, const char *path,
	const struct operator_description *described,
	const struct catalogue_search *search, const char *folder);

/* The params of variant 0, which is the base, 1, 2, …; NULL behind the last.
 * The array is the caller's to free; `name` says what is drawn. */
struct tau_param *draw_params(
	struct draw *draw, size_t variant, char *name, size_t name_bytes);

/* What a port of that type is fed with; it lives as long as the draw. */
const struct stage_record *draw_records(struct draw *draw, enum port_type type,
	enum draw_feed feed, size_t *count);

#endif
