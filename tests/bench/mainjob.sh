#!/bin/bash
# mainjob.sh: the main job (examples/weblog: requests per status and the worst
# paths, in one pass) on a generated log of 2,000,000 lines, beside mawk, which
# does the same; in turns, the best of five each. Then its memory at a tenth
# of the lines and at all of them. What it measures must also be right: the
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

# Nanoseconds per line.
ours() {
	local began ended
	began=$(date +%s%N)
	main_job "$folder/log"
	ended=$(date +%s%N)
	awk "BEGIN { printf \"%.1f\", ($ended - $began) / $lines }"
}

smaller() { printf '%s\n' "$@" | sort -g | head -n 1; }

measure_speed() {
	local best_ours=1e99 best_peer=1e99 why i
	for ((i = 0; i < rounds; i++)); do
		best_ours=$(smaller "$best_ours" "$(ours)")
		if ! peer=$(sh "$top_srcdir/tests/bench/peer.sh" mawk \
			"$folder/log" 2>"$folder/why"); then
			why=$(<"$folder/why")
			continue
		fi
		best_peer=$(smaller "$best_peer" "$peer")
	done
	if [ -n "${why-}" ]; then
		echo "skip main-job peer=mawk why=\"$why\""
		return
	fi
	awk -v ours="$best_ours" -v peer="$best_peer" 'BEGIN {
		printf "bench main-job ours=%s unit=ns/line peer=mawk peer_value=%s ratio=%.2f goal=\">= 1.5\"\n",
			ours, peer, peer / ours }'
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
