#!/bin/bash
# instructions.sh: does a hop still cost the instructions it did? callgrind
# counts, no clock is asked, so the answer is the same on a busy machine. Each
# thing is done often and three times as often, and the difference is divided
# by what was done more.
set -eu
: "${top_srcdir:?}" "${top_builddir:?}"
expected=$top_srcdir/tests/instructions.txt
hops=11
few=20000
many=60000
folder=$(mktemp -d "${TMPDIR:-/tmp}/instructions.XXXXXX")
trap 'rm -rf "$folder"' EXIT

skip() {
	echo "instructions: skipped: $1"
	exit 77
}
compiler=$(${CC:-gcc} --version | head -n 1)
version=$(${CC:-gcc} -dumpversion)
[ -z "${TAU_SANITIZERS-}${TAU_COVERAGE-}" ] || skip "not the code that users run"
[[ " ${TAU_CFLAGS-} " == *" -O2 "* ]] || skip "CFLAGS are not the usual ones"
[[ $compiler != *clang* && ${version%%.*} = 12 ]] ||
	skip "the figures are those of gcc 12, this is $compiler"
command -v valgrind >/dev/null || skip "the package valgrind is not installed"

# count COMMAND...: how many instructions it takes.
count() {
	if ! valgrind --tool=callgrind --callgrind-out-file="$folder/out" "$@" \
		>"$folder/said" 2>&1; then
		cat "$folder/said" >&2
		return 1
	fi
	awk '$1 == "summary:" { print $2 }' "$folder/out"
}

# each NAME PARTS COMMAND...: per part, of which one repetition has PARTS.
each() {
	local name=$1 parts=$2 less more
	shift 2
	less=$(count "$@" $few)
	more=$(count "$@" $many)
	awk -v name="$name" -v less="$less" -v more="$more" \
		-v parts=$(((many - few) * parts)) \
		'BEGIN { printf "%s %.1f\n", name, (more - less) / parts }'
}

# link KIND: a record that crosses a link, on both sides.
link() {
	local few=2000 many=6000
	each "link-$1" 1 "$top_builddir/tests/link_cost" \
		"$top_builddir/tests/bench/link.so" "$1"
}

hop=("$top_builddir/tests/hop_count" "$top_builddir/tests/bench/hop.so")
{
	each switch 2 "$top_builddir/tests/bench/switch" once
	each hop-forward $hops "${hop[@]}" forward
	each hop-copy $hops "${hop[@]}" copy
	link bulk
	link small
	link pingpong
} >"$folder/counted"

awk '/^#/ { next }
	FNR == NR { was[$1] = $2; next }
	{
		print
		if (!($1 in was)) bad[++n] = $1 " is not in tests/instructions.txt"
		else if ($2 > was[$1] * 1.05) bad[++n] = $1 " took " was[$1] " before: it has become slower"
		else if ($2 < was[$1] * 0.95) bad[++n] = $1 " took " was[$1] " before: note down the gain"
	}
	END {
		for (i = 1; i <= n; i++) print "instructions: " bad[i]
		exit n > 0
	}' "$expected" "$folder/counted"
