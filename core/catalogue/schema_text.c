/*
 * schema_text: the keys of a manifest and what they mean, as a schema.
 *
 * The JSON stands here as it is printed. Numbers that are bounds of ours are
 * put in by schema.c, so that they stand in bounds.h alone; so are the types
 * of variables and operators.
 */
#include "core/catalogue/schema_parts.h"

#define SCHEMA_TEXT(...) __extension__ const char schema_text[] = #__VA_ARGS__

/* clang-format off */
SCHEMA_TEXT({
"$schema": "https://json-schema.org/draft/2020-12/schema",
"$id": "",
"title": "a topology of tau fabric",
"description": "Operators in nodes, and the streams between them; tau-topology(5) tells it all.",
"type": "object",
"required": ["tau", "nodes"],
"additionalProperties": false,
"properties": {
  "$schema": {"type": "string", "description": "Where editors find this schema: the file that tau schema was written to."},
  "tau": {"const": 1, "description": "The version of this format."},
  "name": {"$ref": "#/$defs/name", "description": "How the topology is called while it runs; else its file's name and a number."},
  "doc": {"$ref": "#/$defs/doc"},
  "vars": {"description": "Variables by name; \"${name}\" in a string is replaced by the value.",
    "type": "object", "propertyNames": {"$ref": "#/$defs/name"}, "additionalProperties": {"$ref": "#/$defs/variable"}},
  "plugins": {"description": "Plugins by name that are not in the usual folders; their operators are NAME.OPERATOR.",
    "type": "object", "propertyNames": {"pattern": "^[a-z0-9_-]{1,64}$"}, "additionalProperties": {"$ref": "#/$defs/plugin"}},
  "defaults": {"description": "Settings for all streams and all nodes that do not set them.",
    "type": "object", "additionalProperties": false, "properties": {
      "stream": {"$ref": "#/$defs/stream_defaults"}, "node": {"$ref": "#/$defs/node_defaults"}}},
  "nodes": {"description": "Nodes by name: each is a process.",
    "type": "object", "minProperties": 1, "propertyNames": {"$ref": "#/$defs/name"}, "additionalProperties": {"$ref": "#/$defs/node"}},
  "streams": {"description": "Which operator writes to which.", "type": "array", "items": {"$ref": "#/$defs/stream"}},
  "on_failure": {"description": "What a failed operator means for the others: stop lets them run out, continue lets them go on.",
    "enum": ["stop", "continue"], "default": "stop"}
},
"$defs": {
  "doc": {"type": "string", "description": "A comment, for people."},
  "name": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$", "description": "1 to 64 letters, digits, _ and -."},
  "with_variable": {"type": "string", "pattern": "\\$\\{", "description": "A text with a variable in it, as \"${port}\"."},
  "size": {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)? ?(B|[KMG]iB|[kKMG]B)$|^[0-9]+$",
    "description": "A size, as \"64KiB\": a number of bytes or of KiB, MiB, GiB, KB, MB, GB."},
  "duration": {"description": "A duration, as \"10s\" or \"1m30s\": numbers with ns, us, ms, s, min, h, d.",
    "anyOf": [{"const": 0}, {"type": "string", "pattern": "^([0-9]+(\\.[0-9]+)? ?(d|h|min|m|s|ms|us|ns) ?)+$"}]},
  "field": {"type": "string", "pattern": "^(/([^~]|~[01])*)?$", "description": "A JSON pointer into a value, as \"/status\"."},
  "param_type": {"type": "string"},
  "variable": {"type": "object", "required": ["type"], "additionalProperties": false, "properties": {
    "type": {"$ref": "#/$defs/param_type", "description": "What its values are."},
    "of": {"$ref": "#/$defs/param_type", "description": "What the elements of a list or map are; else strings."},
    "default": {"description": "The value when none is given."},
    "required": {"type": "boolean", "default": false, "description": "Whether a value must be given."},
    "env": {"type": "string", "pattern": "^[^=]+$", "description": "The environment variable that can give the value; --set wins over it."},
    "min": {"$ref": "#/$defs/bound", "description": "The least that it may be."},
    "max": {"$ref": "#/$defs/bound", "description": "The most that it may be."},
    "values": {"type": "array", "items": {"type": "string"}, "description": "The words of an enum."},
    "doc": {"$ref": "#/$defs/doc"}},
    "allOf": [
      {"if": {"properties": {"type": {"const": "bool"}}}, "then": {"properties": {"default": {"type": "boolean"}}}},
      {"if": {"properties": {"type": {"const": "int"}}}, "then": {"properties": {"default": {"type": "integer"}}}},
      {"if": {"properties": {"type": {"const": "float"}}}, "then": {"properties": {"default": {"type": "number"}}}},
      {"if": {"properties": {"type": {"enum": ["string", "path", "enum", "regex", "secret"]}}}, "then": {"properties": {"default": {"type": "string"}}}},
      {"if": {"properties": {"type": {"const": "size"}}}, "then": {"properties": {"default": {"anyOf": [{"type": "integer", "minimum": 0}, {"$ref": "#/$defs/size"}]}}}},
      {"if": {"properties": {"type": {"const": "duration"}}}, "then": {"properties": {"default": {"$ref": "#/$defs/duration"}}}},
      {"if": {"properties": {"type": {"const": "field"}}}, "then": {"properties": {"default": {"$ref": "#/$defs/field"}}}},
      {"if": {"properties": {"type": {"const": "list"}}}, "then": {"properties": {"default": {"type": "array"}}}},
      {"if": {"properties": {"type": {"const": "map"}}}, "then": {"properties": {"default": {"type": "object"}}}},
      {"if": {"properties": {"type": {"const": "enum"}}}, "then": {"required": ["values"]}, "else": {"properties": {"values": false}}}]},
  "bound": {"anyOf": [{"type": "number"}, {"$ref": "#/$defs/size"}, {"$ref": "#/$defs/duration"}]},
  "plugin": {"type": "object", "required": ["path"], "additionalProperties": false, "properties": {
    "path": {"type": "string", "minLength": 1, "description": "Its file, relative to this manifest's folder."},
    "version": {"type": "string", "minLength": 1, "description": "\"1.2.3\" exactly, or \"^1.2\": that or later without a new major."},
    "sha256": {"type": "string", "pattern": "^[0-9A-Fa-f]{64}$|\\$\\{", "description": "The SHA-256 of the file, in hexadecimal digits."}}},
  "node_defaults": {"type": "object", "additionalProperties": false, "properties": {
    "restart": {"$ref": "#/$defs/restart"}, "watchdog": {"$ref": "#/$defs/watchdog"}, "limits": {"$ref": "#/$defs/limits"}}},
  "node": {"description": "A process with operators; or a command or a remote process, which stands as one operator.",
    "type": "object", "additionalProperties": false, "properties": {
    "operators": {"description": "Operators by name; the name is the only one in the whole topology.",
      "type": "object", "minProperties": 1, "propertyNames": {"$ref": "#/$defs/name"}, "additionalProperties": {"$ref": "#/$defs/operator"}},
    "command": {"description": "A program and its arguments, which speaks the link protocol.",
      "type": "array", "minItems": 1, "items": {"type": "string"}},
    "remote": {"description": "Where somebody listens who speaks the link protocol: \"unix:PATH\" or \"tcp:HOST:PORT\".",
      "type": "string", "pattern": "^unix:.|^tcp:.+:[0-9]+$|\\$\\{"},
    "in": {"$ref": "#/$defs/ports", "description": "What a command or remote node reads."},
    "out": {"$ref": "#/$defs/ports", "description": "What a command or remote node writes."},
    "cwd": {"type": "string", "description": "The current folder of the node."},
    "env": {"description": "Additions to the environment.", "type": "object", "propertyNames": {"pattern": "^[^=]+$"}, "additionalProperties": {"type": "string"}},
    "replicas": {"description": "How many of it there are, named NODE#0, NODE#1 and so on.", "default": 1},
    "cpus": {"description": "The processors that the node may use.", "type": "array", "items": {}},
    "restart": {"$ref": "#/$defs/restart"},
    "watchdog": {"$ref": "#/$defs/watchdog"},
    "limits": {"$ref": "#/$defs/limits"},
    "doc": {"$ref": "#/$defs/doc"}},
    "oneOf": [
      {"required": ["operators"], "properties": {"in": false, "out": false}},
      {"required": ["command"]},
      {"required": ["remote"]}]},
  "ports": {"type": "array", "items": {"type": "object", "required": ["name", "type"], "additionalProperties": false, "properties": {
    "name": {"$ref": "#/$defs/name"},
    "type": {"enum": ["bytes", "utf8", "value", "fd", "any"], "description": "What its records are."},
    "doc": {"$ref": "#/$defs/doc"},
    "required": {"type": "boolean", "description": "Whether it must be connected: in ports and the first out port, unless said."},
    "variadic": {"type": "boolean", "default": false, "description": "Whether it takes any number of streams."},
    "back": {"enum": ["none", "optional", "required"], "default": "none", "description": "Whether it has a back stream."}}}},
  "restart": {"description": "When and how often a node that died is started again.",
    "type": "object", "additionalProperties": false, "properties": {
    "on": {"enum": ["never", "failure", "always"], "default": "never", "description": "After which ends."},
    "max": {"default": 5, "description": "At most so often within that time."},
    "within": {"$ref": "#/$defs/duration", "default": "30s", "description": "In which time restarts are counted."},
    "backoff": {"description": "The first pause and the longest; each is twice the one before.",
      "type": "array", "minItems": 2, "maxItems": 2, "items": {"$ref": "#/$defs/duration"}, "default": ["100ms", "5s"]}}},
  "watchdog": {"description": "What happens to an operator that does not give its thread back; 0 is never.",
    "type": "object", "additionalProperties": false, "properties": {
    "warn": {"$ref": "#/$defs/duration", "default": "50ms", "description": "It is named after this time."},
    "report": {"$ref": "#/$defs/duration", "default": "1s", "description": "It is shown where it stands after this time."},
    "kill": {"$ref": "#/$defs/duration", "default": "10s", "description": "Its node is killed after this time."},
    "start": {"$ref": "#/$defs/duration", "description": "How long a node may take until it is ready."}}},
  "limits": {"description": "What a node may take of the machine.",
    "type": "object", "additionalProperties": false, "properties": {
    "memory": {"description": "A node that holds more in RAM is killed."},
    "files": {"description": "So many file descriptors it may have."}}},
  "operator": {"description": "One operator: its type and what it is given.",
    "type": "object", "required": ["type"], "additionalProperties": false, "properties": {
    "type": {"$ref": "#/$defs/operator_type"},
    "params": {"type": "object", "description": "What it is given, by name."},
    "doc": {"$ref": "#/$defs/doc"}}},
  "operator_type": {"description": "A standard type stands alone, any other is PLUGIN.OPERATOR; tau ls lists those that are there."},
  "end": {"type": "string", "pattern": "", "description": "OP, OP.PORT or OP.PORT[N]; a port left out is the first of its direction."},
  "chain": {"type": "string", "pattern": "", "description": "\"a -> b -> c\": a stream between each two; ports are named only at its ends."},
  "capacity": {"default": "256KiB", "description": "How many bytes the writer may be ahead of the reader."},
  "records": {"default": 1024, "description": "How many records the writer may be ahead of the reader."},
  "atomic": {"default": "64KiB", "description": "The largest record; at most the capacity."},
  "full": {"enum": ["block", "drop-oldest", "drop-newest", "fail"], "default": "block", "description": "What happens when there is no room; every drop is counted."},
  "shred": {"type": "boolean", "default": false, "description": "Whether records go in pieces, and may have as many bytes as the capacity."},
  "transport": {"enum": ["link", "fifo", "unix", "tcp"], "default": "link", "description": "How records travel between nodes."},
  "reconnect": {"type": "boolean", "default": false, "description": "Whether the streams of a remote node wait for a peer that went away."},
  "back": {"description": "false: no back stream; or its settings. There is one whenever both ports offer one.",
    "anyOf": [{"const": false}, {"type": "object", "additionalProperties": false, "properties": {
    "capacity": {"$ref": "#/$defs/capacity"}, "records": {"$ref": "#/$defs/records"}, "atomic": {"$ref": "#/$defs/atomic"}, "full": {"$ref": "#/$defs/full"}}}]},
  "stream_defaults": {"type": "object", "additionalProperties": false, "properties": {
    "capacity": {"$ref": "#/$defs/capacity"}, "records": {"$ref": "#/$defs/records"}, "atomic": {"$ref": "#/$defs/atomic"}, "full": {"$ref": "#/$defs/full"},
    "shred": {"$ref": "#/$defs/shred"}, "transport": {"$ref": "#/$defs/transport"}, "reconnect": {"$ref": "#/$defs/reconnect"}, "back": {"$ref": "#/$defs/back"}}},
  "stream": {"description": "A chain, or an object with settings.",
    "anyOf": [{"$ref": "#/$defs/chain"}, {"type": "object", "additionalProperties": false, "properties": {
    "from": {"$ref": "#/$defs/end", "description": "The port that writes: OP or OP.PORT."},
    "to": {"$ref": "#/$defs/end", "description": "The port that reads: OP or OP.PORT."},
    "chain": {"$ref": "#/$defs/chain"},
    "capacity": {"$ref": "#/$defs/capacity"}, "records": {"$ref": "#/$defs/records"}, "atomic": {"$ref": "#/$defs/atomic"}, "full": {"$ref": "#/$defs/full"},
    "shred": {"$ref": "#/$defs/shred"},
    "fds": {"type": "boolean", "default": false, "description": "Whether its records are file descriptors, which is said where they leave a node."},
    "feedback": {"type": "boolean", "default": false, "description": "true on one stream of each cycle: its slack was thought about."},
    "transport": {"$ref": "#/$defs/transport"},
    "at": {"type": "string", "minLength": 1, "description": "The path of a fifo."},
    "reconnect": {"$ref": "#/$defs/reconnect"},
    "back": {"$ref": "#/$defs/back"},
    "doc": {"$ref": "#/$defs/doc"}},
    "oneOf": [
      {"required": ["from", "to"], "not": {"required": ["chain"]}},
      {"required": ["chain"], "properties": {"from": false, "to": false}}]}]}
}
});
/* clang-format on */
