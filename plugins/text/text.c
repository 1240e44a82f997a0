/* text: describes the plugin tau-text, which cuts text and lays it out. */
#include "operators.h"

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0",
	"name": "tau-text",
	"version": "0.1.0",
	"license": "MIT",
	"doc": "Lines, columns, access logs and tables.",
	"operators": [
		{
			"name": "lines",
			"doc": "Cuts bytes into records at a separator, which is left out; a carriage return before a newline stays. What follows the last separator is a record too, unless it is empty. A text record stands alone: its end ends a line, so lines can cut lines into words. A cycle ends a line as well. Lines longer than max go to bad.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "bytes", "back": "through", "doc": "blocks, cut anywhere, or text"}],
			"out": [
				{"name": "out", "type": "utf8", "back": "through", "doc": "the lines"},
				{"name": "bad", "type": "value", "doc": "lines that are too long: their beginning, length and the reason"}
			],
			"params": {
				"separator": {"type": "string", "default": "\n", "doc": "what ends a line: one or more characters"},
				"max": {"type": "size", "default": "64KiB", "min": 1, "doc": "the longest line; beyond 64KiB the streams behind need a larger atomic too"}
			},
			"state": {"version": 1, "reads": [1], "writes": [1]},
			"example": "file.read words.txt ! lines ! take 5 ! stdout"
		},
		{
			"name": "fields",
			"doc": "Cuts text into columns: at runs of blanks, as awk does, or at each separator. One picked column becomes text, several become a list of text, so that /0 is the first one picked; without pick all columns do. Records that lack a picked column go to bad.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "bytes", "back": "through", "doc": "text"}],
			"out": [
				{"name": "out", "type": "any", "back": "through", "doc": "text, or a value that is a list of text"},
				{"name": "bad", "type": "value", "doc": "records that lack a column, with the reason"}
			],
			"params": {
				"pick": {"type": "list", "of": "int", "default": [], "doc": "columns, the first is 1, the last -1"},
				"separator": {"type": "string", "default": "", "doc": "what stands between columns; empty: blanks, tabs and newlines"}
			},
			"example": "file.read access.log ! lines ! fields 1 ! count \"\" ! stdout"
		},
		{
			"name": "weblog",
			"doc": "Lines of an access log in common or combined format become maps: host ident user time method path protocol status bytes referer agent. Status and bytes are numbers; what the log has as - is null, as bytes 0; the common format has no referer and agent. Text stays as logged, with its escapes; path has the query. A request that is none is taken apart as far as it goes: its first word is the method, the rest the path. Other lines go to bad.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "bytes", "back": "through", "doc": "one line each"}],
			"out": [
				{"name": "out", "type": "value", "back": "through", "doc": "one map each"},
				{"name": "bad", "type": "value", "doc": "lines in another format, with the reason"}
			],
			"example": "file.read access.log ! lines ! weblog ! count /status ! stdout"
		},
		{
			"name": "table",
			"doc": "Records as aligned text: a column for each key, in the order in which they first came; numbers stand to the right, null is -. Elements of lists stand under their index, whole texts under value. The table comes at the end of the input or on a cycle.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "any", "doc": "records"}],
			"out": [
				{"name": "out", "type": "utf8", "doc": "the head and one line for each record"},
				{"name": "bad", "type": "value", "doc": "what has no text, with the reason"}
			],
			"state": {"version": 1, "reads": [1], "writes": [1]},
			"example": "file.read access.log ! lines ! weblog ! count /status ! table ! stdout"
		}
	]
});
/* clang-format on */

TAU_OPERATORS(&text_lines, &text_fields, &text_weblog, &text_table);
