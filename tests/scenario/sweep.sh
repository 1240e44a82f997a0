#!/bin/bash
# sweep.sh: upgrades whose processes are killed at each message of the protocol,
# before it is sent and when it has just arrived. What is in the node afterwards
# is the old version or the new one, never both and never none, and what came
# out is in order, nothing twice, and lacks only what was said to be lost.
# LONG=1: the whole table, else what its stars mark.
if [ -n "${LONG-}" ] && [ -z "${SCENARIO_TIMED-}" ]; then
	SCENARIO_TIMED=1 exec timeout -k 5 1800 bash "$0" "$@"
fi
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
trap '[ $BASHPID != $$ ] || { end_all; rm -rf "$folder"; }' EXIT
: "${AT_ONCE:=4}"

# Whose test died leaves its supervisor, whose nodes die with it.
end_all() {
	local file
	for file in */supervisor; do
		[ ! -e "$file" ] || kill -9 "$(cat "$file")" 2>&- || :
	done
	wait
}

build old -DNUMBER=1 '-DSAVE=hold("save-in");'
build new -DNUMBER=2 '-DCREATE=hold("create-in");' \
	'-DRESTORE=hold("restore-in");' '-DSELFTEST=hold("selftest-in");' \
	'-DRUN=static int ran; if (!ran++) hold("run-in");'
build bad -DNUMBER=2 '-DRESTORE=return tau_fail(op, -5, "not today");'
build mute -DNUMBER=1 '-DSAVE=return tau_fail(op, -5, "not today");'
${CC:-cc} -shared -fPIC -O1 -Wall -Wextra -Werror "-I$tree" -o held.so \
	"$tree/tests/held.c"

# Lines "COUNT VERSION N": N grows; what it leaves out is missing. The count
# grows by one and by what was counted and is missing, but where its state was
# lost. A second such node puts its own in front: of both all is to be there.
cat >ledger.awk <<'AWK'
function wrong(what) { if (!bad) print "line " NR " " what ": " $0; bad = 1 }
{ n = $NF }
n + 0 <= last { wrong("comes again") }
{ missing += n - last - 1; gap = n - last; last = n }
$1 + 0 <= count { again++; gap = $1 }
$1 > count + gap && gap != $1 { wrong("counts more than came") }
{ count = $1 }
NF == 5 && ($1 != $3 || $1 != n) { wrong("is not all that came") }
NF == 5 { $2 = $4 "+" $2 }
$2 != version { version = $2; versions = versions " " version }
END { if (!bad) print "missing " missing + 0 ", again " again + 0 ", versions" versions }
AWK

# start NAME PLUGIN [POLICY] [KEYS] [SECOND]: runs it in a folder of its own;
# the neighbour's policy is POLICY, the node with state, which may be held for
# long, has a watchdog with these KEYS, and behind it is a SECOND one. Its ledger
# is in the file ledger when it has ended.
start() {
	local second=
	[ -z "${5-}" ] || second='"c": {"operators": {"second": {"type": "steady.steady"}}},'
	name=$1
	nodes="first near b ${5:+c} far last"
	scenario=$1
	mkdir "$1"
	cd "$1"
	cat >up.json <<-JSON
	{"tau": 1, "name": "$1", "plugins": {"steady": {"path": "../$2.so"}},
	 "defaults": {"node": {"restart": {"on": "failure", "backoff": ["1ms", "2ms"]}}},
	 "nodes": {
	  "first": {"operators": {"numbers": {"type": "generate"}}},
	  "near": {"restart": {"on": "${3:-failure}"}, "operators": {"near": {"type": "lines"}}},
	  "b": {"watchdog": {"warn": "0s", "report": "0s", "kill": "0s"${4-}}, "operators": {"steady": {"type": "steady.steady"}}}, $second
	  "far": {"operators": {"far": {"type": "merge"}}},
	  "last": {"operators": {"out": {"type": "stdout"}}}},
	 "streams": ["numbers -> near -> steady -> ${5:+second ->} far -> out"]}
	JSON
	mkfifo pipe
	awk -f ../ledger.awk <pipe >ledger &
	ledger=$!
	LD_PRELOAD="${LD_PRELOAD:+$LD_PRELOAD:}$folder/held.so" HELD=$PWD \
		"$TAU" run up.json >pipe 2>run.err &
	supervisor=$!
	echo $supervisor >supervisor
	until [ "0$(read_so_far)" -gt 0 ]; do
		kill -0 $supervisor 2>&- || fail "it ended: $(cat run.err)"
	done
}

read_so_far() {
	"$TAU" ps --json --topology "$name" 2>&- |
		sed -n 's/.*"node": "last".*"records": \([0-9]*\).*/\1/p'
}

# By more than is under way between nodes.
goes_on() {
	local before
	before=$(read_so_far)
	until [ "0$(read_so_far)" -gt $((before + 5000)) ]; do
		kill -0 $supervisor 2>&- || fail "it does not go on: $(cat run.err)"
	done
}

