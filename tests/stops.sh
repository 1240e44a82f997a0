#!/bin/bash
# stops.sh: a stop changes nothing. Each one-liner runs three times in one
# process, by the stopper: as it is; with every operator stopped whenever it
# waits and run again; and with another instance in its place each time, which
# was given its saved state. All three must give the same result.
set -eu
export LC_ALL=C
examples=$(cd "${top_srcdir:-$(dirname "$0")/..}/examples" && pwd)
build=$(cd "${top_builddir:-$PWD}" && pwd)
folder=$(mktemp -d "${TMPDIR:-/tmp}/tau-stops-XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"
gzip -dc "$examples/weblog/access.log.gz" | head -n 8000 >log
echo 'this is no line of a log' >>log
gzip -dc "$examples/packages/Packages.gz" | head -n 3000 >packages
cp "$examples/words/canal.txt" text
stops=0
renewals=0
failed=0

# runs MODE ONE-LINER: into the files MODE and MODE.err; what file.write made
# stands behind what came out.
runs() {
	rm -f written
	timeout 100 "$build/tests/stopper" "$1" "$build/plugins" "$folder/store" \
		"$2" >"$1" 2>"$1.err" <log || {
		echo "stops: $1: $2: ended with $?"
		head -n 5 "$1.err"
		failed=1
	}
	[ ! -e written ] || cat written >>"$1"
}

same() {
	local mode counts
	runs plain "$1"
	[ -s plain ] || {
		echo "stops: nothing comes out of: $1"
		failed=1
	}
	for mode in rerun renew; do
		runs $mode "$1"
		cmp -s plain $mode || {
			echo "stops: $mode gives something else: $1"
			diff plain $mode | head -n 5
			failed=1
		}
		read -r -a counts < <(awk '/^stops / { print $2, $4 }' $mode.err) ||
			counts=(0 0)
		stops=$((stops + counts[0]))
		renewals=$((renewals + counts[1]))
	done
}

same 'file.read log ! lines ! weblog ! count /status ! sort /status ! stdout'
same 'file.read log ! lines ! weblog ! where /status >= 400 ! sum /bytes /host,/status ! top /sum 7 ! stdout'
same 'file.read log ! lines ! fields 1,9 ! where /1 prefix 4 ! count /0 ! table ! stdout'
same 'file.read log ! lines ! w:weblog ! null ; @w.bad ! json.write ! stdout'
same 'file.read log ! lines ! weblog ! json.write ! json.parse ! file.write written'
same 'file.read log ! lines ! sort order=descending ! stdout'
same 'file.read log ! lines ! take 5000 ! stdout'
same 'file.read log ! t:tee ! lines ! count ! stdout ; @t ! file.write written'
same 'file.read log ! lines ! t:tee ! where "" matches GET ! m:merge ! count ! stdout ; @t ! where "" matches POST ! @m'
same 'stdin ! lines max=100 ! stdout'
same 'file.read packages ! lines separator="\n\n" ! regex "(?s)\nInstalled-Size: (?<size>\\d+)\n.*?\nSection: (?<section>\\S+)" ! sum /size /section ! stdout'
same 'file.read text ! lines ! lines separator=" " ! regex "(?<word>[A-Za-z]+)" ! count /word ! top /count 10 ! stdout'
same 'generate 100000 ! where "" matches 7 ! sum "" ! stdout'

[ $stops -gt 500 ] && [ $renewals -gt 200 ] || {
	echo "stops: only $stops stops and $renewals renewals; the test proves little"
	failed=1
}
echo "stops: $stops stops, $renewals of them with a new instance"
exit $failed
