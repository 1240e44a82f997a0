/*
 * poison: tells AddressSanitizer and valgrind which memory of ours is free, so
 * that they find whoever still reads it. Without them it does nothing.
 */
#ifndef TAU_CORE_RECORD_POISON_H
#define TAU_CORE_RECORD_POISON_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define POISON_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISON_ASAN 1
#endif
#endif

#ifdef POISON_ASAN
#include <sanitizer/asan_interface.h>
#elif defined(HAVE_VALGRIND)
#include <valgrind/memcheck.h>
#endif

/* Whoever touches these bytes from now on is reported. */
static inline void poison(const void *start, size_t bytes)
{
#if defined(POISON_ASAN)
	__asan_poison_memory_region(start, bytes);
#elif defined(HAVE_VALGRIND)
	(void)VALGRIND_MAKE_MEM_NOACCESS(start, bytes);
#else
	(void)start;
	(void)bytes;
#endif
}

/* They may be used again, and hold nothing yet. */
static inline void unpoison(const void *start, size_t bytes)
{
#if defined(POISON_ASAN)
	__asan_unpoison_memory_region(start, bytes);
#elif defined(HAVE_VALGRIND)
	(void)VALGRIND_MAKE_MEM_UNDEFINED(start, bytes);
#else
	(void)start;
	(void)bytes;
#endif
}

#endif
