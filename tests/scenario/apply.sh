#!/bin/bash
# What runs becomes another topology without being stopped: changes that work
# and changes that fail in each node in turn, with a ledger at the sink.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
running=
trap '[ -z "$running" ] || kill -9 $running 2>/dev/null; rm -rf "$folder"' EXIT

# "N V N V N V N": each N once, in order.
cat >ledger.awk <<'AWK'
$1 != NR || $3 != NR || $5 != NR || $7 != NR {
	print "wrong line " NR ": " $0; bad = 1; exit
}
END { if (!bad) print (NR > 0 ? "in order" : "nothing") }
AWK

# manifest NAME PLUGIN [KEYS]: three nodes with a steady each, and a sink.
manifest() {
	cat >"$1.json" <<-END
	{"tau": 1, "name": "up", "plugins": {"steady": {"path": "$2"}},
	 "nodes": {
	  "source": {"operators": {"numbers": {"type": "generate"}}},
	  "first": {"operators": {"one": {"type": "steady.steady"}}},
	  "second": {"operators": {"two": {"type": "steady.steady"}}},
	  "third": {${3:-}"operators": {"three": {"type": "steady.steady"}}},
	  "sink": {"operators": {"out": {"type": "stdout"}}}},
	 "streams": ["numbers -> one -> two -> three -> out"]}
	END
}

# until_reads NODE: until a node has read something.
until_reads() {
	until "$TAU" ps --json 2>/dev/null |
		grep -q "\"node\": \"$1\".*\"records\": [1-9]"; do
		kill -0 $running 2>/dev/null || fail "it ended: $(cat run.err)"
	done
}

build one -DNUMBER=1
build two -DNUMBER=2
manifest now one.so
manifest new two.so

scenario "nothing runs"
t apply new.json
expect_status 69
expect_empty out

scenario "what does not change is left alone"
mkfifo pipe
awk -f ledger.awk <pipe >ledger &
ledger=$!
"$TAU" run now.json >pipe 2>run.err &
running=$!
until_reads sink
pids >before
t apply now.json
expect_status 0
expect_text out $'nothing to change\n'
expect_empty err
pids >after
cmp -s before after || fail "a process was replaced"

scenario "three nodes at once"
t apply new.json
expect_status 0
expect_line out '~ second  upgraded*'
expect_line out '*plugin steady 1.0.0 → 2.0.0, *'
expect_line out 'Of 5 nodes 3 are upgraded and 2 are kept.'
expect_line out 'third runs steady 2.0.0 (????????); pause * ms, * bytes handed over'
expect_line out '  one * 0  *0'
expect_line err 'tau: up: committed: the new ones run'
pids >after
[ "$(comm -12 <(sort before) <(sort after) | cut -d' ' -f1 | tr '\n' ' ')" = "sink source " ] ||
	fail "others were replaced than should be"
goes_on sink
t plan new.json
expect_status 0
t history
expect_line out '*  third  applied  steady 2.0.0 (????????)'
t logs third
expect_line out '* third: applied; runs steady 2.0.0 (????????); pause * ms'

scenario "each step of each node fails in turn, and all stays as it was"
pids >before
for node in first second third; do
	here="{char line[200] = {0}; FILE *file = fopen(\"/proc/self/cmdline\", \"r\");"
	here="$here if (file) {(void)!fread(line, 1, sizeof line - 1, file); fclose(file);}"
	here="$here for (int i = 0; i < 190; i++) if (!strcmp(line + i, \"$node\"))"
	here="$here return tau_fail(op, -5, \"not today\");}"
	for step in CREATE RESTORE SELFTEST; do
		build bad -DNUMBER=1 "-D$step=$here"
		manifest bad bad.so
		t apply bad.json
		expect_status 1
		expect_line err "tau: up: $node: the new version says: * (steady): not today*"
		pids >after
		cmp -s before after || fail "$step in $node changed a process"
		goes_on sink
	done
done
t plan new.json
expect_status 0

scenario "a deadline that is too short leaves all as it was"
first=$(sed -n 's/^first //p' before)
kill -STOP "$first"
t apply --freeze-timeout 1ns now.json
kill -CONT "$first"
expect_status 1
expect_line err 'tau: up: first: the running version did not stand still within 1ns*'
goes_on sink
pids >after
cmp -s before after || fail "a process was replaced"

scenario "what is not valid, or cannot be reached"
printf '{' >wrong.json
t apply wrong.json
expect_status 78
sed 's/"name": "up"/"name": "down"/' now.json >wrong.json
t apply wrong.json
expect_status 78
expect_line err 'tau: up: it is called down, and what runs is called up; *'

scenario "a node gets another name: its operators move, with what they know"
sed 's/"third": {"operators": {"three"/"last": {"operators": {"three"/' new.json >renamed.json
t apply renamed.json
expect_status 0
expect_line out '- third  removed'
expect_line out 'last runs, and is new'
expect_line out 'third is gone'
expect_line out '  two * 0  *0'
pids | grep -q '^last [1-9]' || fail "the new one does not run"
! pids | grep -q '^third' || fail "the old one is still there"
goes_on sink
t plan renamed.json
expect_status 0

