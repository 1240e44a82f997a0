/* hex_value: values out of hex, for the tests of what reads them. */
#ifndef TESTS_HEX_VALUE_H
#define TESTS_HEX_VALUE_H

#include <tau/value.h>

#include "tests/hex.h"
#include "tests/test.h"

/* Of the value opened last; a test ends with release. */
static uint8_t *block;

static inline int open_hex(const char *hex, struct tau_value *value)
{
	size_t bytes;
	free(block);
	block = hex_block(hex, &bytes);
	return tau_value_open(block, bytes, value);
}

static inline struct tau_value good(const char *hex)
{
	struct tau_value value;
	ck_assert_msg(open_hex(hex, &value) == 0, "%s does not open", hex);
	return value;
}

static inline void release(void)
{
	free(block);
	block = NULL;
}

#endif
