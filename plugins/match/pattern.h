/*
 * pattern: a regular expression of PCRE2, compiled to machine code where the
 * machine allows it. Subjects may hold what is not UTF-8: nothing matches it.
 * The code runs on a stack of its own, not on the coroutine's.
 */
#ifndef TAU_PLUGINS_MATCH_PATTERN_H
#define TAU_PLUGINS_MATCH_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include <tau/operator.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* All zero: none. */
struct pattern {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
};

/* 0, or -errno with a sentence that says where the pattern is wrong. */
int pattern_init(struct tau_op *op, struct pattern *pattern, const char *text,
	size_t bytes);
void pattern_release(struct pattern *pattern);

/* Above 0: it matches; 0: it does not; below: an error of PCRE2's, which
 * pattern_sentence explains (the match took too long). */
int pattern_match(struct pattern *pattern, const void *subject, size_t bytes);
void pattern_sentence(int code, char *text, size_t room);

/* Start and end of group `number` in the last subject that matched; false
 * when the group took no part. */
bool pattern_group(const struct pattern *pattern, uint32_t number,
	size_t *start, size_t *end);

#endif
