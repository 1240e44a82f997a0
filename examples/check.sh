#!/bin/bash
# check.sh [EXAMPLE]...: runs the examples and compares what each prints with
# what its oracle.sh (awk and sort, none of ours) makes of the same input.
# $TAU is the program.
set -u
TAU=${TAU:?"check: say which program by TAU=/path/to/tau"}
examples=$(cd "$(dirname "$0")" && pwd) || exit 1
folder=$(mktemp -d "${TMPDIR:-/tmp}/examples.XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
failed=0

# same NAME: compares $folder/actual with $folder/expected.
same() {
	if cmp -s "$folder/expected" "$folder/actual"; then
		echo "ok: $1"
		return
	fi
	echo "not ok: $1: expected by the oracle (-), printed by tau (+)"
	diff -u "$folder/expected" "$folder/actual" | tail -n +3 | head -n 20
	failed=1
}

# run ARGUMENT...: tau run, which must exit with 0 and without a warning.
run() {
	timeout 60 "$TAU" run "$@" <"$folder/input" >"$folder/actual" \
		2>"$folder/said"
	local code=$?
	[ $code -eq 0 ] && ! grep -q 'warning:' "$folder/said" && return
	echo "not ok: tau run $* ended with $code, and said:"
	head -n 20 "$folder/said"
	failed=1
}

# expect EXAMPLE [ARGUMENT]: asks the oracle about $folder/input.
expect() {
	sh "$examples/$1/oracle.sh" ${2+"$2"} <"$folder/input" >"$folder/expected"
	[ -s "$folder/expected" ] && return
	echo "not ok: the oracle of $1 says nothing"
	failed=1
}

weblog_on() {
	run "$examples/weblog/weblog.json" --set log="$folder/input" \
		--set paths="$folder/paths"
	expect weblog status && same "weblog: requests per status, $1"
	cp "$folder/paths" "$folder/actual"
	expect weblog paths && same "weblog: worst paths, $1"
}

weblog() {
	gzip -dc "$examples/weblog/access.log.gz" >"$folder/input"
	weblog_on "as nginx wrote it"
	run -e 'stdin ! lines ! weblog ! count /status ! sort /status'
	expect weblog status && same "weblog: one-liner, requests per status"
	run -e 'stdin ! lines ! weblog ! where /status >= 500 ! count /path ! top /count 10'
	expect weblog paths && same "weblog: one-liner, worst paths"
	run -e 'stdin ! lines ! weblog'
	expect weblog records && same "weblog: every field of every line"
	awk -v lines=50000 -v seed=7 -f "$examples/weblog/generate.awk" \
		>"$folder/input"
	weblog_on "as generated"
}

packages() {
	gzip -dc "$examples/packages/Packages.gz" >"$folder/input"
	run "$examples/packages/packages.json" --set index="$folder/input"
	expect packages && same "packages: installed size per section"
}

words() {
	cat "$examples/words/canal.txt" >"$folder/input"
	run "$examples/words/words.json"
	expect words && same "words: the most frequent ones"
}

# peers LANGUAGE PROGRAM: skipped, and said so, where the language is missing.
peers_in() {
	local settings=(--set "language=$1" --set "program=$2" --set text="$folder/input")
	command -v "$1" >/dev/null || {
		echo "skipped: peers in $1, which is not installed"
		return
	}
	cat "$examples/words/canal.txt" >"$folder/input"
	run "$examples/peers/peers.json" "${settings[@]}"
	expect peers && same "peers: $2"
	gzip -dc "$examples/weblog/access.log.gz" >"$folder/input"
	run "$examples/peers/peers.json" "${settings[@]}"
	expect peers && same "peers: $2, a longer text"
	timeout 60 "$TAU" run "$examples/peers/peers.json" "${settings[@]}" \
		2>"$folder/said" | head -n 1 >"$folder/actual"
	sh "$examples/peers/oracle.sh" <"$folder/input" | head -n 1 >"$folder/expected"
	same "peers: $2, a reader that leaves"
	if [ -s "$folder/said" ]; then
		echo "not ok: peers: $2, a reader that leaves:"
		cat "$folder/said"
		failed=1
	fi
}

peers() {
	peers_in python3 python/upper.py
	peers_in node node/upper.js
}

ffi() {
	head -n 30 "$examples/words/canal.txt" >"$folder/input"
	run "$examples/ffi/ffi.json" --set text="$folder/input"
	expect ffi && same "ffi: sums of zlib"
	mkdir -p "$folder/walked/a/b/c" && : >"$folder/walked/a/one" &&
		: >"$folder/walked/a/b/two" && : >"$folder/walked/three"
	run "$examples/ffi/walk.json" --set folder="$folder/walked"
	sort -o "$folder/actual" "$folder/actual"
	sh "$examples/ffi/oracle.sh" files "$folder/walked" >"$folder/expected"
	same "ffi: ftw calls back"
	printf '%s\n' '[3, 10, -2]' '[1]' '[5, 9007199254740993, 0]' >"$folder/input"
	run "$examples/ffi/sorted.json"
	expect ffi sorted && same "ffi: qsort calls back"
}

# (A function named exec would be in bash's way.)
exec_() {
	cat "$examples/words/canal.txt" >"$folder/input"
	run "$examples/exec/shell.json" --set text="$folder/input"
	expect exec measured && same "exec: a shell script measures lines"
	command -v python3 >/dev/null || {
		echo "skipped: exec in Python, which is not installed"
		return
	}
	run "$examples/exec/python.json" --set text="$folder/input"
	expect exec && same "exec: a program in Python counts words"
}

# built EXAMPLE NAME: whether its plugin is there, which make check builds.
built() {
	plugin=$(dirname "$TAU")/examples/$1
	[ -e "$plugin/$2.so" ] && return
	echo "skipped: $1, whose plugin $plugin/$2.so is not there"
	return 1
}

negotiate() {
	built negotiate window || return 0
	cat "$examples/words/canal.txt" >"$folder/input"
	run -L "$plugin" "$examples/negotiate/negotiate.json"
	expect negotiate && same "negotiate: the windows that two agree on"
}

cutthrough() {
	built cutthrough cut || return 0
	cat "$examples/words/canal.txt" >"$folder/input"
	run -L "$plugin" "$examples/cutthrough/cutthrough.json" --set groups="$folder/groups"
	expect cutthrough upper && same "cutthrough: what runs when both sides are ready"
	cp "$folder/groups" "$folder/actual"
	expect cutthrough groups && same "cutthrough: groups by want"
}

# fds PID: how many the nodes of that supervisor have open.
fds() {
	local node
	for node in $(cat "/proc/$1/task/$1/children"); do
		ls "/proc/$node/fd"
	done | wc -l
}

# door OUTPUT: the port where the first of its lines says that it listens.
door() {
	local said
	while read -r said; do
		case $said in
		*'listening on '*)
			echo "${said##*:}"
			return
			;;
		*) echo "$said" >>"$folder/said" ;;
		esac
	done
}

