/*
 * number: see number.h. Comparison and overflow go through long double, whose
 * 64-bit mantissa holds every int64, uint64 and double exactly on x86-64.
 */
#include "common/number.h"

#include <stdlib.h>
#include <string.h>

/* The number of digits at `text`. */
static size_t digits(const char *text, size_t bytes)
{
	size_t count = 0;

	while (count < bytes && (unsigned char)(text[count] - '0') < 10)
		count++;
	return count;
}

/* Whether `text` (behind its sign) is digits, fraction and exponent; *whole
 * says that it is digits alone. */
static bool is_decimal(const char *text, size_t bytes, bool *whole)
{
	size_t at = digits(text, bytes), found = at;

	*whole = at == bytes && at > 0;
	if (*whole)
		return true;
	if (at < bytes && text[at] == '.') {
		size_t fraction = digits(text + at + 1, bytes - at - 1);

		at += 1 + fraction;
		found += fraction;
	}
	if (!found)
		return false;
	if (at < bytes && (text[at] == 'e' || text[at] == 'E')) {
		size_t exponent;

		at++;
		if (at < bytes && (text[at] == '+' || text[at] == '-'))
			at++;
		exponent = digits(text + at, bytes - at);
		if (!exponent)
			return false;
		at += exponent;
	}
	return at == bytes;
}

/* Digits alone, in 64 bits; false when they do not fit. */
static bool whole_number(
	struct number *number, const char *text, size_t bytes, bool negative)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < bytes; i++) {
		uint64_t digit = (uint64_t)(text[i] - '0');

		if (__builtin_mul_overflow(sum, UINT64_C(10), &sum) ||
			__builtin_add_overflow(sum, digit, &sum))
			return false;
	}
	if (sum <= (uint64_t)INT64_MAX) {
		number->kind = NUMBER_INT;
		number->integer = negative ? -(int64_t)sum : (int64_t)sum;
		return true;
	}
	if (negative && sum == (uint64_t)INT64_MAX + 1) {
		number->kind = NUMBER_INT;
		number->integer = INT64_MIN;
		return true;
	}
	if (negative)
		return false;
	number->kind = NUMBER_UINT;
	number->natural = sum;
	return true;
}

bool number_of_text(struct number *number, const char *text, size_t bytes)
{
	char copy[NUMBER_TEXT_BYTES + 1];
	size_t sign = bytes && (text[0] == '-' || text[0] == '+');
	bool whole;

	if (bytes == 0 || bytes > NUMBER_TEXT_BYTES ||
		!is_decimal(text + sign, bytes - sign, &whole))
		return false;
	if (whole &&
		whole_number(number, text + sign, bytes - sign, text[0] == '-'))
		return true;
	memcpy(copy, text, bytes);
	copy[bytes] = 0;
	number->kind = NUMBER_REAL;
	number->real = strtod(copy, NULL);
	return true;
}

bool number_of_value(struct number *number, const struct tau_value *value)
{
	double real;

	switch (tau_value_kind(value)) {
	case TAU_KIND_INT:
		if (tau_value_int(value, &number->integer) == 0) {
			number->kind = NUMBER_INT;
			return true;
		}
		number->kind = NUMBER_UINT;
		return tau_value_uint(value, &number->natural) == 0;
	case TAU_KIND_FLOAT:
		if (tau_value_float(value, &real) || real != real)
			return false;
		number->kind = NUMBER_REAL;
		number->real = real;
		return true;
	case TAU_KIND_TEXT:
		return number_of_text(number, (const char *)value->body,
			(size_t)(value->limit - value->body));
	default:
		return false;
	}
}

static long double widened(const struct number *number)
{
	if (number->kind == NUMBER_INT)
		return (long double)number->integer;
	if (number->kind == NUMBER_UINT)
		return (long double)number->natural;
	return (long double)number->real;
}

int number_compare(const struct number *one, const struct number *other)
{
	if (one->kind == NUMBER_INT && other->kind == NUMBER_INT)
		return (one->integer > other->integer) -
		       (one->integer < other->integer);
	long double left = widened(one), right = widened(other);
	return (left > right) - (left < right);
}

void number_add(struct number *sum, const struct number *more)
{
	int64_t total;

	if (sum->kind == NUMBER_INT && more->kind == NUMBER_INT &&
		!__builtin_add_overflow(sum->integer, more->integer, &total)) {
		sum->integer = total;
		return;
	}
	sum->real = (double)(widened(sum) + widened(more));
	sum->kind = NUMBER_REAL;
}

void number_write(struct tau_writer *writer, const struct number *number)
{
	if (number->kind == NUMBER_INT)
		tau_write_int(writer, number->integer);
	else if (number->kind == NUMBER_UINT)
		tau_write_uint(writer, number->natural);
	else
		tau_write_float(writer, number->real);
}
