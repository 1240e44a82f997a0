/*
 * scarce: memory that runs out on purpose, for one loaded file.
 *
 * What the file imports of malloc and its like is bent to stubs, which hand the
 * `struct scarce` on behind the caller's own arguments:
 *
 *	plugin -- call malloc --> its table of imports --> stub --> here
 *
 * Nobody else's memory is touched: not ours, and not that of the libraries
 * which the file is linked with.
 */
#ifndef TAU_CORE_CHECK_SCARCE_H
#define TAU_CORE_CHECK_SCARCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/os.h"

#define SCARCE_NEVER SIZE_MAX

struct scarce {
	struct os *os;
	void *stubs;
	size_t bent;        /* imports */
	bool news;          /* it has imports of C++ that are left alone */
	size_t count, fail; /* how many were asked for, and which fails */
	bool failed;
};

/* Bends the imports of the file whose code stands at `inside`, for good; the
 * scarce must stay where it is. A negative errno when it cannot. */
int scarce_init(struct scarce *scarce, struct os *os, uintptr_t inside);

/* From now on the allocation of that number fails, counted from 0. */
void scarce_arm(struct scarce *scarce, size_t fail);

#endif
