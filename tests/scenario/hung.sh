#!/bin/bash
# hung.sh: upgrades to versions that hang, from one that does not stand still, and
# beside a neighbour that dies for good. What is in the node afterwards is the
# old version, and what came out is all there is, in order and once.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
trap 'stop_all; rm -rf "$folder"' EXIT
supervisors=
stop_all() {
	local one
	for one in $supervisors; do kill -9 "$one" 2>&- || :; done
}

# manifest NAME PLUGIN [POLICY] [KEYS]: the neighbour's policy is POLICY, and the
# node with state has these KEYS.
manifest() {
	cat >"$1.json" <<-JSON
	{"tau": 1, "name": "$1", "plugins": {"steady": {"path": "$2.so"}},
	 "defaults": {"node": {"restart": {"on": "failure", "backoff": ["1ms", "2ms"]}}},
	 "nodes": {
	  "first": {"operators": {"numbers": {"type": "generate"}}},
	  "near": {"restart": {"on": "${3:-failure}"}, "operators": {"near": {"type": "lines"}}},
	  "b": {${4-}"operators": {"steady": {"type": "steady.steady"}}},
	  "last": {"operators": {"out": {"type": "stdout"}}}},
	 "streams": ["numbers -> near -> steady -> out"]}
	JSON
}

# Lines "COUNT VERSION N": N grows; what it leaves out is missing. The count
# grows by one and by what was counted and is missing, but where its state was
# lost.
cat >ledger.awk <<'AWK'
function wrong(what) { if (!bad) print "line " NR " " what ": " $0; bad = 1 }
$3 + 0 <= last { wrong("comes again") }
{ missing += $3 - last - 1; gap = $3 - last; last = $3 }
$1 + 0 <= count { again++; gap = $1 }
$1 > count + gap && gap != $1 { wrong("counts more than came") }
{ count = $1 }
$2 != version { version = $2; versions = versions " " version }
END { if (!bad) print "missing " missing + 0 ", again " again + 0 ", versions" versions }
AWK

# start NAME: runs it; its ledger is in NAME.ledger when it has ended.
start() {
	mkfifo "$1.pipe"
	awk -f ledger.awk <"$1.pipe" >"$1.ledger" &
	ledger=$!
	"$TAU" run "$1.json" >"$1.pipe" 2>"$1.err" &
	supervisor=$!
	supervisors="$supervisors $supervisor"
	until "$TAU" ps --json --topology "$1" 2>/dev/null |
		grep -q '"node": "last".*"records": [1-9]'; do
		kill -0 $supervisor 2>/dev/null || fail "$1 ended: $(cat "$1.err")"
	done
}

read_so_far() {
	"$TAU" ps --json --topology "$1" |
		sed -n 's/.*"node": "last".*"records": \([0-9]*\).*/\1/p'
}

# By more than is under way between nodes.
goes_on() {
	local before
	before=$(read_so_far "$1")
	until [ "$(read_so_far "$1")" -gt $((before + 5000)) ]; do
		kill -0 $supervisor 2>&- ||
			fail "$1 does not go on: $(cat "$1.err")"
	done
}

# begin NAME STEP [OPTION]: an upgrade that is held in that step.
begin() {
	rm -f $2.at $2.go
	mkfifo $2.at $2.go
	"$TAU" upgrade --topology "$1" --plugin new.so --freeze-timeout 1m \
		${3-} >out 2>err &
	upgrade=$!
	read -r _ <$2.at || :
	rm $2.at
}

# let_go STEP: unless who is held there is dead, and with it the upgrade over.
let_go() {
	exec {go}<>"$1.go"
	echo >&$go
	status=0
	wait $upgrade || status=$?
	exec {go}>&-
}

build old -DNUMBER=1
build new -DNUMBER=2 "-DRESTORE=hold(\"$folder/restore\");"

scenario "a neighbour that is not to be restarted ends the topology"
manifest never old never
start never
begin never restore
victim=$(processes near)
kill -9 $victim
while kill -0 $victim 2>&-; do :; done
let_go restore
expect_status 1
status=0
wait $supervisor || status=$?
expect_status 1
wait $ledger
expect_line never.ledger 'missing 0, again 0, versions 1'
expect_line never.err 'tau: b: the link to near: near has gone: crashed *'

# hung NAME STATUS SENTENCE: how an upgrade to a version that hangs has ended.
hung() {
	local name=$1
	scenario "a version that hangs in $name"
	supervisor=${running[$name]}
	status=0
	wait ${upgrades[$name]} || status=$?
	cp $name.answer err
	expect_status 1
	expect_line err "$2"
	goes_on $name
	[ "$(processes b)" = "${before[$name]}" ] || fail "b was replaced"
	t stop --topology $name
	wait $supervisor || fail "it ended with $?: $(cat $name.err)"
	wait ${ledgers[$name]}
	expect_line $name.ledger 'missing 0, again 0, versions 1'
}

# All at once: three of these deadlines are ten seconds.
declare -A running upgrades before ledgers
mkfifo never.at never.go
build create -DNUMBER=2 -DCREATE=HANG
cp create.so prepare.so # hangs likewise, and has all the time it wants
build restore -DNUMBER=2 "-DRESTORE=open(\"$folder/never.go\", O_RDONLY);"
build selftest -DNUMBER=2 -DSELFTEST=HANG
for one in create prepare restore selftest; do
	case $one in
	create) keys='"watchdog": {"start": "5s"}, ' ;;
	prepare) keys='"watchdog": {"start": "0s"}, ' ;;
	*) keys= ;;
	esac
	scenario "a version that hangs in $one"
	manifest $one old failure "$keys"
	start $one
	running[$one]=$supervisor ledgers[$one]=$ledger
	before[$one]=$(processes b)
	"$TAU" upgrade --topology $one --plugin $one.so --freeze-timeout 1m \
		>$one.out 2>$one.answer &
	upgrades[$one]=$!
done
hung create 'tau: create: b: the new version was killed: it was not ready within 5 s (watchdog.start), and was in steady'
hung prepare 'tau: prepare: b: the new version is not ready within 10 s, and is in steady'
hung restore 'tau: restore: b: the new version did not restore its state within 10 s, and is in steady'
hung selftest 'tau: selftest: b: the new version did not restore its state within 10 s, and is in steady'

scenario "a running version that does not stand still in time"
build stuck -DNUMBER=1 "-DRUN=hold(\"$folder/stuck\");"
manifest late stuck
start late
mkfifo stuck.go stuck.at
read -r _ <stuck.at || :
rm stuck.at
t upgrade --topology late --plugin new.so --freeze-timeout 1ms
expect_status 1
expect_line err 'tau: late: b: the running version did not stand still within 0.001 s, and is in steady'
exec {go}<>stuck.go
echo >&$go
goes_on late
exec {go}>&-
t upgrade --topology late --plugin new.so --freeze-timeout 1m
expect_status 0
goes_on late
t stop --topology late
wait $supervisor || fail "it ended with $?"
wait $ledger
expect_line late.ledger 'missing 0, again 0, versions 1 2'
