#!/bin/bash
# faults.sh: each system call of a whole run fails in turn, from finding the
# plugins to the last write. The run gives its result, or ends with a sentence;
# it never crashes, hangs, or gives another result without a word.
set -eu
if [ -z "${FAULTS_TIMED:-}" ]; then
	FAULTS_TIMED=1 exec timeout -k 5 "${LONG:+30}500" bash "$0" "$@"
fi
export LC_ALL=C
unset TAU_PLUGIN_PATH
folder=$(mktemp -d "${TMPDIR:-/tmp}/tau-faults-XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"
seq 30 >numbers
line='file.read numbers ! lines ! take 20 ! stdout'

run() {
	status=0
	timeout 20 "$top_builddir/tests/stopper" "$1" "$top_builddir/plugins" \
		"$folder/store" "$line" >out 2>err || status=$?
}

# What must not be: a crash, a hang, silence, or another result.
judge() {
	local what=
	case $status in
	0) cmp -s out plain || what='gives another result and says nothing' ;;
	1) grep -q '^stopper: .*: .\{8\}' err || what='ends without a sentence' ;;
	*) what="ends with $status" ;;
	esac
	[ -z "$what" ] || {
		echo "faults: call $nth failing with $code: $what" >&2
		cat err >&2
		exit 1
	}
}

# sweep LINES STEP: the one-liner gives so many lines; every STEPth call fails.
sweep() {
	rm -rf store
	run plain
	mv out plain
	[ "$(wc -l <plain)" -eq "$1" ] || { echo 'faults: nothing comes out' >&2; exit 1; }
	# ENOMEM, EMFILE, EINTR, EIO; EAGAIN is no answer of a file.
	for code in 12 24 4 5; do
		nth=1
		while :; do
			rm -rf store
			run "fail:$nth:$code"
			judge
			grep -q '^struck$' err || break
			tried=$((tried + 1))
			nth=$((nth + ${step:-$2}))
		done
	done
}
step=${LONG:+1}
tried=0
sweep 20 11
line='file.read numbers ! lines ! exec cat ! stdout'
sweep 30 97
[ $tried -ge 50 ] || { echo "faults: only $tried calls failed; that proves little" >&2; exit 1; }
echo "faults: $tried calls failed"
