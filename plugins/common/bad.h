/*
 * bad: where records go that do not fit. All standard operators with a port
 * `bad` send there one map per record:
 *
 *	{"reason": "field 9 was picked, and there are 3", "operator": "fields",
 *	 "record": the record as it was (text, bytes or value)}
 *
 * Where the record would make the map larger than the stream's atomic, only
 * its beginning stands there (of a value, as bytes), and "bytes" says how long
 * it was.
 */
#ifndef TAU_PLUGINS_COMMON_BAD_H
#define TAU_PLUGINS_COMMON_BAD_H

#include <tau/operator.h>

/* Sends `record` to the out port `port`, as the operator `name` (its type, as
 * in the example above) found it; the record is not consumed. When
 * nobody reads that port any more, that is no reason to stop: TAU_OK. Else
 * flow as tau_send. Suspends. [run] */
int bad_send(struct tau_op *op, uint32_t port, const char *name,
	const struct tau_record *record, const char *reason);

/* The same for text of which only the first `bytes` are there, of `whole`. */
int bad_send_part(struct tau_op *op, uint32_t port, const char *name,
	const void *text, size_t bytes, uint64_t whole, const char *reason);

/* As bad_send, with a sentence made by printf; 255 bytes at most. */
#define bad_sendf(op, port, name, record, ...)                                 \
	__extension__({                                                        \
		char bad_text_[256];                                           \
		(void)snprintf(bad_text_, sizeof bad_text_, __VA_ARGS__);      \
		bad_send((op), (port), (name), (record), bad_text_);           \
	})

#endif