scenario "from standard input, back to what it was"
status=0
"$TAU" apply - <now.json >out 2>err || status=$?
expect_status 0
goes_on sink
t plan now.json
expect_status 0

scenario "a second one meanwhile is refused, and harms the first one not"
build slow -DNUMBER=2 "-DCREATE={extern int access(const char *, int), usleep(unsigned);\
 while (access(\"$folder/go\", 0)) usleep(1000);}"
manifest slow slow.so
: >slow.err
"$TAU" apply slow.json >slow.out 2>slow.err &
slow=$!
until grep -q preparing slow.err; do
	kill -0 $slow || fail "the first one ended: $(cat slow.err)"
done
t apply new.json
expect_status 1
expect_line err 'tau: up: another upgrade is under way; try again when it has ended'
touch go
wait $slow || fail "the first one failed: $(cat slow.err)"
t plan slow.json
expect_status 0

scenario "what is added goes on, also when it is upgraded and taken back"
sed -e 's/"operators": {"two"/"operators": {"more": {"type": "take", "params": {"n": 1000000000}}, "two"/' \
	-e 's/one -> two/one -> more -> two/' now.json >more.json
t apply more.json
expect_status 0
expect_line out '├─ + more  take n=1000000000'
expect_line out 'second runs steady * (????????), tau-flow * (????????); pause *'
goes_on sink
t plan more.json
expect_status 0
t upgrade second --plugin two.so
expect_status 0
t plan more.json
expect_status 1
expect_line out 'Of 5 nodes 1 is upgraded and 4 are kept.'
t rollback second
expect_status 0
t plan more.json
expect_status 0

scenario "a setting of the supervisor touches no process"
pids >before
sed 's/"third": {/"third": {"restart": {"on": "failure"}, /' more.json >set.json
t apply set.json
expect_status 0
expect_no_line out '* is upgraded*'
pids >after
cmp -s before after || fail "a process was replaced"
t plan set.json
expect_status 0

scenario "all of that has lost nothing, and given nothing twice"
t stop
expect_status 0
wait $running || fail "it ended with $?"
running=
wait $ledger || true
expect_text ledger $'in order\n'

scenario "what is removed is dropped; a node that may be restarted now, is"
manifest now one.so
"$TAU" run now.json >/dev/null 2>run.err &
running=$!
until_reads sink
t apply more.json
expect_status 0
t apply now.json
expect_status 0
expect_line out '├─ - more  take: it ends, and its state is dropped'
goes_on sink
manifest now one.so '"restart": {"on": "failure"}, '
t apply now.json
expect_status 0
pids >before
kill -9 "$(sed -n 's/^third //p' before)"
until pids >after && grep -q '^third [1-9]' after && ! cmp -s before after; do
	kill -0 $running 2>/dev/null || fail "it ended: $(cat run.err)"
done
t stop --now
wait $running || true
running=

scenario "one of a hundred operators changes: one node is touched"
chain() {
	printf '{"tau": 1, "name": "chain", "nodes": {'
	for node in 0 1 2 3 4 5 6 7 8 9; do
		printf '"n%d": {"operators": {' $node
		for one in 0 1 2 3 4 5 6 7 8 9; do
			case $node$one in
			00) printf '"o00": {"type": "generate"}' ;;
			99) printf ', "o99": {"type": "null"}' ;;
			*) [ $one = 0 ] || printf ', '
				n=1000000000000
				[ "$node$one" != "$1" ] || n=$((n + 1))
				printf '"o%d%d": {"type": "take", "params": {"n": %d}}' $node $one $n ;;
			esac
		done
		[ $node = 9 ] && printf '}}' || printf '}}, '
	done
	printf '}, "streams": ["o00'
	for one in $(seq 1 99); do printf ' -> o%02d' "$one"; done
	printf '"]}'
}
chain none >chain.json
"$TAU" run chain.json >run.out 2>run.err &
running=$!
until_reads n9
pids >before
chain 47 >chain.json
t apply chain.json
expect_status 0
expect_line out 'Of 10 nodes 1 is upgraded and 9 are kept.'
pids >after
[ "$(diff before after | grep -c '^>')" = 1 ] || fail "more than one process was replaced"
diff before after | grep -q '^> n4 ' || fail "another process was replaced"
t stop --now
wait $running || true
running=

