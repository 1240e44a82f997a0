/*
 * handover_private: what the files of `handover` share: handover.c the proof
 * and the file, handover_save.c a node as bytes, handover_restore.c back,
 * handover_operator.c both for one operator.
 */
#ifndef TAU_CORE_HOST_HANDOVER_PRIVATE_H
#define TAU_CORE_HOST_HANDOVER_PRIVATE_H

#include "core/host/handover.h"

extern const uint8_t handover_magic[8];

enum handover_section {
	SECTION_NODE = 1,
	SECTION_STREAM,
	SECTION_NOWHERE,
	SECTION_LINK,
	SECTION_FIFO,
	SECTION_OPERATOR,
	SECTION_END,
};

#define HANDOVER_END_BYTES 24 /* with the section's head */

/* Where a stream's ends are: a stream that moves is another one. */
enum handover_way {
	WAY_INSIDE = 0,
	WAY_SENDS,
	WAY_RECEIVES,
	WAY_FIFO_SENDS,
	WAY_FIFO_RECEIVES,
};

enum handover_way handover_way(const struct node *node, uint32_t stream);

int handover_save_operator(struct carry *to, struct node *node, uint32_t at,
	uint32_t version, struct error *error);

/* Behind its name. */
int handover_restore_operator(struct node *node, uint32_t at,
	struct carry_reader *from, struct error *error);

/* When all has been filled: ends that have gone are told, operators test
 * themselves. */
int handover_settle(struct node *node, struct node_failure *failure);

/* XXH3: tells what was cut short or damaged by accident, proves nothing. */
uint64_t handover_digest(const uint8_t *bytes, size_t count);

/* "cut short or damaged", of `what`. */
int handover_refuse(struct error *error, const char *what);

#endif
