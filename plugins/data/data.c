/* data: describes the plugin tau-data, which counts, adds and orders. */
#include "operators.h"

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0",
	"name": "tau-data",
	"version": "0.1.0",
	"license": "MIT",
	"doc": "Totals and orders over many records. Fields are JSON pointers: /status is an entry of a map, an empty one the whole record, which is the only field that text has and is called value in results. Records that lack a field go to bad.",
	"operators": [
		{
			"name": "count",
			"doc": "How many records there are of each kind: one map per kind, in the order in which the kinds first came, with the fields and the count. At the end of the input, on a cycle, or every so often; then it starts anew. Without kinds, an input without records counts 0.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "any", "doc": "records"}],
			"out": [
				{"name": "out", "type": "value", "doc": "maps like {status: 200, count: 17}"},
				{"name": "bad", "type": "value", "doc": "records that lack a field, with the reason"}
			],
			"params": {
				"by": {"type": "list", "of": "field", "default": [], "doc": "what makes a kind; nothing: all records are of one"},
				"every": {"type": "duration", "default": 0, "doc": "send the counts this often, with a cycle behind them, which comes also when there are none; 0: never"}
			},
			"state": {"version": 1, "reads": [1], "writes": [1]},
			"example": "file.read access.log ! lines ! weblog ! count /status ! stdout"
		},
		{
			"name": "sum",
			"doc": "A number of each record, added up for each kind, as count does. Exact in 64 bits, beyond that in floats. Text that is a number counts as one.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "any", "doc": "records"}],
			"out": [
				{"name": "out", "type": "value", "doc": "maps like {host: ..., sum: 5120}"},
				{"name": "bad", "type": "value", "doc": "records that lack a field or the number, with the reason"}
			],
			"params": {
				"field": {"type": "field", "required": true, "doc": "what to add"},
				"by": {"type": "list", "of": "field", "default": [], "doc": "what makes a kind; nothing: all records are of one"},
				"every": {"type": "duration", "default": 0, "doc": "send the sums this often, with a cycle behind them, which comes also when there are none; 0: never"}
			},
			"state": {"version": 1, "reads": [1], "writes": [1]},
			"example": "file.read access.log ! lines ! weblog ! sum /bytes /host ! top /sum 5 ! stdout"
		},
		{
			"name": "top",
			"doc": "The records with the largest numbers in a field, largest first; of equal ones those that came first. At the end of the input or on a cycle.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "any", "doc": "records"}],
			"out": [
				{"name": "out", "type": "any", "doc": "the largest, as they came"},
				{"name": "bad", "type": "value", "doc": "records without that number, with the reason"}
			],
			"params": {
				"field": {"type": "field", "required": true, "doc": "the number"},
				"n": {"type": "int", "default": 10, "min": 0, "doc": "how many"}
			},
			"state": {"version": 1, "reads": [1], "writes": [1]},
			"example": "file.read access.log ! lines ! weblog ! count /path ! top /count 10 ! stdout"
		},
		{
			"name": "sort",
			"doc": "All records in the order of a field, equal ones as they came; it keeps them until the input ends or a cycle comes. Null, false, true, numbers by size, text by its bytes.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "any", "doc": "records"}],
			"out": [
				{"name": "out", "type": "any", "doc": "the same records, in order"},
				{"name": "bad", "type": "value", "doc": "records without that field, with the reason"}
			],
			"params": {
				"field": {"type": "field", "default": "", "doc": "what to go by; empty: the whole record"},
				"order": {"type": "enum", "values": ["ascending", "descending"], "default": "ascending", "doc": "which end comes first"}
			},
			"state": {"version": 1, "reads": [1], "writes": [1]},
			"example": "file.read access.log ! lines ! weblog ! count /status ! sort /status ! stdout"
		}
	]
});
/* clang-format on */

TAU_OPERATORS(&data_count, &data_sum, &data_top, &data_sort);
