#!/bin/bash
# thousand.sh: one node with state is upgraded again and again under full load,
# from one version to the other and back: twenty times, a thousand with LONG=1.
# Nothing is lost, nothing comes twice, a sum that is handed over each time is
# right in the end, and the supervisor does not grow.
if [ -n "${LONG-}" ] && [ -z "${SCENARIO_TIMED-}" ]; then
	SCENARIO_TIMED=1 exec timeout -k 5 1800 bash "$0" "$@"
fi
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
running=
trap '[ -z "$running" ] || kill -9 $running 2>/dev/null; rm -rf "$folder"' EXIT
: "${UPGRADES:=${LONG:+1000}}" "${UPGRADES:=20}"

build steady1 -DNUMBER=1
build steady2 -DNUMBER=2
cat >up.json <<'END_JSON'
{"tau": 1, "name": "up", "plugins": {"steady": {"path": "steady1.so"}},
 "nodes": {
  "a": {"operators": {"numbers": {"type": "generate"}, "both": {"type": "tee"}}},
  "b": {"operators": {"steady": {"type": "steady.steady"}, "sum": {"type": "sum", "params": {"field": ""}}}},
  "c": {"operators": {"out": {"type": "stdout"},
                      "total": {"type": "file.write", "params": {"path": "total"}}}}},
 "streams": ["numbers -> both -> steady -> out", "both -> sum -> total"]}
END_JSON

# Lines "COUNT VERSION N": each N once, in order; the count that the versions
# hand to each other is the one that is counted here; the versions alternate.
cat >ledger.awk <<'AWK'
$1 != NR || $3 != NR { if (!bad) print "wrong line " NR ": " $0; bad = 1 }
$2 != version { version = $2; changes++ }
END { if (!bad) printf "%d changes, in order, up to %.0f\n", changes - 1, NR }
AWK

# until_reads NUMBER
until_reads() {
	until [ "0$(read_so_far c 2>&-)" -gt "$1" ]; do
		kill -0 $running 2>&- || fail "it ended: $(cat run.err)"
	done
}
memory() { sed -n -E 's/^RssAnon:[[:space:]]*([0-9]+) kB/\1/p' "/proc/$running/status"; }
fds() { find "/proc/$running/fd" 2>&- | wc -l; }
children() { wc -w <"/proc/$running/task/$running/children"; }

scenario "$UPGRADES upgrades under full load"
mkfifo pipe
awk -f ledger.awk <pipe >ledger &
ledger=$!
"$TAU" run up.json >pipe 2>run.err &
running=$!
until_reads 0
version=1
for ((i = 1; i <= UPGRADES; i++)); do
	version=$((3 - version))
	t upgrade --plugin steady$version.so --freeze-timeout 1m --probation 0s
	expect_status 0
	expect_line out '  both.out\[0\] * 0 * 0'
	expect_line out '  both.out\[1\] * 0 * 0'
	expect_line out '  steady * 0 * 0'
	until_reads $(($(read_so_far c) + 5000))
	[ "$(children)" = 3 ] || fail "$(children) processes after upgrade $i"
	if [ $i = 4 ]; then
		files=$(fds) pages=$(memory)
	fi
done

scenario "the supervisor has not grown"
until [ "$(fds)" -le "$files" ]; do # a tool's connection goes a moment later
	kill -0 $running 2>&- || fail "$files open files are $(fds)"
done
grep -q __asan_init "$TAU" || [ "$(memory)" -le $((pages + 1024)) ] || fail "$pages kB are $(memory)"

scenario "all of that has lost nothing, and given nothing twice"
t drain
wait $running || fail "it ended with $?"
running=
wait $ledger
last=$(sed 's/.* //' ledger)
expect_text ledger "$UPGRADES changes, in order, up to $last"$'\n'
expect_text total "{\"sum\":$((last * (last + 1) / 2))}"$'\n'
