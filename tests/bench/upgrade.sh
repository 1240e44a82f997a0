#!/bin/bash
# upgrade.sh: a node with 1 MB of state is replaced again and again while the
# topology runs as fast as it can.
#
# The topology is a source, the node that is replaced, and a sink, each in its
# own process; the one that is replaced is the slowest, so that what it misses
# nobody makes up for. One round is a second undisturbed, then a row of
# upgrades: `tau upgrade` one after another with nothing between them, each of
# which returns at its commit, and a second undisturbed again. A round's ratio
# is the row's rate by the mean of those before and after it, so that what else
# the machine does falls on both; the median of the rounds counts.
#
# Each upgrade costs the topology the same, so the ratio is a matter of how many
# there are in a second: with nothing between them it is the worst that there
# is, and the worse the sooner a standby is ready. Rows at fewer in a second are
# therefore measured likewise, each upgrade due at its time, whether the one
# before was late or not.
#
#   upgrade-pause-median, -p99   how long the node stands still, of all rows
#                                with nothing between
#   upgrade-throughput           the rate during such a row, beside undisturbed
#   upgrade-cost                 how much of the time from one upgrade to the
#                                next the topology loses: 1 - the ratio
#   upgrade-each-second-N        the rate at N upgrades in each second, likewise
set -eu
: "${TAU:?}" "${top_srcdir:?}"
rounds=${UPGRADE_ROUNDS:-5}
in_a_row=${UPGRADES_IN_A_ROW:-100}
in_a_second=${UPGRADES_IN_A_SECOND-10 30 60}
folder=$(mktemp -d "${TMPDIR:-/tmp}/upgrade.XXXXXX")
running=
finish() {
	[ -z "$running" ] || kill -9 "$running" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$folder"
}
trap finish EXIT
export XDG_STATE_HOME=$folder XDG_RUNTIME_DIR=$folder

for version in 1 2; do
	${CC:-cc} -shared -fPIC -fvisibility=hidden -O2 "-I$top_srcdir/abi" \
		-DNUMBER=$version -DPAD=1048576 -o "$folder/steady$version.so" \
		"$top_srcdir/tests/fixtures/upgraded/steady.c"
done
cat >"$folder/bench.json" <<END
{"tau": 1, "name": "bench", "plugins": {"steady": {"path": "steady1.so"}},
 "nodes": {"a": {"operators": {"numbers": {"type": "generate"}}},
           "b": {"operators": {"steady": {"type": "steady.steady"}}},
           "c": {"operators": {"out": {"type": "null"}}}},
 "streams": ["numbers -> steady -> out"]}
END

# passed: how many records have come through, and when that was.
passed() {
	"$TAU" ps --json |
		sed -n 's/.*"node": "c".*"records": \([0-9]*\).*/\1/p'
}
look() { printf '%s %s\n' "$(passed)" "$EPOCHREALTIME"; }

# rate BEFORE AFTER: records per second between two looks.
rate() {
	awk -v before="$1" -v after="$2" 'BEGIN {
		split(before, one); split(after, other)
		printf "%d\n", (other[1] - one[1]) / (other[2] - one[2]) }'
}

undisturbed() {
	local before
	before=$(look)
	sleep 1
	rate "$before" "$(look)"
}

# await MICROSECONDS: until it is so late. Nobody writes into that pipe: a read
# of it waits, without a process that is started for it.
exec {never}<> <(:)
await() {
	local left=$(($1 - ${EPOCHREALTIME/./}))
	[ $left -lt 1000 ] ||
		read -r -t "$(printf '%d.%06d' $((left / 1000000)) \
			$((left % 1000000)))" -u "$never" || true
}

