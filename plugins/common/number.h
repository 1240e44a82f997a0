/*
 * number: numbers out of records, compared and added without losing digits.
 *
 * A number is a utf9 integer or float, or text that wholly is one: digits with
 * an optional sign, fraction and exponent ("-12", "0.5", "1e3"); not blanks,
 * hexadecimal, "inf" or "nan". NaN counts as no number, since it has no place
 * in any order.
 */
#ifndef TAU_PLUGINS_COMMON_NUMBER_H
#define TAU_PLUGINS_COMMON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tau/value.h>
#include <tau/writer.h>

/* The longest text that can be a number. */
enum { NUMBER_TEXT_BYTES = 127 };

enum number_kind {
	NUMBER_INT,  /* integer */
	NUMBER_UINT, /* natural: an integer above INT64_MAX */
	NUMBER_REAL, /* real */
};

struct number {
	enum number_kind kind;
	union {
		int64_t integer;
		uint64_t natural;
		double real;
	};
};

/* False when it is none; *number is not touched then. */
bool number_of_text(struct number *number, const char *text, size_t bytes);
bool number_of_value(struct number *number, const struct tau_value *value);

/* Below, equal to or above 0, exactly, also between kinds. */
int number_compare(const struct number *one, const struct number *other);

/* Adds; exact in 64-bit integers, and from the first overflow or real number
 * on in doubles. */
void number_add(struct number *sum, const struct number *more);

void number_write(struct tau_writer *writer, const struct number *number);

#endif
