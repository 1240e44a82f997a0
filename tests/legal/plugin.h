/* plugin: what the operators of this folder have in common. They keep to every
 * rule, each in its own way; `tau check` must find nothing wrong with them. */
#ifndef TESTS_LEGAL_PLUGIN_H
#define TESTS_LEGAL_PLUGIN_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <tau/operator.h>
#include <tau/writer.h>

#define DESCRIBE(...)                                                          \
	TAU_PLUGIN({                                                           \
		"abi": "1.0",                                                  \
		"name": "legal",                                               \
		"version": "1.0.0",                                            \
		"operators": [ __VA_ARGS__ ]                                   \
	})

#define OPERATOR(...)                                                          \
	static const struct tau_operator legal = {                             \
		.size = sizeof legal, .name = "legal", __VA_ARGS__};           \
	TAU_OPERATORS(&legal)

/* What stops a run: nothing, unless it is an error. */
__attribute__((unused)) static int stop_for(int flow)
{
	return flow < 0 ? flow : 0;
}

__attribute__((unused)) static int write_number(struct tau_op *op, int64_t is)
{
	uint8_t *body = tau_reserve(op, 0, 16);
	struct tau_writer writer;

	if (!body)
		return (int)op->out[0]->state;
	tau_writer_init(&writer, body, 16);
	tau_write_int(&writer, is);
	tau_commit(op, 0, (uint32_t)tau_writer_finish(&writer), TAU_VALUE);
	return TAU_OK;
}

/* `struct self` of plain numbers, which is the state as it stands. */
#define PLAIN_SELF                                                             \
	static int create(struct tau_op *op)                                   \
	{                                                                      \
		op->self = calloc(1, sizeof(struct self));                     \
		return op->self ? 0                                            \
				: tau_fail(op, -ENOMEM, "there is no memory"); \
	}                                                                      \
	static void destroy(struct tau_op *op)                                 \
	{                                                                      \
		free(op->self);                                                \
	}                                                                      \
	static int save(                                                       \
		struct tau_op *op, struct tau_out *state, uint32_t version)    \
	{                                                                      \
		(void)version;                                                 \
		return tau_write_at(op, state, op->self, sizeof(struct self),  \
			TAU_BYTES);                                            \
	}                                                                      \
	static int restore(                                                    \
		struct tau_op *op, struct tau_in *state, uint32_t version)     \
	{                                                                      \
		const struct tau_record *r = tau_read_at(op, state);           \
		(void)version;                                                 \
		if (!r || r->bytes != sizeof(struct self))                     \
			return tau_fail(op, -EINVAL, "that is not my state");  \
		memcpy(op->self, r->body, sizeof(struct self));                \
		tau_consume_at(op, state);                                     \
		return 0;                                                      \
	}

#define PLAIN                                                                  \
	.create = create, .destroy = destroy, .run = run, .save = save,        \
	.restore = restore

#endif