# One process of each node, and none besides.
expect_one_of_each() {
	local node
	for node in $nodes; do
		[ "$(processes $node | wc -l)" = 1 ] ||
			fail "$(processes $node | wc -l) processes of $node: $("$TAU" ps --topology "$name")"
	done
	[ "$(wc -w <"/proc/$supervisor/task/$supervisor/children")" = $(wc -w <<<"$nodes") ] ||
		fail "there are others: $(cat "/proc/$supervisor/task/$supervisor/children")"
}

# begin PLACE PLUGIN [OPTION]...: an upgrade that is held in that place.
begin() {
	local place=$1 plugin=$2
	shift 2
	mkfifo "$place.at" "$place.go"
	LD_PRELOAD="${LD_PRELOAD:+$LD_PRELOAD:}$folder/held.so" HELD=$PWD \
		"$TAU" upgrade --topology "$name" --plugin "../$plugin.so" \
		--freeze-timeout 1m "$@" >out 2>err &
	upgrade=$!
	read -r _ <"$place.at" || :
	rm -f "$place.at"
}

# until_dead PROCESS: though its parent may be held and not reap it.
until_dead() {
	local state
	while read -r _ _ state _ <"/proc/$1/stat" && [ "$state" != Z ]; do :; done 2>/dev/null
}

# kill_one WHO: it is dead.
kill_one() {
	local victim
	case $1 in
	old) victim=$(processes b | head -n 1) ;;
	new) # one that did not restore may have ended
		case $place in
		refused-* | thaw-*) victim=$(processes b | sed -n 2p) ;;
		*) victim=$(processes b | tail -n 1) ;;
		esac
		;;
	client) victim=$upgrade ;;
	*) victim=$(processes "$1") ;;
	esac
	[ -n "$victim" ] || return 0
	kill -9 $victim 2>/dev/null || return 0
	until_dead $victim
}

# Until what was begun without a client has an end.
until_history() {
	until "$TAU" history --topology $name 2>&1 | grep -q '  b  '; do
		kill -0 $supervisor 2>&- || fail "it ended: $(cat run.err)"
	done
}

# let_go PLACE VICTIM-OUTCOME: unless who is held there is dead.
let_go() {
	exec {go}<>"$1.go"
	echo >&$go
	status=0
	{ wait $upgrade; } 2>/dev/null || status=$?
	case $2 in client-nothing) ;; client-*) until_history ;; esac # it goes on alone
	exec {go}>&-
}

# Stops it; its ledger is whole then.
finish() {
	"$TAU" stop --topology "$name" >/dev/null 2>&1 || :
	wait $supervisor || fail "it ended with $?: $(cat run.err)"
	wait $ledger
}

# How many records were said to be lost.
said() {
	sed -n -E 's/^tau: ([0-9]+) records? of .* lost with .*/\1/p' run.err |
		awk '{ sum += $1 } END { print sum + 0 }'
}

# one MESSAGE WHEN PLUGINS VICTIM OUTCOME: an upgrade in which the victim is
# killed there. How it is to end:
#
#            exit  what comes out
#   stays      1   of the old version alone; nothing is lost
#   takes      0   of the old version, then of the new one; nothing is lost
#   crashes    1   of the old version, which began anew: as any crash
#   returns    1   of the old version again, from what it had handed over
#   undone     0   likewise: the new version had already been said to run
#   nothing    -   as if the upgrade had never been asked for
#   takes~, stays~ likewise, and lacks what the neighbour had
#   A/B        either: who is held is not who goes on meanwhile
one() {
	local place=$1-$2 outcome=$5 old=old new=new second= option=() of=1 to=' 2' ends
	case $3 in bad) new=bad ;; mute) old=mute ;; pair) second=c of=1+1 to='?( 1+2) 2+2' ;; esac
	case $outcome in returns) option=(--wait) ;; esac
	start "$1-$2-$3-$4" $old failure '' $second
	begin $place $new "${option[@]}"
	kill_one $4
	let_go $place $4-$5
	case $status-$5 in
	0-*/*) outcome=${5%/*} ;;
	*/*) outcome=${5#*/} ;;
	esac
	case $4-$outcome in
	client-*) expect_status 137 ;;
	*-takes* | *-undone) expect_status 0 ;;
	*) expect_status 1 && expect_no_line out '*b runs*' ;;
	esac
	goes_on
	expect_one_of_each
	finish
	case $outcome in
	stays | nothing) ends="missing 0, again 0, versions $of" ;;
	takes) ends="missing 0, again 0, versions $of$to" ;;
	crashes) ends="missing $(said), again 1, versions $of" ;;
	returns | undone) ends="missing $(said), again [01], versions $of?($to $of)" ;;
	stays~) ends="missing $(said), again 0, versions $of" ;;
	takes~) ends="missing $(said), again 0, versions $of$to" ;;
	*) fail "what is $outcome?" ;;
	esac
	expect_line ledger "$ends"
	case $4-$outcome-$place in
	old-takes-fence-* | old-takes-restored-after) ;; # behind the commit
	old-takes-*) expect_line run.err 'tau: b: died after it had handed over; its standby follows it' ;;
	esac
}

