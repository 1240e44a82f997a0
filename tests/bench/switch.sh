#!/bin/bash
# switch.sh: a switch of ours beside one of Boost's fcontext. The two take
# turns, and each is shown at its best, since machines are noisy.
set -eu
: "${top_srcdir:?}" "${top_builddir:?}"
turns=3
why=$(mktemp)
trap 'rm -f "$why"' EXIT
goal='<= 0.6'
peer= switch= bare=
better() { # better OLD NEW
	awk -v old="$1" -v new="$2" 'BEGIN { print old == "" || new < old ? new : old }'
}
for ((i = 0; i < turns; i++)); do
	switch=$(better "$switch" "$("$top_builddir/tests/bench/switch")")
	bare=$(better "$bare" "$("$top_builddir/tests/bench/switch" bare)")
	if figure=$(sh "$top_srcdir/tests/bench/peer.sh" fcontext 2>"$why"); then
		peer=$(better "$peer" "$figure")
	fi
done
row() {
	if [ -z "$peer" ]; then
		echo "bench $1 ours=$2 unit=ns"
		echo "skip $1 peer=fcontext why=\"$(tail -n 1 "$why")\""
		return
	fi
	awk -v name="$1" -v ours="$2" -v peer="$peer" -v goal="$goal" 'BEGIN {
		printf "bench %s ours=%.2f unit=ns peer=fcontext peer_value=%.2f ratio=%.2f goal=\"%s\"\n",
			name, ours, peer, ours / peer, goal }'
}
row switch "$switch"
row switch-unchecked "$bare"