# replace COUNT [EACH_SECOND]: upgrades to the other version and back; the last
# one has its time, too.
replace() {
	local i began=${EPOCHREALTIME/./}
	for ((i = 0; i < $1; i++)); do
		[ $# -eq 1 ] || await $((began + i * 1000000 / $2))
		version=$((3 - version))
		"$TAU" upgrade --json --plugin "$folder/steady$version.so" \
			2>"$folder/said" >>"$folder/report" || {
			cat "$folder/said" >&2
			return 1
		}
	done
	[ $# -eq 1 ] || await $((began + i * 1000000 / $2))
}

# row_of_upgrades COUNT [EACH_SECOND]: its rate, and milliseconds from one
# upgrade to the next.
row_of_upgrades() {
	local before after
	before=$(look)
	replace "$@"
	after=$(look)
	during=$(rate "$before" "$after")
	cycle=$(awk -v began="${before#* }" -v ended="${after#* }" \
		-v count="$1" \
		'BEGIN { printf "%.3f\n", (ended - began) * 1000 / count }')
}

# row NAME OURS UNIT PEER PEER_VALUE GOAL
row() {
	awk -v name="$1" -v ours="$2" -v unit="$3" -v peer="$4" \
		-v theirs="$5" -v goal="$6" 'BEGIN {
		printf "bench %s ours=%s unit=%s peer=%s peer_value=%s ratio=%.2f goal=\"%s\"\n",
			name, ours, unit, peer, theirs, ours / theirs, goal }'
}

# nth FILE SHARE: the value that such a share of its lines does not exceed.
nth() {
	sort -g "$1" | awk -v share="$2" '{ value[NR] = $1 }
		END { print value[int((NR - 1) * share) + 1] }'
}

"$TAU" run "$folder/bench.json" >"$folder/log" 2>&1 &
running=$!
until [ "0$(passed 2>/dev/null || true)" -gt 0 ]; do
	kill -0 $running || {
		cat "$folder/log" >&2
		exit 1
	}
done
version=1
replace 2 # both are in the store then
: >"$folder/report"
# rounds_of FILE COUNT [EACH_SECOND]: a line of each round.
rounds_of() {
	local file=$1 before after round
	shift
	before=$(undisturbed)
	for ((round = 0; round < rounds; round++)); do
		row_of_upgrades "$@"
		after=$(undisturbed)
		awk -v before="$before" -v during="$during" -v after="$after" \
			-v cycle="$cycle" 'BEGIN { mean = (before + after) / 2
			printf "%.3f %d %d %.3f\n", during / mean, during, mean,
				cycle }'
		before=$after
	done >"$file"
	sed "s/^/round: ratio, rate, undisturbed, ms from one to the next: /" \
		"$file" >&2
}

# median FILE: the round whose ratio is.
median() {
	sort -g "$1" | sed -n "$(((rounds + 1) / 2))p"
}

rounds_of "$folder/rounds" "$in_a_row"
sed -n 's/.*"pause_us": \([0-9]*\).*/\1/p' "$folder/report" |
	awk '{ print $1 / 1000 }' >"$folder/pauses"
[ "$(wc -l <"$folder/pauses")" = $((rounds * in_a_row)) ]
read -r ratio during undisturbed cycle < <(median "$folder/rounds")
cost=$(awk -v ratio="$ratio" -v cycle="$cycle" \
	'BEGIN { printf "%.2f", (1 - ratio) * cycle }')
row upgrade-pause-median "$(nth "$folder/pauses" 0.5)" ms goal 6 "<= 1"
row upgrade-pause-p99 "$(nth "$folder/pauses" 0.99)" ms goal 15 "<= 1"
row upgrade-throughput "$during" rec/s undisturbed "$undisturbed" ">= 0.9"
row upgrade-cost "$cost" ms one-to-next "$cycle" ""
for each in $in_a_second; do
	rounds_of "$folder/rounds.$each" $((each * 3 / 2)) "$each"
	read -r ratio during undisturbed cycle < <(median "$folder/rounds.$each")
	row "upgrade-each-second-$each" "$during" rec/s undisturbed \
		"$undisturbed" ""
done
"$TAU" stop --now >/dev/null 2>&1
wait $running || true
running=
