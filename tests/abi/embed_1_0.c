/*
 * embed_1_0: <tau/embed.h> as ABI 1.0 froze it.
 */
#include <tau/embed.h>

#include "golden.h"

typedef const char *const *name_list;
typedef char *const *environment_list;
typedef void (*log_function)(
	void *context, uint32_t level, const char *line, size_t bytes);
typedef const struct tau_node *node_pointer;

GROWING(tau_node_options, 88, 8);
FIELD(tau_node_options, size, 0, uint32_t);
FIELD(tau_node_options, reserved, 4, uint32_t);
FIELD(tau_node_options, writes, 8, name_list);
FIELD(tau_node_options, reads, 16, name_list);
FIELD(tau_node_options, settings, 24, name_list);
FIELD(tau_node_options, plugin_path, 32, const char *);
FIELD(tau_node_options, store, 40, const char *);
FIELD(tau_node_options, source, 48, const char *);
FIELD(tau_node_options, folder, 56, const char *);
FIELD(tau_node_options, environment, 64, environment_list);
FIELD(tau_node_options, log, 72, log_function);
FIELD(tau_node_options, context, 80, void *);

GROWING(tau_node_counts, 56, 8);
FIELD(tau_node_counts, size, 0, uint32_t);
FIELD(tau_node_counts, running, 4, uint32_t);
FIELD(tau_node_counts, failed, 8, uint32_t);
FIELD(tau_node_counts, reserved, 12, uint32_t);
FIELD(tau_node_counts, written, 16, uint64_t);
FIELD(tau_node_counts, read, 24, uint64_t);
FIELD(tau_node_counts, dropped, 32, uint64_t);
FIELD(tau_node_counts, nowhere, 40, uint64_t);
FIELD(tau_node_counts, lost, 48, uint64_t);

FUNCTION(tau_node_open, int(struct tau_node **, const char *, const char *,
				const struct tau_node_options *));
FUNCTION(tau_node_close, int(struct tau_node **, struct tau_node_counts *));
FUNCTION(tau_node_fd, int(node_pointer));
FUNCTION(tau_node_step, int(struct tau_node *));
FUNCTION(tau_node_write,
	int(struct tau_node *, uint32_t, uint16_t, const void *, size_t));
FUNCTION(tau_node_write_fd, int(struct tau_node *, uint32_t, int));
FUNCTION(tau_node_end, int(struct tau_node *, uint32_t));
FUNCTION(tau_node_read, int(struct tau_node *, uint32_t, struct tau_record *));
FUNCTION(tau_node_consume, int(struct tau_node *, uint32_t));
FUNCTION(tau_node_take_fd, int(struct tau_node *, uint32_t));
FUNCTION(tau_node_leave, int(struct tau_node *, uint32_t));
FUNCTION(tau_node_drain, int(struct tau_node *));
FUNCTION(tau_node_count, int(struct tau_node *, struct tau_node_counts *));
FUNCTION(tau_node_error, const char *(node_pointer));
