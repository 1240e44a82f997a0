/*
 * handover_private: what the files of `handover` share: handover.c the proof
 * and the file, handover_save.c a node as bytes, handover_restore.c back,
 * handover_parts.c what comes from other nodes, handover_operator.c both for
 * one operator.
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

/* A restoration under way. Names are mostly asked for in the plan's order. */
struct restore {
	struct node *node;
	/* The plan is another than the one that was run: what has no place is
	 * left out, and counted here; NULL: it is the same. */
	struct handover_loss *loss;
	struct node_failure *failure;
	struct error *error;
	uint32_t next_stream, next_operator;
	bool alone;       /* its links begin anew */
	const char *read; /* by who went on before; where alone */
};

/* A name that came, not NUL-terminated. */
struct handover_name {
	const char *text;
	uint32_t bytes;
};

struct handover_name handover_take_name(struct carry_reader *from);
bool handover_is(const struct handover_name *name, const char *text);

/* In the plan, by what it was called; or the count of all. */
uint32_t handover_find_stream(
	struct restore *restore, const struct handover_name *name);
uint32_t handover_find_operator(
	struct restore *restore, const struct handover_name *name);

/* Checks that a handover is whole, and takes off what is around its sections.
 */
int handover_open(struct restore *restore, struct carry_reader *from);

/* Whether it was written by the node's former process. */
bool handover_is_own(const struct restore *restore, struct carry_reader part);

/* Fills the streams that the plan says have moved. */
int handover_join(struct restore *restore, const struct carry_reader *parts,
	uint32_t count);

/* Takes the operators that have moved here out of another node's. */
int handover_take_in(struct restore *restore, struct carry_reader *from);

/* One section. */
int handover_take_operator(struct restore *restore, struct carry_reader *from);
int handover_take_nowhere(struct restore *restore, struct carry_reader *from);

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
uint64_t handover_digest_carried(const struct carry *carry); /* likewise */

/* "cut short or damaged", of `what`. */
int handover_refuse(struct error *error, const char *what);

/* Drops what lies in a stream and was read by who went on before. */
void handover_skip(struct restore *restore, uint32_t stream);

#endif
