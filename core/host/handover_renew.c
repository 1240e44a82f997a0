/* handover: one operator, made anew where it stands. See the header. */
#include "core/host/handover.h"

#include "core/host/handover_private.h"
#include "core/host/node_build.h"

static int restore(struct node *node, uint32_t at, struct carry *carry,
	struct error *error);

int handover_renew(struct node *node, uint32_t at, struct node_failure *failure)
{
	const struct instance *old = node->operators[at];
	struct carry carry;
	int result;

	if (old->state != INSTANCE_FROZEN)
		return 0; /* it has come to its end */
	failure->name = node->plan->operators[at].name;
	failure->plugin = node->plan->operators[at].plugin;
	carry_init(&carry, node->fabric.os);
	result = handover_save_operator(&carry, node, at,
		old->description->state.version, &failure->error);
	carry_whole(&carry); /* its operator goes before it is read */
	if (result == 0 && carry.failure)
		result = error_set(&failure->error, carry.failure,
			"out of memory for operator %s", failure->name);
	if (result == 0) {
		node->frozen--;
		result = node_remake(node, at, &failure->error);
	}
	if (result == 0)
		result = restore(node, at, &carry, &failure->error);
	carry_release(&carry);
	if (result == 0)
		failure->name = failure->plugin = NULL;
	return result;
}

static int restore(struct node *node, uint32_t at, struct carry *carry,
	struct error *error)
{
	struct carry_reader whole = carry_read(carry), section;
	int result;

	if (carry_take_section(&whole, &section) == 0 ||
		!carry_take_is(&section, node->operators[at]->name))
		return handover_refuse(error, node->operators[at]->name);
	result = handover_restore_operator(node, at, &section, error);
	return result < 0 ? result
			  : instance_selftest(node->operators[at], error);
}
