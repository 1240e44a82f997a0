#!/bin/bash
# A peer: the main job in mawk. Prints two numbers, nanoseconds per line by the
# clock and of the processor; 77 is the exit code when there is no mawk.
#
#   peer_mawk.sh LOG [ANSWER]      ANSWER: a file for what the job found
set -eu
command -v mawk >/dev/null || {
	echo "mawk is not installed" >&2
	exit 77
}
answer=${2:-/dev/null}
# Counting reads the log once, so that the job finds it in memory.
lines=$(wc -l <"$1")
job() {
	mawk -F '"' '{
	split($3, rest, " ")
	statuses[rest[1]]++
	if (rest[1] >= 500) {
		split($2, request, " ")
		paths[request[2]]++
	}
}
END {
	for (status in statuses)
		print status, statuses[status] | "sort -n"
	close("sort -n")
	for (path in paths)
		print paths[path], path | "sort -rn | head -n 10"
	close("sort -rn | head -n 10")
}' "$1"
}

TIMEFORMAT='%R %U %S'
took=$({ time job "$1" >"$answer"; } 2>&1)
echo "$took $lines" | awk '{ printf "%.1f %.1f\n", $1 / $4 * 1e9, ($2 + $3) / $4 * 1e9 }'
