/*
 * probe: a library whose functions take every type of the ABI, so that its
 * debug information holds them all. abidiff compares it with what was
 * committed; see abi.sh. Nobody runs it.
 */
#include <tau/embed.h>
#include <tau/operator.h>
#include <tau/os.h>
#include <tau/record.h>
#include <tau/spawn.h>
#include <tau/value.h>
#include <tau/writer.h>

#define PROBE(name, type)                                                      \
	__attribute__((visibility("default"))) void probe_##name(type);        \
	void probe_##name(type given)                                          \
	{                                                                      \
		(void)given;                                                   \
	}

PROBE(record, struct tau_record *)
PROBE(in, struct tau_in *)
PROBE(out, struct tau_out *)
PROBE(group, struct tau_group *)
PROBE(want, struct tau_want *)
PROBE(event, struct tau_event *)
PROBE(text, struct tau_text *)
PROBE(param, struct tau_param *)
PROBE(op, struct tau_op *)
PROBE(host, struct tau_host *)
PROBE(operator_table, struct tau_operator *)
PROBE(plugin, struct tau_plugin *)
PROBE(os, struct tau_os *)
PROBE(stdio, struct tau_stdio *)
PROBE(spawn, struct tau_spawn *)
PROBE(child, struct tau_child *)
PROBE(child_end, struct tau_child_end *)
PROBE(child_fd, enum tau_child_fd)
PROBE(value, struct tau_value *)
PROBE(items, struct tau_items *)
PROBE(writer, struct tau_writer *)
PROBE(mark, struct tau_mark *)
PROBE(flow, enum tau_flow)
PROBE(how, enum tau_how)
PROBE(param_type, enum tau_param_type)
PROBE(level, enum tau_level)
PROBE(metric_kind, enum tau_metric_kind)
PROBE(node_options, struct tau_node_options *)
PROBE(node_counts, struct tau_node_counts *)
