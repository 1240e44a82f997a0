/*
 * json_read: JSON text to values. jansson decides what JSON is; the tree it
 * makes is written out and dropped. Refused: what is no JSON, duplicate keys,
 * integers beyond 64 bits (rather than rounded), and depth beyond what values
 * have, which is looked for first: jansson would take 2048 levels of stack.
 */
#ifndef TAU_PLUGINS_COMMON_JSON_READ_H
#define TAU_PLUGINS_COMMON_JSON_READ_H

#include <jansson.h>

#include <tau/operator.h>
#include <tau/value.h>
#include <tau/writer.h>

/* NULL with the reason. What it gives is to be dropped (json_decref). */
json_t *json_read(const struct tau_record *text, char *reason, size_t room);

/* Room that is certainly enough for the value of a text, as far as `atomic`
 * allows: the shortest JSON of a float has 3 bytes and its value 9; the rest is
 * for the long heads of containers. */
size_t json_room(const struct tau_record *text, uint32_t atomic);

/* Writes it and all that is in it; the writer keeps what goes wrong. */
void json_write(struct tau_writer *writer, json_t *json);

#endif
