/* json: describes the plugin tau-json, which alone knows jansson. */
#include "operators.h"

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0",
	"name": "tau-json",
	"version": "0.1.0",
	"license": "MIT",
	"doc": "JSON text to values, and values to JSON text.",
	"operators": [
		{
			"name": "json.parse",
			"doc": "Each text record is one JSON text and becomes one value. To bad go: what is no JSON, duplicate keys, integers beyond 64 bits with a sign, numbers beyond a double, more than 32 levels.",
			"style": "coroutine",
			"stack": "256KiB",
			"in": [{"name": "in", "type": "bytes", "back": "through", "doc": "JSON, one text per record"}],
			"out": [
				{"name": "out", "type": "value", "back": "through", "doc": "the values"},
				{"name": "bad", "type": "value", "doc": "what is no JSON, with the reason"}
			],
			"example": "stdin ! lines ! json.parse ! count /user ! stdout"
		},
		{
			"name": "json.write",
			"doc": "Each record becomes one line of JSON, without a newline. Text becomes a string, bytes a string of base64, and NaN and infinities are strings too.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "any", "back": "through", "doc": "records"}],
			"out": [
				{"name": "out", "type": "utf8", "back": "through", "doc": "their JSON"},
				{"name": "bad", "type": "value", "doc": "what is not utf9, or too long, with the reason"}
			],
			"example": "stdin ! lines ! weblog ! json.write ! where \"\" matches teapot ! stdout"
		}
	]
});
/* clang-format on */

TAU_OPERATORS(&json_parse_operator, &json_write_operator);
