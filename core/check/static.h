/*
 * static: what can be said of a plugin's file without running any of it.
 */
#ifndef TAU_CORE_CHECK_STATIC_H
#define TAU_CORE_CHECK_STATIC_H

#include "core/base/error.h"
#include "core/check/report.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/description.h"

struct os;

/* Looks at the file and its description; `search` tells where the standard
 * plugins are, whose names are taken. Returns 0, and the description, the
 * caller's to destroy, or NULL where there is a finding that leaves none; or a
 * negative errno with a sentence when the file cannot be read. */
int static_check(struct check_report *report, struct os *os, const char *path,
	const struct catalogue_search *search, struct description **description,
	struct error *error);

#endif
