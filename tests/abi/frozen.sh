#!/bin/bash
# frozen.sh FOLDER: plugins that were built long ago, by freeze.sh, still run
# under this program, and are those that were built then.
set -eu
: "${TAU:?}"
cd "$1"
sha256sum --quiet -c SHA256SUMS || {
	echo "frozen: in $1 is not what was frozen; take it back, it is never built anew"
	exit 1
}
count=0
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT
# answers WANTED WORD...: what tau run prints.
answers() {
	local wanted=$1 said
	shift
	said=$(timeout 30 "$TAU" run "$@" </dev/null 2>"$there/err") || :
	[ "$said" = "$wanted" ] || {
		echo "frozen: $2 answers: $said; and says: $(cat "$there/err")"
		exit 1
	}
	count=$((count + 1))
}
manifest='{"tau": 1, "nodes": {"n": {"operators": {
	"a": {"type": "generate", "params": {"count": 2}}, "b": {"type": "generate", "params": {"count": 2}},
	"join": {"type": "pair.join"}, "out": {"type": "stdout"}}}},
	"streams": ["a -> join.left", "b -> join.right", "join -> out"]}'
echo "$manifest" >"$there/pairs"
for built in */; do
	built=$PWD/${built%/}
	for plugin in "$built"/*.so; do
		case ${plugin##*/} in
		pass.so) answers $'1\n2\n3' -L "$built" -e 'pass.pipes 3 ! pass.read ! stdout' ;;
		steady.so) answers $'1 1 1\n2 1 2' -L "$built" -e 'generate 2 ! steady.steady ! stdout' ;;
		pair.so) answers $'1\n1\n2\n2' -L "$built" "$there/pairs" ;;
		*)
			echo "frozen: nobody knows what $plugin answers"
			exit 1
			;;
		esac
	done
done
[ $count -ge 12 ] || {
	echo "frozen: only $count plugins in $1"
	exit 1
}
