/*
 * stream_model: a stream beside a model of it that is too simple to be wrong:
 * an array of what is under way, in order, with every rule spelt out. Random
 * steps are done to both, and everything that can be seen is compared.
 */
#ifndef TESTS_STREAM_MODEL_H
#define TESTS_STREAM_MODEL_H

#include "core/base/os_linux.h"
#include "core/stream/stream.h"

#define MODEL_RECORDS_MAX 8192

/* What is known of a record: never its body, which others may spoil. */
struct model_record {
	uint32_t bytes;
	uint16_t type;
	uint64_t hash;
};

struct model {
	struct os os;
	struct chunks *chunks;
	struct stream_pool pool;
	struct stream stream;
	struct tau_out out;
	struct tau_in in;
	uint64_t random;

	struct model_record under_way[MODEL_RECORDS_MAX];
	uint32_t count, viewed, consumed;
	struct model_record pending[MODEL_RECORDS_MAX]; /* in the window */
	uint32_t pending_count;
	bool is_open, drops; /* the window; it takes nothing */
	uint64_t sent, received, dropped;

	uint8_t *feed; /* where bodies sent by reference lie */
	size_t feed_used;
};

void model_init(struct model *model, const struct stream_settings *settings,
	uint64_t seed);

/* One random step of the writer or the reader. */
void model_step(struct model *model);

/* Reads all that is left, or leaves; nothing may be held afterwards. */
void model_finish(struct model *model, bool reads);

/* The writer's side: bytes under way, whether one more record fits, some
 * random writes, publishing (or closing), what stood in the window. */
uint64_t model_used(const struct model *model);
bool model_has_room(const struct model *model, uint32_t bytes);
void model_write(struct model *model);
void model_settle(struct model *model, bool closes);
void model_take_pending(struct model *model);
uint64_t model_hash(const void *body, uint32_t bytes);

/* A number below `limit`. */
uint32_t model_random(struct model *model, uint32_t limit);

#endif
