#!/bin/bash
# warnings.sh: ports that tell of what is wrong, and lead nowhere. Valid, and
# said once each, in manifests alone; and that our own operators keep to the
# convention of such ports (tau-plugin(5), ERRORS).
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
warnings=shown

cat >open.json <<'END'
{ "tau": 1,
  "nodes": { "main": { "operators": {
    "in":    {"type": "stdin"},
	"cut":   {"type": "lines"},
    "parse": {"type": "json.parse"},
    "out":   {"type": "stdout"} } } },
  "streams": ["in -> cut -> parse -> out"] }
END

scenario "each such port has its line, with its place"
t validate open.json
expect_status 0
expect_text out $'open.json is valid: 4 operators in 1 node, 4 streams\n'
cat >expected <<'END'
open.json:4:2: warning: cut.bad is not connected: what it refuses is counted and lost; connect it, or to a null
open.json:5:5: warning: parse.bad is not connected: what it refuses is counted and lost; connect it, or to a null
END
cmp -s expected err || fail "the warnings are others"

scenario "it runs all the same"
echo '{"a":1}' >in
status=0
"$TAU" run open.json <in >out 2>err || status=$?
expect_status 0
expect_text out $'{"a":1}\n'
cmp -s expected err || fail "run warns otherwise"

scenario "as JSON"
t validate --json open.json
expect_status 0
expect_empty err
expect_line out '*"valid": true*'
expect_line out '*"errors": \[\],*'
expect_line out '*"text": "cut.bad is not connected*'
expect_line out '*"line": 5,'

scenario "connected, or in a one-liner, nothing is said"
sed -i 's/\["in/["cut.bad -> all", "parse.bad -> all", "all -> gone", "in/; s/"in": /"all": {"type": "merge"}, "gone": {"type": "null"}, &/' open.json
t validate open.json
expect_status 0
expect_empty err
t validate -e 'lines ! json.parse'
expect_status 0
expect_empty err

scenario "a program's control port, once for all replicas"
cat >program.json <<'END'
{ "tau": 1,
  "nodes": {
    "main": {"operators": {"all": {"type": "deal"}, "in": {"type": "generate"}, "out": {"type": "null"}, "one": {"type": "merge"}}},
    "work": {"command": ["x"], "replicas": 3, "in": [{"name": "in", "type": "any"}],
      "out": [{"name": "out", "type": "any"}, {"name": "control", "type": "any"}]} },
  "streams": ["in -> all", "all -> work", "work -> one -> out"] }
END
t validate program.json
expect_status 0
expect_line err 'program.json:4:5: warning: work.control is not connected: what it tells is *'
[ "$(grep -c warning: err)" = 1 ] || fail 'it is said of each replica'

scenario "our own operators: bad and control are values, open unless wanted, and bad says why"
if command -v jq >/dev/null; then
	"$TAU" ls --json >types
	jq -r '.type as $type | .description.out // [] | to_entries[] |
		select(.value.name == "bad" or .value.name == "control") | .key as $place | .value |
		select(.type != "value" or .required == true or $place == 0 or
			(.name == "bad" and (.doc // "" | test("reason") | not))) | $type' types >wrong
	expect_empty wrong
	[ "$(jq -r 'select(.description.out // [] | any(.name == "bad")) | .type' types | wc -l)" -ge 13 ] ||
		fail 'there are fewer operators with such a port'
fi

scenario "who reads what is refused keeps nobody at work, and gets all of it"
mkfifo quiet
exec 3<>quiet
for nodes in one three; do
	printf 'x\n1\n' >&3
	case $nodes in
	one) t run -e 'file.read quiet ! lines ! json.parse ! take 1 ! stdout ; @json-parse.bad ! file.write refused' ;;
	three)
		cat >quiet.json <<'END'
{ "tau": 1,
  "nodes": {
    "main": {"operators": {"read": {"type": "file.read", "params": {"path": "quiet"}}, "cut": {"type": "lines"}, "parse": {"type": "json.parse"}}},
    "some": {"operators": {"first": {"type": "take", "params": {"n": 1}}, "out": {"type": "stdout"}}},
    "bad": {"operators": {"refused": {"type": "file.write", "params": {"path": "refused"}}}} },
  "streams": ["read -> cut -> parse -> first -> out", "parse.bad -> refused"] }
END
		t run quiet.json
		;;
	esac
	expect_status 0
	expect_text out $'1\n'
	grep -q '^{"reason":.*,"operator":"json.parse","record":"x"}$' refused ||
		fail "$nodes: what was refused is not in its file: $(cat refused)"
	rm refused
done
exec 3>&-
