/* flow: describes the plugin tau-flow, which leads records about. */
#include "operators.h"

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0",
	"name": "tau-flow",
	"version": "0.1.0",
	"license": "MIT",
	"doc": "Where records come from, part, meet and end.",
	"operators": [
		{
			"name": "generate",
			"doc": "Counts: the natural numbers from 1 on, each as text.",
			"style": "coroutine",
			"out": [{"name": "out", "type": "utf8", "doc": "the numbers"}],
			"params": {
				"count": {"type": "int", "default": 0, "min": 0, "doc": "how many numbers; 0: without end"}
			},
			"state": {"version": 1, "reads": [1], "writes": [1]},
			"example": "generate 10 ! stdout"
		},
		{
			"name": "null",
			"doc": "Takes records and does nothing with them; its metric records counts them.",
			"style": "coroutine",
			"effects": true,
			"in": [{"name": "in", "type": "any", "doc": "what nobody needs"}],
			"example": "generate 1000000 ! null"
		},
		{
			"name": "tee",
			"doc": "Gives every record to every reader, without copying it. It goes at the pace of the slowest reader; a reader that is gone is left out.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "any", "doc": "records"}],
			"out": [{"name": "out", "type": "any", "variadic": true, "doc": "the same records, for each reader"}],
			"example": "generate 3 ! t:tee ! stdout ; @t ! file.write numbers.txt"
		},
		{
			"name": "deal",
			"doc": "Gives each record to one reader: in turn, among those that have room. A reader that is gone is left out; a cycle goes to all.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "any", "doc": "records"}],
			"out": [{"name": "out", "type": "any", "variadic": true, "doc": "each reader's share of them"}],
			"example": "generate 9 ! d:deal ! count ! stdout ; @d ! null"
		},
		{
			"name": "merge",
			"doc": "Makes one stream of several, in the order in which records arrive. It passes one cycle when all inputs that have not ended have had one.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "any", "variadic": true, "doc": "streams"}],
			"out": [{"name": "out", "type": "any", "doc": "the records of all of them"}],
			"example": "generate 3 ! m:merge ! stdout ; generate 5 ! @m"
		},
		{
			"name": "take",
			"doc": "Passes the first records, then ends the stream on both sides. Cycles pass and do not count.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "any", "back": "through", "doc": "records"}],
			"out": [{"name": "out", "type": "any", "back": "through", "doc": "the first of them"}],
			"params": {
				"n": {"type": "int", "required": true, "min": 0, "doc": "how many"}
			},
			"state": {"version": 1, "reads": [1], "writes": [1]},
			"example": "generate ! take 5 ! stdout"
		}
	]
});
/* clang-format on */

TAU_OPERATORS(&flow_generate, &flow_null, &flow_tee, &flow_deal, &flow_merge,
	&flow_take);
