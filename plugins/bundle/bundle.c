/* bundle: describes the plugin tau-bundle, many streams over any one. */
#include "operators.h"

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0",
	"name": "tau-bundle",
	"version": "0.1.0",
	"license": "MIT",
	"doc": "Many streams over one, and flow as records.",
	"operators": [
		{
			"name": "mux",
			"doc": "Leads many streams over one, to a demux, which gives credit for each of them over the back stream: what can move moves, and a stream that nobody reads holds up no other. Records of every type pass but fds; blocks of bytes that are too large are cut, and other records refused. A stream whose reader is gone is read and dropped.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "any", "variadic": true, "doc": "streams; the n-th of them leaves the demux as its n-th"}],
			"out": [{"name": "out", "type": "value", "back": "required", "doc": "lists: alpha, streams; stream, type, body; or omega, stream, records"},
			        {"name": "bad", "type": "value", "doc": "records that cannot pass, each with the reason: too large, or a file descriptor"}],
			"state": {"version": 2, "reads": [1, 2], "writes": [2]},
			"example": "generate 3 ! m:mux ! d:demux ! stdout ; generate 5 ! @m ; @d ! null"
		},
		{
			"name": "demux",
			"doc": "Gives each of the streams that a mux led over one to its own reader, and tells the mux what each can take.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "value", "back": "required", "doc": "what a mux wrote; back go lists: iota, stream, bytes, records, atomic; or omega, stream, records, gone"}],
			"out": [{"name": "out", "type": "any", "variadic": true, "doc": "the streams"}],
			"state": {"version": 2, "reads": [1, 2], "writes": [2]},
			"example": "generate 3 ! m:mux ! d:demux ! stdout ; generate 5 ! @m ; @d ! null"
		},
		{
			"name": "iota",
			"doc": "Passes records on, and says on its second port how their stream stands: the list (iota) when it has become ready for more, (kappa) when a record has to wait. Where nobody has time for it, what is outdated is left out.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "any", "back": "through", "doc": "records"}],
			"out": [
				{"name": "out", "type": "any", "back": "through", "doc": "the same"},
				{"name": "edges", "type": "value", "required": false, "doc": "iota and kappa in turn, iota first"}
			],
			"params": {
				"want": {"type": "size", "default": 0, "doc": "how many bytes must fit for out to have become ready again; 0: the largest record"}
			},
			"state": {"version": 1, "reads": [1], "writes": [1]},
			"example": "generate 3 ! i:iota ! stdout ; @i.edges ! null"
		}
	]
});
/* clang-format on */

TAU_OPERATORS(&bundle_mux, &bundle_demux, &bundle_iota);