scenario "nodes come and go, and operators move, under load"
# flow NAME NODES STREAMS: of numbers, with two that count and pass on.
flow() {
	printf '{"tau": 1, "name": "flow", "nodes": {"source": {"operators": {"numbers": {"type": "generate"}}}, %s, "sink": {"operators": {"out": {"type": "stdout"}}}}, "streams": ["%s"]}' \
		"$2" "$3" >"$1.json"
}
op() { printf '"%s": {"type": "take", "params": {"n": 1000000000000}}' "$1"; }
straight="numbers -> one -> two -> out"
inserted="numbers -> one -> more -> two -> out"
flow plain "\"a\": {\"operators\": {$(op one)}}, \"b\": {\"operators\": {$(op two)}}" "$straight"
flow more "\"a\": {\"operators\": {$(op one)}}, \"m\": {\"operators\": {$(op more)}}, \"b\": {\"operators\": {$(op two)}}" "$inserted"
flow moved "\"a\": {\"operators\": {$(op one), $(op two)}}, \"b\": {\"operators\": {$(op more)}}" "$inserted"
flow joined "\"b\": {\"operators\": {$(op one), $(op two)}}" "$straight"
awk '$1 != NR { print "wrong line " NR ": " $0; bad = 1; exit }
END { if (!bad) print (NR > 0 ? "in order" : "nothing") }' <pipe >ledger &
ledger=$!
"$TAU" run plain.json >pipe 2>run.err &
running=$!
until_reads sink
for step in more moved more; do
	t apply $step.json
	expect_status 0
	expect_no_line out '* dropped *'
	goes_on sink
	t plan $step.json
	expect_status 0
done
pids | grep -q '^m [1-9]' || fail "what was added does not run"
t history
expect_line out '*  m  added  *'
expect_line out '*  m  removed'
t stop
expect_status 0
wait $running || fail "it ended with $?"
running=
wait $ledger || true
expect_text ledger $'in order\n'

scenario "one that comes, and each beside it, fails; nobody is left behind"
manifest now one.so
"$TAU" run now.json >/dev/null 2>run.err &
running=$!
until_reads sink
pids >before
fds() { find "/proc/$running/fd" | wc -l; }
open=$(fds)
for node in first extra; do
	here="{char line[200] = {0}; FILE *file = fopen(\"/proc/self/cmdline\", \"r\");"
	here="$here if (file) {(void)!fread(line, 1, sizeof line - 1, file); fclose(file);}"
	here="$here for (int i = 0; i < 190; i++) if (!strcmp(line + i, \"$node\"))"
	here="$here return tau_fail(op, -5, \"not today\");}"
	for step in CREATE RESTORE SELFTEST; do
		build bad -DNUMBER=1 "-D$step=$here"
		manifest bad bad.so
		sed -e 's/"sink": {/"extra": {"operators": {"added": {"type": "steady.steady"}}}, "sink": {/' \
			-e 's/three -> out/three -> added -> out/' bad.json >extra.json
		[ $node$step != extraRESTORE ] || continue # it has nothing to restore
		t apply extra.json
		expect_status 1
		expect_line err "tau: up: $node: the new version says: * (steady): not today*"
		pids >after
		cmp -s before after || fail "$step in $node changed a process"
		goes_on sink
	done
done
for _ in {1..1000}; do # a tool's connection goes a moment later
	[ "$(fds)" -gt "$open" ] || break
done
[ "$(fds)" -le "$open" ] || fail "$(fds) fds are open, and $open were"
t stop --now
wait $running || true
running=

scenario "what was added crashes, comes again, and is removed"
for name in plain more; do
	sed 's/{"operators": {/{"restart": {"on": "failure"}, "operators": {/g' $name.json >again.json
	mv again.json $name.json
done
"$TAU" run plain.json >/dev/null 2>run.err &
running=$!
until_reads sink
t apply more.json
expect_status 0
pids >before
kill -9 "$(sed -n 's/^m //p' before)"
until pids >after && grep -q '^m [1-9]' after && ! cmp -s before after; do
	kill -0 $running 2>/dev/null || fail "it ended: $(cat run.err)"
done
until_reads m
goes_on sink
t apply plain.json
expect_status 0
expect_line out 'm is gone'
goes_on sink
t stop
wait $running || fail "it ended with $?"
running=
! grep -q ' records of numbers were lost' run.err || fail "$(cat run.err)"

scenario "what was applied crashes in its probation: its node alone goes back"
build crashes -DNUMBER=2 \
	"-DRUN=static int left = 2000; char line[200] = {0}; \
FILE *file = fopen(\"/proc/self/cmdline\", \"r\"); \
if (file) {(void)!fread(line, 1, sizeof line - 1, file); fclose(file);} \
for (int i = 0; i < 190; i++) if (!strcmp(line + i, \"second\") && left-- == 0) abort();"
manifest now one.so
manifest bad crashes.so
"$TAU" run now.json >/dev/null 2>run.err &
running=$!
until_reads sink
pids >before
t apply --wait bad.json
expect_status 1
expect_line err 'tau: up: second*the previous version *' # before it was said to run, or behind
goes_on sink
pids >after
[ "$(comm -12 <(sort before) <(sort after) | cut -d' ' -f1 | tr '\n' ' ')" = "sink source " ] ||
	fail "others were replaced than should be"
t history
expect_line out '*  second  returned  steady 1.0.0 *'
expect_line run.err 'tau: second: returned; runs steady 1.0.0 *'
expect_line run.err 'tau: what second had kept of * records of one is lost: *'
t plan bad.json
expect_status 1
expect_line out 'Of 5 nodes 1 is upgraded and 4 are kept.'
t rollback second
expect_status 1
expect_line err 'tau: up: second runs as it was started or applied: *'
t apply --probation 0s new.json
expect_status 0
t plan new.json
expect_status 0
t stop --now
wait $running || true
running=
