/*
 * page: what a process that tries an operator writes while it tries, in memory
 * that whoever started it reads: so nothing is lost when it dies.
 */
#ifndef TAU_CORE_CHECK_PAGE_H
#define TAU_CORE_CHECK_PAGE_H

#include <stdint.h>

#define PAGE_FINDINGS_MAX 48
#define PAGE_LEFT_OUT_MAX 16
#define PAGE_CODE_BYTES 24
#define PAGE_WHERE_BYTES 160
#define PAGE_TEXT_BYTES 640

enum probe_group {
	PROBE_LOAD,
	PROBE_RUN,
	PROBE_STALL,
	PROBE_PARAMS,
	PROBE_LIFE,
	PROBE_STOP,
	PROBE_CLOSE,
	PROBE_SAVE,
	PROBE_FAIL,
	PROBE_GROUPS,
};

/* How a process ends that has found what leaves no more to try in its group. */
#define PROBE_ABANDONED 83
/* … and one that has tried all of its groups. */
#define PROBE_DONE 84

struct page_finding {
	uint32_t group;
	/* Of what it prints, the part that its case has printed. */
	uint64_t printed_from, printed_to;
	char code[PAGE_CODE_BYTES], where[PAGE_WHERE_BYTES],
		text[PAGE_TEXT_BYTES];
};

struct page_left_out {
	char what[PAGE_CODE_BYTES], why[PAGE_TEXT_BYTES];
};

struct page {
	uint32_t group;                /* that is tried now */
	uint32_t cases;                /* that were begun */
	uint32_t passed[PROBE_GROUPS]; /* without a finding */
	uint32_t finding_count, left_out_count;
	uint64_t printed_from; /* the case, where it prints */
	uint64_t stands; /* where a crash stood in the plugin's file, or 0 */
	char where[PAGE_WHERE_BYTES]; /* the case */
	struct page_finding findings[PAGE_FINDINGS_MAX];
	struct page_left_out left_out[PAGE_LEFT_OUT_MAX];
};

#endif
