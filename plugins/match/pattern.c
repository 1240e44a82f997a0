/* pattern: see pattern.h. */
#include "pattern.h"

#include <errno.h>
#include <stdio.h>

enum { STACK_FIRST = 32 * 1024, STACK_MOST = 1024 * 1024 };

#ifdef PCRE2_MATCH_INVALID_UTF
#define TEXT_OPTIONS (PCRE2_UTF | PCRE2_MATCH_INVALID_UTF)
#else
#define TEXT_OPTIONS 0
#endif

void pattern_sentence(int code, char *text, size_t room)
{
	if (pcre2_get_error_message(code, (PCRE2_UCHAR *)text, room) < 0)
		(void)snprintf(text, room, "PCRE2 error %d", code);
}

static int refused(struct tau_op *op, const char *text, size_t bytes, int code,
	size_t offset)
{
	char sentence[160];

	pattern_sentence(code, sentence, sizeof sentence);
	return tau_failf(op, -EINVAL,
		"the pattern '%.*s' is wrong at character %zu: %s",
		(int)(bytes < 200 ? bytes : 200), text, offset + 1, sentence);
}

int pattern_init(struct tau_op *op, struct pattern *pattern, const char *text,
	size_t bytes)
{
	PCRE2_SIZE offset;
	int code;

	pattern->code = pcre2_compile(
		(PCRE2_SPTR)text, bytes, TEXT_OPTIONS, &code, &offset, NULL);
	if (!pattern->code)
		return refused(op, text, bytes, code, offset);
	pattern->match =
		pcre2_match_data_create_from_pattern(pattern->code, NULL);
	pattern->context = pcre2_match_context_create(NULL);
	if (!pattern->match || !pattern->context)
		return tau_fail(op, -ENOMEM, "no memory for the pattern");
	/* Without executable memory the interpreter does the same, slower. */
	if (pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE))
		return 0;
	pattern->stack = pcre2_jit_stack_create(STACK_FIRST, STACK_MOST, NULL);
	if (pattern->stack)
		pcre2_jit_stack_assign(pattern->context, NULL, pattern->stack);
	return 0;
}

void pattern_release(struct pattern *pattern)
{
	pcre2_match_context_free(pattern->context);
	pcre2_jit_stack_free(pattern->stack);
	pcre2_match_data_free(pattern->match);
	pcre2_code_free(pattern->code);
	*pattern = (struct pattern){NULL, NULL, NULL, NULL};
}

int pattern_match(struct pattern *pattern, const void *subject, size_t bytes)
{
	int code = pcre2_match(pattern->code, subject, bytes, 0, 0,
		pattern->match, pattern->context);

	if (code == PCRE2_ERROR_NOMATCH)
		return 0;
	return code == 0 ? 1 : code;
}

bool pattern_group(const struct pattern *pattern, uint32_t number,
	size_t *start, size_t *end)
{
	const PCRE2_SIZE *places = pcre2_get_ovector_pointer(pattern->match);

	if (places[2 * number] == PCRE2_UNSET)
		return false;
	*start = places[2 * number];
	*end = places[2 * number + 1];
	/* \K in a lookahead may put the start behind the end. */
	return *start <= *end;
}
