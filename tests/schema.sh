#!/bin/bash
# schema.sh: what `tau schema` writes is a JSON Schema, takes every manifest of
# the examples, refuses what it can see to be wrong and names the keys that the
# program knows. Judged by the validator of python3-jsonschema.
set -u
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT
fail() {
	printf 'schema: %s\n' "$*"
	exit 1
}
python3 -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null || {
	echo 'schema: skipped, since the package python3-jsonschema is not installed'
	exit 77
}

"$TAU" schema -L "$top_builddir/tests/fixtures" >"$there/schema" 2>"$there/err" ||
	fail "exit code $?: $(cat "$there/err")"
"$TAU" schema nonsense >/dev/null 2>"$there/err"
[ $? -eq 2 ] || fail 'an operand is taken'

# One unknown key in each object makes the program list those it knows.
cat >"$there/keys.json" <<'END'
{"?": 1, "tau": 1, "vars": {"v": {"?": 1, "type": "int"}},
 "plugins": {"p": {"?": 1, "path": "x"}},
 "defaults": {"?": 1, "stream": {"?": 1}, "node": {"?": 1}},
 "nodes": {"n": {"?": 1, "restart": {"?": 1}, "watchdog": {"?": 1}, "limits": {"?": 1},
   "operators": {"o": {"?": 1, "type": "lines"}}},
  "c": {"command": ["x"], "in": [{"?": 1, "name": "i", "type": "any"}]}},
 "streams": [{"?": 1, "from": "o", "to": "c", "back": {"?": 1}}]}
END
"$TAU" validate "$there/keys.json" 2>"$there/keys"
# Params as they may be written, and the example of the manual.
cat >"$there/params.json" <<'END'
{"$schema": "topology-1.schema.json", "tau": 1, "nodes": {"n": {"operators": {
  "p": {"type": "demo.params", "params": {"number": "${n}", "ratio": "${n}",
    "room": "1KiB", "pause": "1m 30s", "order": "up", "fields": ["/a", "${n}"]}},
  "q": {"type": "demo.params", "params": {"number": 3, "room": 1024, "pause": 0}},
  "r": {"type": "acme.x.y", "params": {"any": [1]}}}}},
 "streams": ["p.out[0] -> q", " a->b -> c.in ", {"chain": "a -> b", "capacity": 512}]}
END
sed -n '/^\.nf$/,/^\.fi$/p' "$top_srcdir/docs/tau-topology.5" | sed -n '2,/^\.fi$/p' |
	sed -e '/^\.fi$/d' -e 's/\\-/-/g' >"$there/page.json"

python3 "$top_srcdir/tests/schema.py" "$there/schema" \
	"$top_srcdir/tests/bad/refused-by-schema" "$there/keys" \
	"$there/params.json" "$there/page.json" "$top_srcdir"/examples/*/*.json
