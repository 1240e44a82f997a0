/* match: describes the plugin tau-match, which alone knows PCRE2. */
#include "operators.h"

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0",
	"name": "tau-match",
	"version": "0.1.0",
	"license": "MIT",
	"doc": "Filters records by a field, and takes text apart by patterns of PCRE2.",
	"operators": [
		{
			"name": "where",
			"doc": "Passes the records whose field compares with the value as asked: by size where both are numbers or text that is one, else text by its bytes. A record without the field does not pass; one whose field cannot be compared goes to bad. prefix and matches look at text and at the digits of integers.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "any", "back": "through", "doc": "records"}],
			"out": [
				{"name": "out", "type": "any", "back": "through", "doc": "those that pass"},
				{"name": "bad", "type": "value", "doc": "those that cannot be compared, with the reason"}
			],
			"params": {
				"field": {"type": "field", "required": true, "doc": "a JSON pointer; empty: the whole record"},
				"op": {"type": "enum", "values": ["=", "!=", "<", "<=", ">", ">=", "prefix", "matches"], "required": true, "doc": "how to compare"},
				"value": {"type": "json", "required": true, "doc": "what with; for matches a pattern of PCRE2"}
			},
			"example": "file.read access.log ! lines ! weblog ! where /status >= 500 ! stdout"
		},
		{
			"name": "regex",
			"doc": "Takes text apart: the named groups of a pattern of PCRE2, (?<name>...), become a map in the order of the groups; a group that took no part is null. Text that the pattern does not match goes to bad. The pattern may match anywhere in the text unless it says ^ or $.",
			"style": "coroutine",
			"in": [{"name": "in", "type": "bytes", "back": "through", "doc": "text"}],
			"out": [
				{"name": "out", "type": "value", "back": "through", "doc": "maps of the named groups"},
				{"name": "bad", "type": "value", "doc": "text that does not match, with the reason"}
			],
			"params": {
				"pattern": {"type": "regex", "required": true, "doc": "with at least one named group"}
			},
			"example": "stdin ! lines ! regex '(?<key>[^=]+)=(?<value>.*)' ! stdout"
		}
	]
});
/* clang-format on */

TAU_OPERATORS(&match_where, &match_regex);
