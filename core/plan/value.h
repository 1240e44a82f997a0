/*
 * value: a param's value, checked and converted as its description says.
 *
 *     type                                    in
 *     bool int size(bytes) duration(ns)       integer
 *     float                                   real
 *     enum                                    text, and its index in integer
 *     string path regex field secret          text, bytes; NUL-terminated
 *     list map json                           text, bytes: one utf9 value;
 *                                             json: the same as JSON text
 *     signature                               text, bytes: one utf9 value, see
 *                                             tau/operator.h; json: as written
 *
 * Inside lists and maps the elements are converted likewise: sizes and
 * durations are integers, paths are absolute. A list is a utf9 tuple.
 */
#ifndef TAU_CORE_PLAN_VALUE_H
#define TAU_CORE_PLAN_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text/arena.h"
#include "core/catalogue/description.h"

struct json_t;

struct param_value {
	bool set;    /* false: neither given nor has it a default */
	bool secret; /* of type secret, or a secret was put into it */
	enum param_type type;
	int64_t integer;
	double real;
	const char *text;
	size_t bytes;     /* without the NUL */
	const char *json; /* of list, map, json and signature alone */
};

/* Converts what description_check_value has accepted. Relative paths are put
 * behind `folder`. The value lives in the arena. Returns 0, or -EINVAL where
 * the value is not of the type after all. */
int value_convert(struct param_value *value, struct arena *arena,
	const struct param_description *param, const struct json_t *json,
	const char *folder);

/* A signature's text and what is read out of it; the rest of the value stays as
 * it is. Returns 0, or -EINVAL where it is none. */
int value_signature(struct param_value *value, struct arena *arena,
	const char *text, size_t bytes);

/* For transport: a new reference to {"type": …, "value": …}, or null when the
 * value is not set. It holds secrets. */
struct json_t *value_encode(const struct param_value *value);

/* The other way, for text that may hold anything. Returns 0, or -EINVAL. */
int value_decode(struct param_value *value, struct arena *arena,
	const struct json_t *json);

/* For people: a new reference to the value alone; "***" for a secret. */
struct json_t *value_show(const struct param_value *value);

#endif
