#!/bin/bash
# The README's manifest and its operator do what it says: they are taken out of
# its text, built as it says, and their results compared with sort, uniq and tr.
set -eu
folder=$(mktemp -d "${TMPDIR:-/tmp}/readme.XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"
readme=$top_srcdir/README
mkdir -m 700 runtime
export XDG_STATE_HOME=$folder/state XDG_RUNTIME_DIR=$folder/runtime

# block LANGUAGE: the first block of that language.
block() { awk -v begin="\`\`\`$1" '$0 == begin { on = 1; next } /^```/ { if (on) exit } on' "$readme"; }
fail() {
	echo "readme: $*" >&2
	exit 1
}

block json >words.json
"$TAU" validate words.json --set text="$top_srcdir/LICENSE" ||
	fail "its first manifest is not valid"
"$TAU" graph words.json --set text="$top_srcdir/LICENSE" >graph
grep -q most graph || fail "its graph does not show an operator"
"$TAU" run words.json --set text="$top_srcdir/LICENSE" >words
times=$(tr ' ' '\n' <"$top_srcdir/LICENSE" | grep -cx the)
awk -v times="$times" '$1 == "the" && $2 == times { found = 1 } END { exit !found }' words ||
	fail "its first manifest counts wrongly"

block c >shout.c
${CC:-cc} -shared -fPIC -O2 -I"$top_srcdir/abi" ${TAU_SANITIZERS-} -o shout.so shout.c
"$TAU" inspect ./shout.so | grep -q 'upper case' || fail "inspect does not show its operator"
"$TAU" run --plugin-path . -e 'stdin ! lines ! shout.loud ! stdout' \
	<"$top_srcdir/LICENSE" >loud
tr '[:lower:]' '[:upper:]' <"$top_srcdir/LICENSE" | cmp - loud ||
	fail "its first operator does something else"

# The upgrade, as it stands there, between a log that is read to its end.
ln -s "$top_srcdir/abi" "$top_srcdir/examples" .
ln -s "$TAU" tau
cc() { command ${CC:-cc} ${TAU_SANITIZERS-} "$@"; }
trap '"$TAU" stop --now >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT

# story NUMBER: does what that block of it says; its output is in `story`.
story() {
	awk -v wanted="$1" '$0 == "```sh upgrade" { on = ++number == wanted; next }
		/^```/ { on = 0 } on' "$readme" >block
	[ -s block ] || fail "its story of an upgrade has no part $1"
	. ./block >story 2>said || fail "part $1 of its upgrade ended with $?: $(cat said)"
}

# Until all lines of the log have left the node that reads it.
read_all() {
	local lines
	lines=$(wc -l <growing.log)
	until "$TAU" ps --json >ps && grep '"node": "read"' ps |
		grep -q "\"records_out\": $lines[,}]"; do
		grep -q '"node": "read"' ps || fail "its topology has gone: $(cat said)"
	done
}

story 1
grep -q '^tally  *count  *running' story || fail "ps does not show what it started"
read_all
story 2
grep -q ' 0  *0$' story || fail "its upgrade proves nothing"
read_all
story 3
grep -q 'count  rolled back  tally 1.0.0 ([0-9a-f]*)$' story ||
	fail "history does not show that it went back"
sh examples/upgrade/oracle.sh 1 <growing.log | cmp - totals ||
	fail "what it counts over an upgrade is wrong"

# Each file and folder that it links to is there.
grep -o '](\([^)]*\))' "$readme" | tr -d '()]' | while read -r link; do
	[ -e "$top_srcdir/$link" ] || [ -e "$top_srcdir/abi/tau/$link" ] ||
		fail "it links to $link, which is not there"
done
