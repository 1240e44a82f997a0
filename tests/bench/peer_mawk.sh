#!/bin/sh
# A peer: the main job in mawk, nanoseconds per line. Prints that number alone;
# 77 is the exit code when there is no mawk.
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
began=$(date +%s%N)
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
}' "$1" >"$answer"
ended=$(date +%s%N)
echo "$began $ended $lines" | awk '{ printf "%.1f\n", ($2 - $1) / $3 }'
