#!/bin/bash
# calls.sh: does a record still cross a link with as few system calls as it did?
# No clock is asked, so the answer is the same on a busy machine. Each thing is
# done often and six times as often, and the difference is divided by what was
# done more.
set -eu
: "${top_srcdir:?}" "${top_builddir:?}"
expected=$top_srcdir/tests/calls.txt
few=2000
many=12000
folder=$(mktemp -d "${TMPDIR:-/tmp}/calls.XXXXXX")
trap 'rm -rf "$folder"' EXIT

# count KIND RECORDS: the calls that they take.
count() {
	"$top_builddir/tests/link_cost" "$top_builddir/tests/bench/link.so" "$@"
}

# Beside a thousand others, all of which are told of when the link opens.
if ! "$top_builddir/tests/link_count" 1000 1000 >"$folder/said" 2>&1; then
	cat "$folder/said"
	exit 1
fi

for kind in bulk small pingpong; do
	less=$(count $kind $few)
	more=$(count $kind $many)
	echo "$kind $less $more" | awk -v records=$((many - few)) '{
		printf "%s", $1
		for (i = 2; i <= 5; i++)
			printf " %.3f", ($(i + 4) - $i) / records
		print "" }'
done >"$folder/counted"

awk '/^#/ { next }
	FNR == NR { was[$1] = $0; next }
	{
		print
		if (split(was[$1], old, " ") != NF) {
			bad[++n] = $1 " is not in tests/calls.txt"
			next
		}
		for (i = 2; i <= NF; i++) {
			if ($i > old[i] * 1.01 + 0.002)
				bad[++n] = $1  ": " was[$1] " before: it has become slower"
			else if ($i < old[i] * 0.95 - 0.002)
				bad[++n] = $1  ": " was[$1] " before: note down the gain"
		}
	}
	END {
		for (i = 1; i <= n; i++) print "calls: " bad[i]
		exit n > 0
	}' "$expected" "$folder/counted"
