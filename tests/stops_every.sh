#!/bin/bash
# stops_every.sh: stops every standard operator at every wait, runs it again,
# makes another of its saved state, alone and with its whole node, and shows it a
# host of a later minor; what comes out must not change. A state that is cut
# short must be refused. Streams of the default size, and of one record and
# three.
set -eu
if [ -z "${STOPS_TIMED:-}" ]; then
	STOPS_TIMED=1 exec timeout -k 5 400 bash "$0" "$@"
fi
export LC_ALL=C
unset TAU_PLUGIN_PATH
folder=$(mktemp -d "${TMPDIR:-/tmp}/tau-stops-XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir -m 700 store && mkdir -p walked/inside

awk 'BEGIN { for (i = 0; i < 120; i++) printf "10.0.0.%d - u%d [10/Oct/2000:13:55:%02d -0700] \"GET /p%d?q=%d HTTP/1.1\" %d %d \"-\" \"agent %d\"\n",
	i % 7, i % 3, i % 60, i % 11, i, i % 5 ? 200 : 500 + i % 4, i * 37 % 1000, i % 4; print "not a line of a log" }' >log
awk 'BEGIN { for (i = 0; i < 120; i++) printf "{\"kind\":\"k%d\",\"n\":%d,\"text\":\"line %d\"}\n", i % 5, i * 53 % 101, i; print "{broken" }' >json
cut -d' ' -f7 log >words
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do cat log; done >blocks

# How the result is compared (as it is, or sorted: who comes first is no
# promise), what is put on standard input, and the one-liner.
cases() {
	cat <<'EOF'
exact  blocks stdin ! stdout
exact  log   file.read blocks ! stdout
exact  log   file.read log ! lines ! stdout
exact  log   file.read log ! lines " " 64KiB ! stdout
exact  log   file.read log follow=true ! lines ! take 100 ! stdout
exact  log   generate 200 ! stdout
exact  log   generate 200 ! take 77 ! stdout
exact  log   generate 200 ! t:tee ! stdout ; @t ! null
sorted log   generate 200 ! d:deal ! m:merge ! stdout ; @d ! @m ; @d ! @m
sorted log   generate 150 ! m:merge ! stdout ; generate 100 ! @m ; stdin ! lines ! @m
exact  log   generate 200 ! i:iota ! stdout ; @i.edges ! null
exact  blocks stdin ! m:mux ! d:demux ! stdout
sorted log   generate 150 ! m:mux ! take 100000 ! d:demux ! stdout ; generate 100 ! @m ; @d ! file.write copy
exact  log   stdin ! lines ! fields 1 7 ! stdout
exact  log   stdin ! lines ! weblog ! json.write ! stdout
exact  log   stdin ! lines ! weblog ! where /status >= 500 ! stdout
exact  log   stdin ! lines ! w:weblog ! null ; @w.bad ! stdout
exact  log   stdin ! lines ! regex '^(?<host>[^ ]+).*" (?<status>[0-9]+)' ! stdout
exact  log   stdin ! lines ! weblog ! count /status ! stdout
exact  log   stdin ! lines ! where "" = nothing ! count ! stdout
exact  log   stdin ! lines ! weblog ! sum /bytes /host ! stdout
exact  log   stdin ! lines ! weblog ! count /path ! top /count 3 ! stdout
exact  log   stdin ! lines ! weblog ! sort /bytes descending ! table ! stdout
exact  json  stdin ! lines ! json.parse ! sort /n ! json.write ! stdout
exact  json  stdin ! lines ! j:json.parse ! null ; @j.bad ! stdout
exact  words stdin ! lines ! t:tee ! count "" ! stdout ; @t ! file.write copy
exact  words stdin ! lines ! ffi libc.so.6 "size strlen(string in)" ! stdout
exact  words stdin ! lines ! f:ffi libc.so.6 "int ftw(string in, event int entry(string path) = 0, int = 8) errno if -1" {"value":"walked"} ! null ; @f.events ! stdout
exact  blocks stdin ! lines ! exec cat ! stdout
exact  json  stdin ! lines ! e:exec cat output=json ! json.write ! stdout ; @e.bad ! file.write copy
exact  log   stdin ! exec cat frames frames ! stdout
exact  words e:exec seq,3000 ! null ; @e.control ! stdout
exact  words stdin ! lines ! exec sort ! stdout
exact  log   tcp.accept 0 ! take 3 ! null
exact  log   tcp.listen 0 ! lines ! take 121 ! stdout
sorted log   l:tcp.listen 0 ! lines ! take 121 ! stdout ; @l.bad ! null
EOF
}

# speak PORT: what others say to those who listen there; what they hear is part
# of the result.
speak() {
	local part
	case $how:$line in
	*tcp.accept*)
		for part in 1 2 3; do
			cat <"/dev/tcp/127.0.0.1/$1"
			echo "connection $part was closed" >>copy
		done
		;;
	sorted:*)
		split -n l/3 "$input" part.
		for part in part.*; do
			cat "$part" >"/dev/tcp/127.0.0.1/$1" &
		done
		wait
		;;
	*) cat "$input" >"/dev/tcp/127.0.0.1/$1" ;;
	esac
}

# stopper MODE LINE RECORDS: its result in out, what it says in err.
stopper() {
	local said pid
	set -- "$top_builddir/tests/stopper" "$1" "$top_builddir/plugins" \
		"$folder/store" "$2" $3
	case $line in *tcp.*) ;; *)
		"$@" <"$input" >out 2>err
		return
		;;
	esac
	rm -f said && mkfifo said
	"$@" </dev/null >out 2>said &
	pid=$!
	while read -r said; do
		case $said in
		*'listening on '*) speak "${said##*:}" & ;;
		*) printf '%s\n' "$said" ;;
		esac
	done <said >err
	wait $pid || return
	wait
}

one() {
	mode=$1 input=$2 line=$3 records=$4
	rm -f copy
	stopper "$mode" "$line" "$records" || {
		echo "stops_every: $mode${records:+, streams of $records}: $line" >&2
		cat err >&2
		exit 1
	}
	if [ -e copy ]; then cat copy >>out; fi
	[ "$how" = exact ] || sort -o out out
}

cases >list
stops=0
while read -r how input line; do
	one plain "$input" "$line" ''
	mv out plain
	[ -s plain ] || { echo "stops_every: nothing comes out of: $line" >&2; exit 1; }
	before=$stops
	for mode in rerun renew handover damage future; do
		for records in '' 1 3; do
			one "$mode" "$input" "$line" "$records"
			cmp -s plain out || {
				echo "stops_every: $mode${records:+, streams of $records} changes the result of: $line" >&2
				diff plain out | head -10 >&2
				exit 1
			}
			here=$(sed -n 's/^stops \([0-9]*\) .*/\1/p' err)
			stops=$((stops + here))
		done
	done
	[ $stops -gt "$before" ] || {
		echo "stops_every: nobody was ever stopped in: $line" >&2
		exit 1
	}
done <list

"$TAU" ls | awk '{ print $1 }' | grep -v '^TYPE$' >types
while read -r type; do
	grep -qE "(^|[ :])${type//./\\.}( |\$)" list || {
		echo "stops_every: no case has the operator $type" >&2
		exit 1
	}
done <types
echo "stops_every: $(wc -l <list) cases, $(wc -l <types) operators, $stops stops"
