# shellcheck shell=bash disable=SC2034
# scenario.sh: what every scenario shares; sourced, never run. A scenario runs
# the built program as a person would, in a folder of its own, and says the
# first thing that is not as it should be.
#
#   status=0; t run -e '…' >out 2>err || status=$?      t is the program
#   expect_status 0
#   expect_text out $'0\n1\n2\n'                        exactly
#   expect_line err 'tau: 17 records left *'            one line, a glob
set -eu
# Whatever hangs, hangs for five minutes at most: the longest takes half of one
# where nothing else runs.
if [ -z "${SCENARIO_TIMED:-}" ]; then
	SCENARIO_TIMED=1 exec timeout -k 5 300 bash "$0" "$@"
fi
export LC_ALL=C
unset TAU_PLUGIN_PATH NO_COLOR XDG_RUNTIME_DIR XDG_STATE_HOME
: "${top_builddir:=$PWD}" "${TAU:=$top_builddir/tau}"
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
pty=$top_builddir/tests/pty
folder=$(mktemp -d "${TMPDIR:-/tmp}/tau-scenario-XXXXXX")
trap 'rm -rf "$folder"' EXIT
mkdir -m 700 "$folder/runtime"
export XDG_RUNTIME_DIR=$folder/runtime XDG_STATE_HOME=$folder/state
cd "$folder"
scenario=start
status=0

# build NAME [DEFINITION]...: NAME.so, a version of tests/fixtures/upgraded/steady.c.
build() {
	local name=$1
	shift
	${CC:-cc} -shared -fPIC -fvisibility=hidden -O1 "-I$tree/abi" "$@" \
		-o "$name.so" "$tree/tests/fixtures/upgraded/steady.c"
}

# kill_jobs: what was started here and still runs.
kill_jobs() {
	local job
	for job in $(jobs -p); do kill -9 "$job" || :; done 2>/dev/null
}

# processes NODE: of it, as the children of $supervisor; the oldest first.
processes() {
	local child
	for child in $(cat "/proc/$supervisor/task/$supervisor/children"); do
		case $(tr '\0' ' ' 2>&- <"/proc/$child/cmdline" || :) in
		*"node $1 ") echo "$child" ;;
		esac
	done
}

# kill_node NODE: if it is there just now.
kill_node() {
	local one
	for one in $(processes "$1"); do kill -9 "$one" 2>&- || :; done
}

# pids: "NODE PID" of all nodes of what runs, a line each.
pids() { "$TAU" ps --json | sed 's/.*"node": "\([^"]*\)".*"pid": \([0-9]*\).*/\1 \2/'; }

# read_so_far NODE: how many records it has read.
read_so_far() {
	"$TAU" ps --json | sed -n "s/.*\"node\": \"$1\".*\"records\": \([0-9]*\).*/\1/p"
}

# goes_on NODE: waits until it has read more; $running is the supervisor.
goes_on() {
	local before
	before=$(read_so_far "$1")
	until [ "$(read_so_far "$1")" != "$before" ]; do
		kill -0 "$running" || fail "it does not go on"
	done
}

# For scenarios whose peers are written in Python, with the library of
# examples/peers.
python_peers() {
	command -v python3 >/dev/null || {
		echo "${0##*/}: python3 is missing; install it" >&2
		exit 77
	}
	export PYTHONPATH=$tree/examples/peers/python PYTHONDONTWRITEBYTECODE=1
}

# A title for what follows.
scenario() { scenario=$1; }

# The reason comes last, where the end of a log is looked at.
fail() {
	for file in run.err out err; do
		[ ! -e "$file" ] || tail -n 40 "$file" | cut -c1-400 | sed "s/^/    $file: /" >&2
	done
	echo "scenario: $scenario: $1" >&2
	exit 1
}

# Runs the program; its outputs are the files out and err, its exit `status`.
# Many scenarios leave a port `bad` open, where nothing ever is bad; the warning
# of it is taken out of err but where `warnings` is set. That a run takes more
# than a second to end is said of a busy machine, and taken out always.
warnings=
t() {
	status=0
	"$TAU" "$@" >out 2>err || status=$?
	unwarned
}
unwarned() {
	local warning='; /^[^ ]*: warning: /d'
	[ -z "$warnings" ] || warning=
	sed -i "/^tau: running out; it may take /d$warning" err
}

expect_status() { [ "$status" = "$1" ] || fail "ended with $status instead of $1"; }
expect_empty() {
	[ "$1" != err ] || unwarned
	[ ! -s "$1" ] || fail "$1 is not empty"
}

expect_text() {
	printf '%s' "$2" | cmp -s - "$1" ||
		fail "$1 is not as it should be: $2 but: $(head -c 400 "$1")"
}

expect_line() {
	local line
	while IFS= read -r line || [ -n "$line" ]; do
		# shellcheck disable=SC2053
		[[ $line == $2 ]] && return
	done <"$1"
	fail "$1 has no line like: $2"
}

expect_no_line() {
	local line
	while IFS= read -r line || [ -n "$line" ]; do
		# shellcheck disable=SC2053
		[[ $line == $2 ]] && fail "$1 has a line like: $2"
	done <"$1"
	return 0
}
