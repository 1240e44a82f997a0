/*
 * signature: a C function's signature as a person sees it: what it takes out
 * of a record, what comes out, when it has failed.
 */
#ifndef TAU_CORE_CLI_SIGNATURE_H
#define TAU_CORE_CLI_SIGNATURE_H

#include "core/cli/term.h"

struct json_t;

/* `read` is of signature_parse. */
void signature_show(const struct term *term, const struct json_t *read);

#endif
