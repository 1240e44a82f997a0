/*
 * report: what `tau check` has found out about a plugin.
 *
 * Four lists: findings, each with a stable code, a sentence and what to do;
 * groups of cases, with how many of them passed; what was not tried, with the
 * reason, so that nothing is left out in silence; and remarks, which are no
 * findings: what is allowed, and perhaps not what the author meant.
 */
#ifndef TAU_CORE_CHECK_REPORT_H
#define TAU_CORE_CHECK_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text/arena.h"

struct check_finding {
	const char *code;    /* "elf.exports": stable, see report_hint */
	const char *owner;   /* the operator, or "" */
	const char *where;   /* the case, or "" */
	const char *text;    /* a sentence */
	const char *hint;    /* what to do */
	const char *printed; /* in that case, to its outputs, or "" */
};

struct check_group {
	const char *owner; /* the operator, or "" */
	const char *name;  /* "file", "stops", … */
	uint32_t passed, findings;
};

struct check_left_out {
	const char *owner, *what, *why;
};

/* What is allowed, and perhaps not meant. */
struct check_remark {
	const char *owner, *text;
};

struct check_report {
	struct arena arena;
	struct check_finding *findings;
	struct check_group *groups;
	struct check_left_out *left_out;
	struct check_remark *remarks;
	size_t finding_count, group_count, left_out_count, remark_count;
};

/* A zeroed report is empty. Texts that are given are copied. */
void report_release(struct check_report *report);

/* Adds a finding; `code` is one of those in report.c. It counts for `group`. */
void report_finding(struct check_report *report, const char *code,
	const char *owner, const char *group, const char *where,
	const char *format, ...) __attribute__((format(printf, 6, 7)));

/* What the plugin printed in the case of the finding added last. */
void report_printed(struct check_report *report, const char *printed);

/* So many cases of a group have passed. */
void report_passed(struct check_report *report, const char *owner,
	const char *group, uint32_t count);

void report_left_out(struct check_report *report, const char *owner,
	const char *what, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

void report_remark(
	struct check_report *report, const char *owner, const char *text);

/* What to do about a code; NULL when there is no such code. */
const char *report_hint(const char *code);
/* What to do about the finding reported last, where its code says too little;
 * the text must stay. */
void report_hint_instead(struct check_report *report, const char *hint);

#endif