# CONNECTIONS may name another placement of it.
connections() {
	built connections worker || return 0
	command -v python3 >/dev/null || {
		echo "skipped: connections, whose clients are in python3, which is not installed"
		return
	}
	local job supervisor port before after code=0
	cat "$examples/words/canal.txt" >"$folder/input"
	mkfifo "$folder/says"
	: >"$folder/said"
	timeout 60 "$TAU" run -L "$plugin" "${CONNECTIONS:-$examples/connections/connections.json}" \
		>/dev/null 2>"$folder/says" &
	job=$!
	exec 9<"$folder/says"
	port=$(door <&9)
	[ -n "$port" ] || {
		echo "not ok: connections: nobody listens:"
		head -n 20 "$folder/said"
		failed=1
		return
	}
	supervisor=$(cat "/proc/$job/task/$job/children")
	supervisor=${supervisor% } # of timeout
	for round in first second; do
		python3 "$examples/connections/client.py" "$port" 20 \
			<"$folder/input" >"$folder/actual" 2>>"$folder/said" 9<&-
		sh "$examples/connections/oracle.sh" 20 <"$folder/input" >"$folder/expected"
		same "connections: the $round twenty, of which one is slow"
		before=${after-}
		after=$(fds "$supervisor")
	done
	[ "$before" = "$after" ] || {
		echo "not ok: connections: the nodes had $before files open, and then $after"
		failed=1
	}
	kill -TERM "$supervisor"
	wait "$job" || code=$?
	cat <&9 >>"$folder/said"
	exec 9<&-
	[ $code -eq 0 ] && [ ! -s "$folder/said" ] && return
	echo "not ok: connections ended with $code:"
	head -n 20 "$folder/said"
	failed=1
}

