/* ledger_private: what the files of the ledger share: ledger.c what was lost,
 * ledger_begun.c what went down with who was followed;
 * ledger_standby.c pages of processes that take over. */
#ifndef TAU_CORE_FLEET_LEDGER_PRIVATE_H
#define TAU_CORE_FLEET_LEDGER_PRIVATE_H

#include "core/fleet/ledger.h"
#include "core/step/sentence.h"

/* How one of a node's operators is called in a sentence. */
struct sentence_operator ledger_label(
	const struct ledger_node *node, uint32_t operator_index);

/* Fills in what a plan says of a node's operators and streams. */
void ledger_learn(struct arena *arena, struct ledger_node *node,
	const struct node_plan *plan);

/* Gives back a node's page. */
void ledger_close_page(struct ledger *ledger, struct ledger_node *node);

/* How many records all processes of a node have written into its stream `at`,
 * or read from it; `*left`: COUNTERS_LEFT. */
uint64_t ledger_written(
	const struct ledger_node *node, uint32_t at, bool *left);
uint64_t ledger_read(const struct ledger_node *node, uint32_t at, bool *left);

/* Who had the thread when the node died, reads the stream and is seen outside;
 * or NULL. */
const char *ledger_at_work(const struct ledger_node *node, uint32_t at);

/* Of those read, which others than the stream's writer had written into its
 * FIFO; and how many so while its node's last page counted. */
uint64_t ledger_strangers(const struct ledger_node *node, uint32_t at);

/* Tells of the node's streams over FIFOs what can be lost by now, when its page
 * was folded. */
void ledger_tell_fifos(struct ledger *ledger, struct ledger_node *node,
	ledger_take *take, void *context);

#endif
