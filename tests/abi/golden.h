/*
 * golden: how the golden files write the ABI down. They are compiled, not run,
 * as C11 and C++17 by every compiler at hand (tests/abi.sh). A line there
 * never changes; what a later minor appends gets a file of its own.
 *
 * Each structure lists its fields in order with offset and exact type, so that
 * a field that is inserted, swapped, retyped or removed does not compile; each
 * constant has its number, each helper its signature.
 */
#ifndef TESTS_ABI_GOLDEN_H
#define TESTS_ABI_GOLDEN_H

#include <assert.h>
#include <stddef.h>

#ifdef __cplusplus
#include <type_traits>
#define SAME(place, ...)                                                       \
	(std::is_same<decltype(&(place)), __typeof__(__VA_ARGS__) *>::value)
#define ALIGNMENT(type) alignof(type)
#else
#define SAME(place, ...)                                                       \
	_Generic(&(place), __typeof__(__VA_ARGS__) * : 1, default : 0)
#define ALIGNMENT(type) _Alignof(type)
#endif

/* A structure that is frozen whole. */
#define FROZEN(structure, bytes, alignment)                                    \
	static_assert(sizeof(struct structure) == (bytes) &&                   \
			      ALIGNMENT(struct structure) == (alignment),      \
		#structure " has another size or alignment")
/* One that may grow at its end. */
#define GROWING(structure, bytes, alignment)                                   \
	static_assert(sizeof(struct structure) >= (bytes) &&                   \
			      ALIGNMENT(struct structure) == (alignment),      \
		#structure " has shrunk")
#define FIELD(structure, field, offset, ...)                                   \
	static_assert(offsetof(struct structure, field) == (offset),           \
		#structure "." #field " lies elsewhere");                      \
	static_assert(SAME(((struct structure *)0)->field, __VA_ARGS__),       \
		#structure "." #field " is of another type")
#define NUMBER(constant, number)                                               \
	static_assert((constant) == (number), #constant " is another number")
#define FUNCTION(function, ...)                                                \
	static_assert(SAME(function, __VA_ARGS__),                             \
		#function " has another signature")

struct tau_record;
struct tau_in;
struct tau_out;
typedef const struct tau_record *record_pointer;
typedef struct tau_in *const *in_list;
typedef struct tau_out *const *out_list;

#endif
