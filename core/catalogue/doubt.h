/*
 * doubt: what a description says that is allowed, and is probably not what its
 * author meant. Hosts ignore it; `tau check` tells it.
 */
#ifndef TAU_CORE_CATALOGUE_DOUBT_H
#define TAU_CORE_CATALOGUE_DOUBT_H

#include "core/text/arena.h"
#include "core/catalogue/description.h"

enum doubt_kind {
	DOUBT_MISSPELT, /* a key that is nearly one that is known */
	DOUBT_UNKNOWN,  /* a key that no host of this version reads */
	DOUBT_ABSENT,   /* a number that, not given, is outside its bounds */
};

/* `owner` is the operator's name, or "". */
typedef void doubt_visit(void *context, enum doubt_kind kind, const char *owner,
	const char *text);

/* Texts lie in the arena. */
void doubt_visit_all(const struct description *description, struct arena *arena,
	doubt_visit *visit, void *context);

#endif
