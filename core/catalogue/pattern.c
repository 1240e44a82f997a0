/* pattern: see pattern.h. */
#include "core/catalogue/pattern.h"

#include <errno.h>
#include <stdio.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Valid UTF-8, as all of JSON is: what a plugin may say of its subjects
 * besides makes no pattern wrong. */
int pattern_check(
	const char *text, size_t bytes, struct error *error, size_t *at)
{
	char reason[160];
	PCRE2_SIZE offset = 0;
	int code = 0;
	pcre2_code *compiled = pcre2_compile(
		(PCRE2_SPTR)text, bytes, PCRE2_UTF, &code, &offset, NULL);

	pcre2_code_free(compiled);
	if (at != NULL)
		*at = offset;
	if (compiled != NULL)
		return 0;
	if (pcre2_get_error_message(
		    code, (PCRE2_UCHAR *)reason, sizeof reason) < 0)
		(void)snprintf(reason, sizeof reason, "PCRE2 error %d", code);
	return error_set(error, -EINVAL, "%s", reason);
}
