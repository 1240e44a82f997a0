#!/bin/bash
# utf9_docs.sh: the examples of docs/utf9.md, lines "HEX = TEXT" in blocks named
# utf9 and utf9-json, say what the implementation says.
set -eu
export LC_ALL=C
: "${top_srcdir:?}" "${top_builddir:?}"
page=$top_srcdir/docs/utf9.md
tool=$top_builddir/tests/utf9_tool
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT

# check BLOCK COMMAND: left sides through the tool against right sides.
check() {
	awk -v block="\`\`\`$1" '
		$0 == block { inside = 1; next }
		/^```/ { inside = 0 }
		inside && !/ = / { print "utf9_docs: line " NR " of docs/utf9.md is no example: " $0; bad = 1 }
		inside {
			at = index($0, " = ")
			hex = substr($0, 1, at - 1)
			gsub(" ", "", hex)
			print hex >lines
			print substr($0, at + 3) >wanted
		}
		END { exit bad }' lines="$there/lines" wanted="$there/wanted" "$page" || exit 1
	[ "$(wc -l <"$there/lines")" -ge "$3" ] || {
		echo "utf9_docs: docs/utf9.md has fewer than $3 examples in blocks $1"
		exit 1
	}
	"$tool" "$2" <"$there/lines" >"$there/said"
	diff -u --label docs/utf9.md "$there/wanted" --label "utf9_tool $2" "$there/said"
	rm "$there"/*
}
check utf9 text 35
check utf9-json show 9
