/* ffi: describes the plugin tau-ffi, which alone knows libffi. */
#include "operators.h"

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0",
	"name": "tau-ffi",
	"version": "0.1.0",
	"license": "MIT",
	"doc": "Calls functions of C libraries by their signatures, without compiling.",
	"operators": [
		{
			"name": "ffi",
			"doc": "Calls a C function once per record, with fields of the record as its arguments, and puts what comes out into the record. What does not fit an argument's type, and what the call says is wrong, goes to bad. The signature is trusted: one that is not the function's own crashes the node.",
			"style": "coroutine",
			"stack": "1MiB",
			"effects": true,
			"in": [{"name": "in", "type": "any", "back": "through", "doc": "records"}],
			"out": [
				{"name": "out", "type": "value", "back": "through", "doc": "the records with their results, or the results alone"},
				{"name": "bad", "type": "value", "doc": "records that do not fit or calls that failed, with the reason"},
				{"name": "events", "type": "value", "required": false, "doc": "what the function tells its event callbacks"}
			],
			"params": {
				"library": {"type": "string", "required": true, "doc": "a library's name as the loader knows it, libz.so.1, or with a slash in it a file"},
				"call": {"type": "signature", "required": true, "doc": "the function: u64 XXH3_64bits(bytes in, size in)"},
				"in": {"type": "json", "doc": "the field of the input; with several a list, or a map of names to fields; {\"value\": 5} is a constant. Without it: the record, or a field per input's name"},
				"out": {"type": "json", "doc": "the field to put the result in, or a map of names to fields; empty: the result replaces the record"},
				"folder": {"type": "path", "default": ".", "doc": "what a library's relative path is relative to"}
			},
			"example": "stdin ! lines ! ffi libc.so.6 'size strlen(string in)' ! stdout"
		}
	]
});
/* clang-format on */

TAU_OPERATORS(&ffi_operator);
