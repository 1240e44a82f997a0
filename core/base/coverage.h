/*
 * coverage: lets a process that ends without exit() keep what it has covered,
 * in a build for gcov; nothing in any other build.
 */
#ifndef TAU_CORE_BASE_COVERAGE_H
#define TAU_CORE_BASE_COVERAGE_H

#ifdef TAU_COVERAGE
void __gcov_dump(void);
#define COVERAGE_KEEP() __gcov_dump()
#else
#define COVERAGE_KEEP() ((void)0)
#endif

#endif
