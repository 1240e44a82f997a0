#!/bin/bash
# A topology cut at its streams gives the same answer: each example, its
# operators dealt out to 1, 2, 3 and as many nodes as it has operators.
set -eu
examples=$top_srcdir/examples
folder=$(mktemp -d "${TMPDIR:-/tmp}/placements.XXXXXX")
trap 'rm -rf "$folder"' EXIT
export XDG_STATE_HOME=$folder/state XDG_RUNTIME_DIR=$folder
command -v jq >/dev/null || {
	echo "placements: jq is missing; install it" >&2
	exit 77
}

# deal MANIFEST NODES: the same topology in so many nodes.
deal() {
	jq --argjson count "$2" '
		[.nodes[].operators] | add as $all | ($all | keys_unsorted) as $names
		| reduce range($names | length) as $i ({};
			.["n\($i % $count)"].operators[$names[$i]] = $all[$names[$i]])
	' "$1" >"$folder/nodes.json"
	jq --slurpfile nodes "$folder/nodes.json" '.nodes = $nodes[0]' "$1"
}

# compare EXAMPLE [--set NAME=VALUE]...: by what it prints and writes.
compare() {
	local manifest=$examples/$1/$1.json operators count
	shift
	operators=$(jq '[.nodes[].operators | length] | add' "$manifest")
	for count in 1 2 3 "$operators"; do
		deal "$manifest" "$count" >"$folder/dealt.json"
		rm -f "$folder/paths"
		"$TAU" run "$folder/dealt.json" "$@" >"$folder/out.$count" || exit 1
		[ ! -e "$folder/paths" ] || cat "$folder/paths" >>"$folder/out.$count"
		cmp "$folder/out.1" "$folder/out.$count" || {
			echo "placements: $manifest in $count nodes says something else" >&2
			exit 1
		}
	done
	[ -s "$folder/out.1" ] || {
		echo "placements: $manifest says nothing" >&2
		exit 1
	}
}

gzip -dc "$examples/weblog/access.log.gz" >"$folder/log"
compare weblog --set log="$folder/log" --set paths="$folder/paths"
compare words --set text="$examples/words/canal.txt"
for packed in "$examples"/packages/*.gz; do
	gzip -dc "$packed" >"$folder/packages"
done
compare packages --set "$(jq -r '.vars | keys_unsorted[0]' "$examples/packages/packages.json")=$folder/packages"
