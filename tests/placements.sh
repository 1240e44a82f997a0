#!/bin/bash
# A topology cut at its streams gives the same answer: each example, its
# operators dealt out to 1, 2, 3 and as many nodes as it has operators, over
# links and over FIFOs, and the last also over unix sockets and TCP. Every
# folder of examples/ is taken in, mostly with the manifest NAME/NAME.json, its own
# plugin if it has one, and for a variable that is required what the folder has
# packed.
set -eu
examples=$top_srcdir/examples
folder=$(mktemp -d "${TMPDIR:-/tmp}/placements.XXXXXX")
trap 'rm -rf "$folder"' EXIT
export XDG_STATE_HOME=$folder/state XDG_RUNTIME_DIR=$folder
command -v jq >/dev/null || {
	echo "placements: jq is missing; install it" >&2
	exit 77
}

fail() {
	echo "placements: $1" >&2
	exit 1
}

# ask MANIFEST EXPRESSION [ARGUMENT]...: of what placements.jq defines.
ask() {
	local manifest=$1 expression=$2
	shift 2
	jq -r -L "$top_srcdir/tests" "$@" "include \"placements\"; $expression" "$manifest"
}

# run_here MANIFEST OUT [ARGUMENT]...: what it prints, and then what it writes.
run_here() {
	local manifest=$1 out=$2
	shift 2
	rm -rf "$folder/written"
	mkdir "$folder/written"
	timeout -k 5 60 "$TAU" run "$manifest" "$@" </dev/null >"$out" ||
		fail "$manifest ended with $?"
	[ -s "$out" ] || fail "$manifest says nothing"
	for file in "$folder"/written/*; do
		[ ! -e "$file" ] || cat "$file" >>"$out"
	done
}

# settle NAME MANIFEST: fills `settings` with what the variables of its files need.
settle() {
	local manifest=$2 direction variable packed
	settings=()
	[ ! -d "$top_builddir/examples/$1" ] ||
		[ -z "$(find "$top_builddir/examples/$1" -name '*.so')" ] ||
		settings=(-L "$top_builddir/examples/$1")
	while read -r direction variable; do
		if [ "$direction" = write ]; then
			settings+=(--set "$variable=$folder/written/$variable")
		elif [ "$(ask "$manifest" required --arg name "$variable")" = true ]; then
			packed=("$examples/$1"/*.gz)
			gzip -dc "${packed[0]}" >"$folder/$1.input"
			settings+=(--set "$variable=$folder/$1.input")
		fi
	done < <(ask "$manifest" paths)
}

# place NAME [FILE]: in all the ways. What is dealt stands in a copy of the folder, so
# that it finds what is named from there.
place() {
	local home=$folder/examples/$1 manifest=$examples/$1/${2:-$1.json} count transport
	local operators transports
	[ -e "$manifest" ] || fail "the example $1 has no $1.json, so nobody can place it"
	settle "$1" "$manifest"
	operators=$(ask "$manifest" 'operators | length')
	for count in 1 2 3 "$operators"; do
		ask "$manifest" 'deal($count)' --argjson count "$count" >"$home/dealt.json"
		run_here "$home/dealt.json" "$folder/out" "${settings[@]}"
		[ "$count" != 1 ] || cp "$folder/out" "$folder/expected"
		cmp "$folder/expected" "$folder/out" ||
			fail "$manifest in $count nodes says something else"
		[ "$count" != 1 ] || continue
		transports=fifo
		[ "$count" != "$operators" ] || transports="fifo unix tcp"
		for transport in $transports; do
			ask "$home/dealt.json" 'over($transport)' --arg transport "$transport" \
				>"$home/over.json"
			run_here "$home/over.json" "$folder/out" "${settings[@]}"
			cmp "$folder/expected" "$folder/out" ||
				fail "$manifest in $count nodes over $transport says something else"
		done
	done
	echo "ok: $1${2:+, $2}"
}

# Connections end when they are told, and need clients: check.sh has them. Fds
# travel over links alone.
place_connections() {
	local home=$folder/examples/connections count
	for count in 1 2 3 5; do
		ask "$examples/connections/connections.json" 'deal($count)' \
			--argjson count "$count" >"$home/dealt.json"
		CONNECTIONS=$home/dealt.json bash "$examples/check.sh" connections ||
			fail "connections are served differently in $count nodes"
	done
}

cp -r "$examples" "$folder/examples"
chmod -R u+w "$folder/examples"
for example in "$examples"/*/; do
	name=$(basename "$example")
	case $name in
	connections)
		place_connections
		continue
		;;
	upgrade) # follows its log until it is told to stop: check.sh does
		continue ;;
	embed) # its node is run by the application that it is part of
		continue ;;
	systemd) # a unit, and no topology
		continue ;;
	exec) # has no manifest of that name
		place exec shell.json
		continue ;;
	peers)
		command -v python3 >/dev/null || {
			echo "skipped: $name, which needs python3"
			continue
		} ;;
	esac
	place "$name"
done