# Who is killed, and how it ends. PLUGINS: good, a version that does not
# restore (bad), one that runs and does not save (mute), two nodes at once (pair;
# c-MESSAGE is of the second, and the victims are the first's). Nobody is there,
# or there is nothing to promise (-). A star: also without LONG.
cat >table <<'TABLE'
request    before good  -         -               takes~   takes~   nothing
request    after  good  crashes   -               takes~   takes~   takes
line       before good  crashes   stays           takes~   takes~   takes
line       after  good  -         -               takes~   takes~   takes
plan       before good  crashes   stays           takes~   takes~   takes
plan       after  good  crashes   stays*          takes~   takes~   takes
create     in     good  crashes   stays           takes~   takes~   takes
ready      before good  crashes   stays           takes~   takes~   takes
ready      after  good  crashes   stays           takes~   takes~   takes
freeze     before good  crashes   stays           takes~   takes~   takes
freeze     after  good  crashes   stays           takes~   takes~   takes
save       in     good  crashes   stays           takes~   takes~   takes
fds-up     before good  crashes   stays           takes~   takes~   takes
fds-up     after  good  takes/crashes  stays           takes~   takes~   takes
frozen     before good  crashes*  stays           takes~   takes~   takes
frozen     after  good  takes*    stays           takes~   takes~*  takes
fds-down   before good  takes     stays           takes~   takes~   takes
fds-down   after  good  takes     stays           takes~   takes~   takes
restore    before good  takes     stays           takes~   takes~   takes
restore    after  good  takes     stays*          takes~   takes~   takes
restore    in     good  takes     stays           takes~   takes~   takes
selftest   in     good  takes     stays           takes~   takes~   takes
restored   before good  takes     stays           takes~   takes~   takes*
restored   after  good  takes     stays*          takes~   takes~   takes
fence      before good  takes     stays*          takes~   takes~   takes
fence      after  good  -         stays*          takes~   takes~*  takes
run        before good  -         returns*        takes~   takes~   takes
run        after  good  -         returns         takes~*  takes~   takes
run        in     good  -         undone/returns  takes~   takes~   -
ask        before good  -         returns         takes~   takes~   takes
ask        after  good  -         returns         takes~   takes~   takes
progress   before good  -         returns         takes~   takes~   takes
progress   after  good  -         undone*         takes~   takes~   takes
result     before good  -         undone          takes~   takes~   takes
result     after  good  -         undone          takes~   takes~   takes
refused    before bad   stays*    stays           stays~   stays~   stays
refused    after  bad   crashes   stays           stays~   stays~   stays
thaw       before bad   crashes   stays           stays~*  stays~   stays
thaw       after  bad   crashes   stays           stays~   stays~   -
refused    before mute  crashes   stays           stays~   stays~   stays
refused    after  mute  crashes*  stays           stays~   stays~   stays
thaw       before mute  crashes   stays           stays~   stays~   stays
thaw       after  mute  crashes   stays           stays~   stays~   -
c-ready    before pair  -         stays           -        -        takes
c-freeze   after  pair  -         stays           -        -        takes
c-frozen   before pair  takes*    stays           -        -        takes
c-restore  after  pair  takes     stays           -        -        takes
c-restored before pair  takes     stays*          -        -        takes
c-run      after  pair  -         -               -        -        takes
TABLE

count=0 failed=
while read -r message when plugins old new near far client; do
	for victim in old new near far client; do
		outcome=${!victim}
		case $outcome in
		-) continue ;;
		*'*') outcome=${outcome%?} ;;
		*) [ -n "${LONG-}" ] || continue ;;
		esac
		[[ "$message-$when-$plugins-$victim" == ${ONLY:-*} ]] || continue
		if [ $((count++)) -ge $AT_ONCE ]; then
			wait -n || failed="$failed x"
		fi
		(one $message $when $plugins $victim $outcome) &
	done
done <table
while [ $((count--)) -gt 0 ]; do wait -n || { [ $? = 127 ] || failed="$failed x"; }; done
[ -z "$failed" ] || exit 1

# The supervisor takes all nodes with it, standbys too, wherever they are held.
(
	start supervisor old
	begin restored-before new
	nodes=$(cat "/proc/$supervisor/task/$supervisor/children")
	[ "$(wc -w <<<"$nodes")" = 6 ] || fail "nodes and a standby are $nodes"
	kill -9 $supervisor
	{ wait $supervisor; } 2>/dev/null || :
	for node in $nodes; do until_dead $node; done
	status=0
	{ wait $upgrade; } 2>/dev/null || status=$?
	expect_status 74
	expect_line err 'tau: supervisor: it has ended before *'
)
