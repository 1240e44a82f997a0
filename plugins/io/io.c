/* io: describes the plugin tau-io, which brings bytes in and records out. */
#include "operators.h"

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0",
	"name": "tau-io",
	"version": "0.1.0",
	"license": "MIT",
	"doc": "Files, FIFOs, standard input and standard output.",
	"operators": [
		{
			"name": "file.read",
			"doc": "The bytes of a file, in blocks. A FIFO is read from its first writer to the end of its last. With follow, what is appended later is read too, and the file that takes the path's place; a file that was cut is read again from its beginning.",
			"style": "coroutine",
			"out": [{"name": "out", "type": "bytes", "doc": "blocks, cut anywhere; lines cuts them into records"}],
			"params": {
				"path": {"type": "path", "required": true, "doc": "the file, FIFO or device"},
				"follow": {"type": "bool", "default": false, "doc": "go on when the file has ended"}
			},
			"state": {"version": 1, "reads": [1], "writes": [1]},
			"example": "file.read access.log ! lines ! weblog ! count /status"
		},
		{
			"name": "file.write",
			"doc": "Writes records into a file: bytes as they are, text and a newline, a value as one line of JSON. The file is made or emptied when the topology starts. For a FIFO it waits for the first reader; once the last is gone it ends.",
			"style": "coroutine",
			"effects": true,
			"in": [{"name": "in", "type": "any", "doc": "what to write"}],
			"params": {
				"path": {"type": "path", "required": true, "doc": "the file, FIFO or device"}
			},
			"state": {"version": 1, "reads": [1], "writes": [1]},
			"example": "stdin ! lines ! weblog ! file.write requests.jsonl"
		},
		{
			"name": "stdin",
			"doc": "The bytes of standard input, in blocks.",
			"style": "coroutine",
			"stdio": "in",
			"out": [{"name": "out", "type": "bytes", "doc": "blocks, cut anywhere; lines cuts them into records"}],
			"example": "stdin ! lines ! take 10"
		},
		{
			"name": "stdout",
			"doc": "Writes records to standard output: bytes as they are, text and a newline, a value as one line of JSON. It ends when nobody reads standard output any more.",
			"style": "coroutine",
			"stdio": "out",
			"effects": true,
			"in": [{"name": "in", "type": "any", "doc": "what to write"}],
			"state": {"version": 1, "reads": [1], "writes": [1]},
			"example": "generate 3 ! stdout"
		}
	]
});
/* clang-format on */

TAU_OPERATORS(&io_file_read, &io_file_write, &io_stdin, &io_stdout);
