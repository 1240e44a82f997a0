/* number: see number.h. */
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

static double rounded(const struct number *number)
{
	if (number->kind == NUMBER_INT)
		return (double)number->integer;
	if (number->kind == NUMBER_UINT)
		return (double)number->natural;
	return number->real;
}

static int order_of(double one, double other)
{
	return (one > other) - (one < other);
}

/* An integer beside a real number: rounding one to the other could make equal
 * what is not, so the whole parts are compared, and then what is behind the
 * point. Whole parts beyond 64 bits decide by themselves. */
static int compare_mixed(const struct number *whole, double real)
{
	if (whole->kind == NUMBER_INT) {
		if (real >= 9223372036854775808.0 ||
			real < -9223372036854775808.0)
			return real > 0 ? -1 : 1;
		int64_t part = (int64_t)real;
		if (whole->integer != part)
			return whole->integer < part ? -1 : 1;
		return order_of((double)part, real);
	}
	if (real >= 18446744073709551616.0 || real < 0)
		return real > 0 ? -1 : 1;
	uint64_t part = (uint64_t)real;
	if (whole->natural != part)
		return whole->natural < part ? -1 : 1;
	return order_of((double)part, real);
}

/* Two integers, at least one of them above INT64_MAX. */
static int compare_whole(const struct number *one, const struct number *other)
{
	if (one->kind != other->kind)
		return one->kind == NUMBER_UINT ? 1 : -1;
	return (one->natural > other->natural) -
	       (one->natural < other->natural);
}

int number_compare(const struct number *one, const struct number *other)
{
	if (one->kind == NUMBER_INT && other->kind == NUMBER_INT)
		return (one->integer > other->integer) -
		       (one->integer < other->integer);
	if (one->kind == NUMBER_REAL && other->kind == NUMBER_REAL)
		return order_of(one->real, other->real);
	if (other->kind == NUMBER_REAL)
		return compare_mixed(one, other->real);
	if (one->kind == NUMBER_REAL)
		return -compare_mixed(other, one->real);
	return compare_whole(one, other);
}

void number_add(struct number *sum, const struct number *more)
{
	int64_t total;

	if (sum->kind == NUMBER_INT && more->kind == NUMBER_INT &&
		!__builtin_add_overflow(sum->integer, more->integer, &total)) {
		sum->integer = total;
		return;
	}
	sum->real = rounded(sum) + rounded(more);
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