# tau COMMAND ARGUMENT...: which must end with 0.
tau() {
	timeout 60 "$TAU" "$@" >>"$folder/said" 2>&1 && return
	echo "not ok: tau $* failed:"
	tail -n 20 "$folder/said"
	failed=1
}

# Writes an access log, each part of it another, until there is a file `enough`
# and one part more; also to the file `input`.
write_log() {
	local part=0 last=
	while [ -z "$last" ]; do
		[ -e "$folder/enough" ] && last=1
		part=$((part + 1))
		awk -v lines=20000 -v seed=$part -f "$examples/weblog/generate.awk"
	done | tee "$folder/input"
}

# upgraded VERSION STEP...: the plugin is replaced under load, at last by that
# version.
upgraded() {
	local version=$1 job writer step code=0
	shift
	rm -f "$folder/enough" "$folder/log" "$folder/actual"
	: >"$folder/said"
	mkfifo "$folder/log"
	write_log >"$folder/log" &
	writer=$!
	timeout 120 "$TAU" run -L "$plugin/one" "$examples/upgrade/upgrade.json" \
		--set log="$folder/log" --set follow=false \
		--set totals="$folder/actual" 2>>"$folder/said" &
	job=$!
	until "$TAU" ps --json 2>/dev/null | grep -q '"records": *[1-9]'; do
		kill -0 $job 2>/dev/null || break
	done
	for step; do
		case $step in
		upgrade) tau upgrade --plugin "$plugin/two/tally.so" ;;
		rollback) tau rollback count ;;
		esac
	done
	: >"$folder/enough"
	wait $job || code=$?
	wait $writer
	[ $code -eq 0 ] || {
		echo "not ok: upgrade $* ended with $code:"
		tail -n 20 "$folder/said"
		failed=1
	}
	expect upgrade "$version" && same "upgrade: totals after ${*:-no upgrade}"
}

upgrade() {
	built upgrade one/tally || return 0
	plugin=$(dirname "$TAU")/examples/upgrade
	mkdir -m 700 "$folder/runtime"
	export XDG_RUNTIME_DIR=$folder/runtime XDG_STATE_HOME=$folder/state
	upgraded 1
	upgraded 2 upgrade
	upgraded 1 upgrade rollback
	upgraded 2 upgrade rollback upgrade
}

# feeds: the first lines of the input, and the others when the program has said
# that it ticks while it waits for them.
feeds() {
	local said
	head -n 20 "$folder/input"
	read -r said <&8
	echo "$said" >"$folder/said"
	tail -n +21 "$folder/input"
}

# embed_in LOOP: skipped, and said so, where its library is missing.
embed_in() {
	local program code=0
	program=$(dirname "$TAU")/examples/embed/$1
	[ -x "$program" ] || {
		echo "skipped: embed under $1, whose library is not installed"
		return
	}
	cat "$examples/words/canal.txt" >"$folder/input"
	rm -f "$folder/ticks"
	mkfifo "$folder/ticks"
	exec 8<>"$folder/ticks"
	feeds | timeout 60 "$program" "$examples/embed/words.json" \
		>"$folder/actual" 2>&8 || code=$?
	exec 8>&-
	expect embed && same "embed: under $1"
	[ $code -eq 0 ] && [ "$(cat "$folder/said")" = 'ticks while it waits' ] && return
	echo "not ok: embed under $1 ended with $code: $(cat "$folder/said")"
	failed=1
}

embed() {
	export XDG_STATE_HOME=$folder/state
	embed_in poll
	embed_in libuv
	embed_in glib
}

[ $# -gt 0 ] || set -- weblog packages words peers ffi exec_ negotiate cutthrough connections upgrade embed
for example; do
	"$example"
done
exit $failed
