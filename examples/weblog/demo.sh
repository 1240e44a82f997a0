#!/bin/sh
# demo.sh [LINES]: what a web server's log says about errors. Without LINES it
# reads the log that comes with this example, else a generated one that long.
# $TAU is the program; the one of this tree when that is not set.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
TAU=${TAU:-$here/../../tau}
[ -x "$TAU" ] || {
	echo "demo: $TAU is not there; run ./bootstrap first" >&2
	exit 1
}
folder=$(mktemp -d "${TMPDIR:-/tmp}/demo.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM HUP PIPE

# topology COMMAND: does it with the topology of this example.
topology() {
	"$TAU" "$1" "$here/weblog.json" --set log="$folder/access.log" \
		--set paths="$folder/paths"
}

# show FILE: its records, one JSON map a line, as a table.
show() { "$TAU" run -e 'stdin ! lines ! json.parse ! table' <"$1"; }

if [ $# -gt 0 ]; then
	echo "A log of $1 lines is generated ..."
	awk -v lines="$1" -f "$here/generate.awk" >"$folder/access.log"
else
	gzip -dc "$here/access.log.gz" >"$folder/access.log"
fi
echo "The log: $(wc -l <"$folder/access.log") lines," \
	"$(wc -c <"$folder/access.log") bytes, the first of them"
head -n 1 "$folder/access.log"
echo
echo "The topology, examples/weblog/weblog.json:"
topology graph
echo
began=$(date +%s%N)
topology run >"$folder/statuses"
ended=$(date +%s%N)
echo "Requests per status:"
show "$folder/statuses"
echo
echo "The paths with the most server errors:"
show "$folder/paths"
echo
echo "Both in one pass, in $(((ended - began) / 1000000)) ms. Next:" \
	"README, or examples/weblog/README."
