/* exec: describes the plugin tau-exec, which runs programs as operators. */
#include "operators.h"

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0",
	"name": "tau-exec",
	"version": "0.1.0",
	"license": "MIT",
	"doc": "Any program as an operator, over its standard input and output.",
	"operators": [
		{
			"name": "exec",
			"doc": "Runs a program: records go to its standard input, what it writes to its standard output becomes records, and its standard error goes to the log. The supervisor starts it, so it lives on when the node is upgraded, and ends with the topology. When the input has ended, so does the program's; what it still writes comes out. When nobody reads out any more, the program is ended (SIGTERM, and SIGKILL 2 seconds later). Each end of it is a record on control: which run it was, its code or signal, how many records it was given and never read, and whether it is started again. A code that is not among ok, and that restart does not answer, fails the operator. The program leads a process group of its own; what that has left when it ends is ended as well.",
			"style": "coroutine",
			"stack": "256KiB",
			"effects": true,
			"in": [{"name": "in", "type": "any", "required": false, "doc": "what it reads; without, its input is empty and it is a source"}],
			"out": [
				{"name": "out", "type": "any", "required": false, "doc": "what it writes: text, values, or bytes"},
				{"name": "control", "type": "value", "required": false, "doc": "one map for each end of the program: run, code or signal or error, lost, again"},
				{"name": "bad", "type": "value", "required": false, "doc": "what it wrote that is not as output says, or what cannot be written to it, with the reason"}
			],
			"params": {
				"command": {"type": "list", "of": "string", "required": true, "doc": "the program and its arguments; no shell reads them. With a slash the program is a path in the manifest's folder, else it is looked for along PATH"},
				"input": {"type": "enum", "values": ["lines", "json", "frames"], "default": "lines", "doc": "how records are written to it. lines: bytes as they are, text and a newline, a value as a line of JSON; json: everything as a line of JSON; frames: a length in 4 bytes, little-endian, and the body"},
				"output": {"type": "enum", "values": ["lines", "json", "frames"], "default": "lines", "doc": "how records are read from it. lines: text; json: a line of JSON is a value; frames: bytes"},
				"max": {"type": "size", "default": "64KiB", "min": 1, "max": "16MiB", "doc": "the longest line or frame that it may write; longer lines go to bad, longer frames end it"},
				"restart": {"type": "enum", "values": ["never", "on-failure", "always"], "default": "never", "doc": "when it is started again; not once the input has ended and all of it was given, even if the program had not worked on it yet"},
				"tries": {"type": "int", "default": 5, "min": 1, "doc": "how often it is started again in a row; counted anew when one has lived for 30 seconds, or ended with a code among ok: one that ends by design does so, with restart always"},
				"pause": {"type": "duration", "default": "100ms", "min": "1ms", "max": "1h", "doc": "how long before it is started again; twice as long each time in a row, up to 5 seconds or this"},
				"ok": {"type": "list", "of": "int", "default": [0], "doc": "the codes that are no failure"},
				"env": {"type": "map", "of": "string", "default": {}, "doc": "variables of its environment, besides the supervisor's, TAU_NODE and TAU_OPERATOR"},
				"folder": {"type": "path", "doc": "where it begins; without, in the manifest's folder"}
			},
			"state": {"version": 1, "reads": [1], "writes": [1]},
			"example": "file.read words.txt ! lines ! exec tr,a-z,A-Z ! stdout"
		}
	]
});
/* clang-format on */

TAU_OPERATORS(&exec_operator);
