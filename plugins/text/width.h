/* width: how many columns of a terminal text takes. */
#ifndef TAU_PLUGINS_TEXT_WIDTH_H
#define TAU_PLUGINS_TEXT_WIDTH_H

#include <stddef.h>
#include <stdint.h>

/* Marks that stand on the character before them take none, East Asian wide
 * characters and emoji two, all others one; so does a byte that is not UTF-8.
 */
size_t width_of(const uint8_t *text, size_t bytes);

#endif
