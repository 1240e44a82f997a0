#!/bin/bash
# mainjob.sh: the main job (examples/weblog: requests per status and the worst
# paths, in one pass) on a generated log of 2,000,000 lines, beside mawk, which
# does the same; in turns, the best of five each, by the clock and in time of
# the processor. Then its memory at a tenth of the lines and at all of them. What it measures must also be right: the
# answers are compared with the oracle's first.
set -eu
: "${TAU:?}" "${top_srcdir:?}" "${top_builddir:?}"
lines=${MAINJOB_LINES:-2000000}
rounds=5
weblog=$top_srcdir/examples/weblog
folder=$(mktemp -d "${TMPDIR:-/tmp}/mainjob.XXXXXX")
trap 'rm -rf "$folder"' EXIT

# main_job LOG [COMMAND]...: through COMMAND, when one is given.
main_job() {
	local log=$1
	shift
	"$@" "$TAU" run "$weblog/weblog.json" --set log="$log" \
		--set paths="$folder/paths" >"$folder/statuses"
}

generate() { awk -v lines="$1" -f "$weblog/generate.awk"; }

must_be_right() {
	local question
	main_job "$folder/log"
	for question in status:statuses paths:paths; do
		sh "$weblog/oracle.sh" ${question%:*} <"$folder/log" |
			cmp -s - "$folder/${question#*:}" && continue
		echo "mainjob: the answer about ${question%:*} is wrong" >&2
		exit 1
	done
}

# Nanoseconds per line, by the clock and of the processor.
ours() {
	local took TIMEFORMAT='%R %U %S'
	took=$({ time main_job "$folder/log"; } 2>&1)
	echo "$took $lines" |
		awk '{ printf "%.1f %.1f\n", $1 / $4 * 1e9, ($2 + $3) / $4 * 1e9 }'
}

peer() { sh "$top_srcdir/tests/bench/peer.sh" mawk "$folder/log"; }

# row NAME COLUMN: the best of that column.
row() {
	local best_ours best_peer
	best_ours=$(cut -d ' ' -f "$2" "$folder/ours" | sort -g | head -n 1)
	best_peer=$(cut -d ' ' -f "$2" "$folder/peer" | sort -g | head -n 1)
	awk -v name="$1" -v ours="$best_ours" -v peer="$best_peer" 'BEGIN {
		printf "bench %s ours=%s unit=ns/line peer=mawk peer_value=%s ratio=%.2f goal=\">= 1.5\"\n",
			name, ours, peer, peer / ours }'
}

measure_speed() {
	local i
	for ((i = 0; i < rounds; i++)); do
		ours >>"$folder/ours"
		peer >>"$folder/peer" 2>"$folder/why" && continue
		echo "skip main-job peer=mawk why=\"$(tail -n 1 "$folder/why")\""
		return
	done
	row main-job 1
	row main-job-processor 2
}

# What main_job of a log holds at most, in KiB.
peak() {
	main_job "$1" "$top_builddir/tests/bench/peak" "$folder/peak"
	cat "$folder/peak"
}

measure_memory() {
	generate $((lines / 10)) >"$folder/log.small"
	awk -v all="$(peak "$folder/log")" -v tenth="$(peak "$folder/log.small")" '
	BEGIN { printf "bench main-job-memory ours=%d unit=KiB peer=a-tenth-of-it peer_value=%d ratio=%.2f goal=\"<= 1.25\"\n",
			all, tenth, all / tenth }'
}

generate "$lines" >"$folder/log"
must_be_right
measure_speed
measure_memory
