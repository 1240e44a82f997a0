#!/bin/bash
# run.sh: runs every program and script of $BENCHES and makes one table and one
# JSON file (bench.txt and bench.json in the build tree) of what they print. A
# program prints any number of lines
#   bench NAME ours=VALUE unit=UNIT peer=PEER peer_value=VALUE ratio=R goal=">= 12"
#   skip NAME peer=PEER why="not installed"
# and exits 0, unless it could not measure. No figure makes this script fail:
# machines are noisy, so a person judges the table.
set -u
cd "$top_builddir" || exit 1
lines=$(mktemp) || exit 1
trap 'rm -f "$lines"' EXIT
failed=0
for program in $BENCHES; do
	printf 'bench: %s\n' "$program" >&2
	case $program in
	*.sh) set -- bash "$top_srcdir/$program" ;;
	*) set -- "./$program" ;;
	esac
	timeout "${BENCH_TIMEOUT:-300}" "$@" >"$lines.one"
	code=$?
	cat "$lines.one" >>"$lines"
	rm -f "$lines.one"
	[ $code -eq 0 ] && continue
	printf 'bench: %s ended with %d\n' "$program" $code >&2
	failed=1
done
awk -v json=bench.json -v table=bench.txt '
function value(key,    text) {
	if (!match($0, "(^| )" key "=(\"[^\"]*\"|[^ ]*)")) return ""
	text = substr($0, RSTART, RLENGTH)
	sub("^ *" key "=", "", text)
	gsub("\"", "", text)
	return text
}
function verdict(ratio, goal,    part) {
	if (split(goal, part, " ") < 2) return ""
	if (part[1] == ">=") return ratio + 0 >= part[2] + 0 ? "reached" : "missed"
	if (part[1] == "<=") return ratio + 0 <= part[2] + 0 ? "reached" : "missed"
	return ""
}
function row(text) { print text; print text > table }
BEGIN {
	form = "%-24s %12s %-10s %-22s %12s %8s %-10s %s"
	row(sprintf(form, "what", "ours", "unit", "peer", "theirs", "ratio",
		"goal", ""))
	printf "[" > json
}
$1 == "bench" {
	said = verdict(value("ratio"), value("goal"))
	row(sprintf(form, $2, value("ours"), value("unit"), value("peer"),
		value("peer_value"), value("ratio"), value("goal"), said))
	printf "%s\n{\"name\":\"%s\",\"ours\":\"%s\",\"unit\":\"%s\",\"peer\":\"%s\",\"peer_value\":\"%s\",\"ratio\":\"%s\",\"goal\":\"%s\",\"verdict\":\"%s\"}",
		comma, $2, value("ours"), value("unit"), value("peer"),
		value("peer_value"), value("ratio"), value("goal"), said > json
	comma = ","
}
$1 == "skip" { skipped = skipped sprintf("skipped: %s beside %s: %s\n", $2, value("peer"), value("why")) }
END {
	print "\n]" > json
	if (skipped != "") { printf "%s", skipped; printf "%s", skipped > table }
}' "$lines"
exit $failed
