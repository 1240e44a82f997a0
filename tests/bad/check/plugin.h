/* plugin: what the plugins of this folder have in common. Each of them breaks
 * one rule; its first line says with what code `tau check` finds it, and which
 * flags it is built with besides. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tau/operator.h>

enum { IN, OUT = 0 };

#define DESCRIBE(...)                                                          \
	TAU_PLUGIN({                                                           \
		"abi": "1.0",                                                  \
		"name": "bad",                                                 \
		"version": "1.0.0",                                            \
		"operators": [ __VA_ARGS__ ]                                   \
	})

#define RELAY                                                                  \
	DESCRIBE({                                                             \
		"name": "relay",                                               \
		"in": [ {"name": "in", "type": "utf8"} ],                      \
		"out": [ {"name": "out"} ]                                     \
	})

#define STATEFUL                                                               \
	DESCRIBE({                                                             \
		"name": "relay",                                               \
		"in": [ {"name": "in", "type": "utf8"} ],                      \
		"out": [ {"name": "out"} ],                                    \
		"state": {"version": 1, "reads": [1], "writes": [1]}           \
	})

#define OPERATOR(...)                                                          \
	static const struct tau_operator relay = {                             \
		.size = sizeof relay, .name = "relay", __VA_ARGS__};           \
	TAU_OPERATORS(&relay)

__attribute__((unused)) static int pass(struct tau_op *op)
{
	while (tau_read(op, IN))
		if (tau_pass(op, IN, OUT) != TAU_OK)
			break;
	return 0;
}
