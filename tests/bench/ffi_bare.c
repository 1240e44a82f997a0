/*
 * ffi_bare: a loop of bare libffi calls: nothing but the number is written
 * before each, and the result added up. Prints nanoseconds per call.
 *
 *	ffi_bare COUNT
 */
#include <ffi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int main(int count, char **words)
{
	long calls = count > 1 ? strtol(words[1], NULL, 10) : 0;
	ffi_type *types[] = {&ffi_type_sint32};
	int32_t number = 0;
	void *values[] = {&number};
	uint64_t sum = 0;
	int64_t start;
	ffi_arg answer;
	ffi_cif cif;

	if (calls <= 0 || ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1,
				  &ffi_type_sint32, types) != FFI_OK)
		return 2;
	start = now_ns();
	for (long i = 0; i < calls; i++) {
		number = (int32_t)i;
		ffi_call(&cif, FFI_FN(abs), &answer, values);
		sum += answer;
	}
	start = now_ns() - start;
	fprintf(stderr, "%llu\n", (unsigned long long)sum);
	printf("%.2f\n", (double)start / (double)calls);
	return 0;
}
