/*
 * term: what an output stream can show: colours, and how wide it is.
 *
 * Colours are on where the stream is a terminal that has them and nobody
 * asked otherwise: `--color` over NO_COLOR (any text) over TERM=dumb. They
 * carry no meaning that the words beside them do not carry as well.
 */
#ifndef TAU_CORE_CLI_TERM_H
#define TAU_CORE_CLI_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/base/os.h"

enum term_color {
	TERM_COLOR_AUTO,
	TERM_COLOR_ALWAYS,
	TERM_COLOR_NEVER,
};

enum term_style {
	TERM_PLAIN,
	TERM_STRONG,  /* names that matter */
	TERM_HEADING, /* of sections and columns */
	TERM_FAINT,   /* what may be overlooked */
	TERM_GOOD,
	TERM_BAD,
	TERM_STYLES,
};

struct term {
	FILE *file; /* not owned */
	bool terminal;
	bool color;
	unsigned columns; /* of a terminal; 0: unlimited */
};

/* `fd` is what `file` writes to. */
void term_init(struct term *term, struct os *os, FILE *file, int fd);

/* Decides about colours anew; `no_color` and `type` are what the environment
 * says for NO_COLOR and TERM, or NULL. */
void term_set_color(struct term *term, enum term_color color,
	const char *no_color, const char *type);

/* What switches a style on, and all styles off again; "" without colours. */
const char *term_on(const struct term *term, enum term_style style);
const char *term_off(const struct term *term);

/* Text in a style, as printf would print it. */
void term_print(const struct term *term, enum term_style style,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* How many columns a UTF-8 text takes: its code points. */
size_t term_width(const char *text);

/* Prints a text that began in column `at`, breaking lines between words
 * before the terminal's edge; further lines are indented by `at`. */
void term_wrap(const struct term *term, size_t at, const char *text);

#endif
