/* net: describes the plugin tau-net, which takes connections over TCP. */
#include "operators.h"

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0",
	"name": "tau-net",
	"version": "0.1.0",
	"license": "MIT",
	"doc": "TCP: connections as records, or the lines that come over them.",
	"operators": [
		{
			"name": "tcp.accept",
			"doc": "Each connection that somebody makes to the port, as a file descriptor that does not block; whoever takes it closes it. While nobody takes them, they wait in the kernel. Its log says where it listens. Over a stream between nodes that needs fds.",
			"style": "coroutine",
			"out": [{"name": "out", "type": "fd", "doc": "the connections"}],
			"params": {
				"port": {"type": "int", "required": true, "min": 0, "max": 65535, "doc": "where to listen; 0: any that is free"},
				"host": {"type": "string", "default": "127.0.0.1", "doc": "an address of this machine in numbers, or localhost; 0.0.0.0 and :: are all of them"},
				"backlog": {"type": "int", "default": 4096, "min": 1, "max": 65535, "doc": "how many connections may wait in the kernel; it may allow fewer"}
			},
			"state": {"version": 1, "reads": [1], "writes": [1]},
			"example": "tcp.accept 8080 ! null"
		},
		{
			"name": "tcp.listen",
			"doc": "The lines of all who connect to the port, in blocks that never tear a line. A last line without a newline gets one when its connection ends. Lines that are longer than a record may be, and those that a broken connection tore, go to bad. Its log says where it listens.",
			"style": "coroutine",
			"out": [
				{"name": "out", "type": "bytes", "doc": "blocks of whole lines; lines cuts them into records"},
				{"name": "bad", "type": "value", "required": false, "doc": "lines that are too long or torn, with the reason"}
			],
			"params": {
				"port": {"type": "int", "required": true, "min": 0, "max": 65535, "doc": "where to listen; 0: any that is free"},
				"host": {"type": "string", "default": "127.0.0.1", "doc": "an address of this machine in numbers, or localhost; 0.0.0.0 and :: are all of them"},
				"backlog": {"type": "int", "default": 4096, "min": 1, "max": 65535, "doc": "how many connections may wait in the kernel; it may allow fewer"}
			},
			"state": {"version": 1, "reads": [1], "writes": [1]},
			"example": "tcp.listen 8080 ! lines ! json.parse ! count /kind every=10s"
		}
	]
});
/* clang-format on */

TAU_OPERATORS(&net_tcp_accept, &net_tcp_listen);
