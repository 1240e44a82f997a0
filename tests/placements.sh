#!/bin/bash
# A topology cut at its streams gives the same answer: each example, its
# operators dealt out to 1, 2, 3 and as many nodes as it has operators, over
# links and over FIFOs.
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

# over_fifos MANIFEST: every stream between two nodes goes over a FIFO.
over_fifos() {
	jq '
		[.nodes | to_entries[] | .key as $node | .value.operators | keys[]
			| {key: ., value: $node}] | from_entries
	' "$1" >"$folder/node_of.json"
	jq --slurpfile node_of "$folder/node_of.json" '
		def operator: sub("[.\\[].*$"; "");
		def edges:
			if type == "string" then {chain: .} else . end
			| if .chain then
				(.chain | split("->") | map(gsub("^ +| +$"; ""))) as $ends
				| range($ends | length - 1) as $i
				| del(.chain) + {from: $ends[$i], to: $ends[$i + 1]}
			  else . end;
		.streams |= [.[] | edges
			| if $node_of[0][.from | operator] != $node_of[0][.to | operator]
			  then .transport = "fifo" else . end]
	' "$1"
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
		over_fifos "$folder/dealt.json" >"$folder/fifos.json"
		rm -f "$folder/paths"
		"$TAU" run "$folder/fifos.json" "$@" >"$folder/out.fifos" || exit 1
		[ ! -e "$folder/paths" ] || cat "$folder/paths" >>"$folder/out.fifos"
		cmp "$folder/out.1" "$folder/out.fifos" || {
			echo "placements: $manifest in $count nodes over FIFOs says something else" >&2
			exit 1
		}
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
