#!/bin/bash
# Nodes that are replaced while they run: good versions and bad ones, under
# load, with a ledger at the sink.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
running=
trap '[ -z "$running" ] || kill -9 $running 2>/dev/null; rm -rf "$folder"' EXIT

# The manifest: what is counted from 1 on passes steady, and is counted again
# by `read`, a program of ours that ends when something is not in order.
manifest() {
	cat >"$1.json" <<-END
	{"tau": 1, "name": "$1", "plugins": {"steady": {"path": "steady.so"$2}},
	 "nodes": {
	  "a": {"operators": {"numbers": {"type": "generate"}}},
	  "b": {"operators": {"steady": {"type": "steady.steady"}}},
	  "c": {"operators": {"out": {"type": "stdout"}}}},
	 "streams": ["numbers -> steady -> out"]}
	END
}

# Lines "N VERSION N": each N once, in order. Says when there are any, and at
# the end how many there were and of which versions.
cat >ledger.awk <<'END'
$1 != NR || $3 != NR { if (!bad) print "wrong line " NR ": " $0; bad = 1 }
$2 != version { version = $2; versions = versions " " version }
END { if (!bad) print (NR > 0 ? "in order" : "nothing") versions }
END

# start NAME [JUDGE]: runs it; its ledger is in the file NAME.ledger when it has ended.
start() {
	mkfifo "$1.pipe"
	awk -f "${2:-ledger.awk}" <"$1.pipe" >"$1.ledger" &
	ledger=$!
	"$TAU" run "$1.json" >"$1.pipe" 2>"$1.err" &
	running=$!
	until "$TAU" ps --json --topology "$1" 2>/dev/null |
		grep -q '"node": "c".*"records": [1-9]'; do
		kill -0 $running 2>/dev/null || fail "$1 ended: $(cat "$1.err")"
	done
}

# finish NAME STATUS LEDGER: stops it, and looks at what has arrived.
finish() {
	"$TAU" stop --topology "$1" >/dev/null 2>&1 || true
	status=0
	wait $running || status=$?
	wait $ledger || true
	running=
	expect_status "$2"
	rm -f "$1.pipe"
	expect_text "$1.ledger" "$3"$'\n'
}

# bad NAME SENTENCE [DEFINITION]...: a version that is refused, and harms not.
bad() {
	local name=$1 sentence=$2
	shift 2
	build "$name" -DNUMBER=2 "$@"
	t upgrade --plugin "$name.so" --freeze-timeout 5s
	expect_status 1
	expect_line err "$sentence"
	goes_on c
}

build steady1 -DNUMBER=1
build steady2 -DNUMBER=2
cp steady1.so steady.so

scenario 'to version 2, and back to 1'
manifest up ''
start up
t upgrade --plugin steady2.so
expect_status 0
expect_line out 'b runs steady 2.0.0 (????????); pause * ms, * bytes handed over'
expect_line out '  STREAM *CARRIED *DIGEST *SENT *RECEIVED *RETIRED *LOST *TWICE'
expect_line out '  numbers * 0  *0'
expect_line out 'up.json:1:*: so that a start takes the new one, write "path": *'
goes_on c
t rollback b
expect_status 0
expect_line out 'b runs steady 1.0.0 (????????); pause *'
t history
expect_line out '*  b  rolled back  steady 1.0.0 (????????)'
t logs b
expect_line out '* b: upgraded; runs steady 2.0.0 (????????); pause * ms'
expect_line out '* b: rolled back; runs steady 1.0.0 (????????); pause * ms'

scenario 'what runs already is not replaced'
t upgrade --plugin steady1.so
expect_status 1
expect_line err 'tau: up: */steady1.so is what runs already; nothing is replaced'

scenario 'a file that is written over changes nothing'
cp steady2.so steady.so
goes_on c

scenario 'what is not ready when the deadline is over changes nothing'
build later -DNUMBER=2 -include unistd.h "-DCREATE=while (access(\"$folder/go\", F_OK)) usleep(1000);"
t upgrade --plugin later.so --deadline 1us
expect_status 1
expect_line err 'tau: up: b: the new version is not ready within 1us*'
t upgrade --plugin steady2.so --deadline soon
expect_status 2
goes_on c

scenario 'a standard plugin comes with tau'
t upgrade --plugin "$top_builddir/plugins/tau-io.so"
expect_status 1
expect_line err 'tau: up: tau-io is one of the standard plugins, *'

scenario 'what is no plugin, or not one that runs'
t upgrade --plugin ledger.awk
expect_status 1
t upgrade c --plugin steady2.so
expect_status 1
expect_line err 'tau: up: no operator of node c is of the plugin steady; *'
t upgrade --plugin gone.so
expect_status 74
t rollback c
expect_status 1
expect_line err 'tau: up: c runs as it was started or applied: there is no version before *'

scenario 'versions that fail'
bad abi 'tau: up: /*/abi.so: it was made for ABI 9.0 and this tau offers 1.0; write "abi": "1.0" and build it against this tau'"'"'s headers, or use a newer tau' '-DABI="9.0"'
bad state 'tau: up: up.json:4:42: steady cannot take over its state: steady 1.0.0, which runs, writes version 1 and 2 of it, and steady 2.0.0 reads 7; let the new plugin *' '-DREADS=[7]' '-DWRITES=[7]' -DPREFERS=7
bad load 'tau: up: b: the new version says: steady: /*/load.so: it cannot be loaded: undefined symbol: nowhere' \
	'-DCREATE=extern void nowhere(void); nowhere();'
bad create 'tau: up: b: the new version says: steady: not today' \
	'-DCREATE=return tau_fail(op, -5, "not today");'
bad restore 'tau: up: b: the new version says: steady: not today' \
	'-DRESTORE=return tau_fail(op, -5, "not today");'
bad selftest 'tau: up: b: the new version says: steady: not today' \
	'-DSELFTEST=return tau_fail(op, -5, "not today");'
bad positive 'tau: up: b: the new version says: steady: selftest returned 7; 0 or a negative errno is wanted' \
	'-DSELFTEST=return 7;'
bad unread 'tau: up: b: the new version says: steady: restore left 1 of 1 record of its state unread' \
	'-DRESTORE=return 0;'
bad abort 'tau: up: b: the new version crashed before its operators were done: signal 6 (Aborted), while it ran steady' '-DSELFTEST=abort();'

scenario 'all of that has lost nothing, and given nothing twice'
finish up 0 'in order 1 2 1'

# What version 1 counted, then version 2, then version 1 from where it had
# handed over: of what is counted, version 2 took 20000 records and is gone. A
# version that has sent nothing takes with it what it was to send: one gap.
cat >frail.awk <<'END'
function wrong(what) { if (!bad) print "line " NR " " what ": " $0; bad = 1 }
$2 != version { version = $2; versions = versions " " version; first[++parts] = $1
	if (parts == 3 && $1 != first[2]) wrong("goes on elsewhere")
	if (parts == 3 && $3 < $1 + 20000) wrong("was counted before") }
$2 == former && $1 != count + 1 && ($1 <= count || gaps++) { wrong("is not the next") }
$3 <= last { wrong("came before") }
{ missing += $3 - last - 1; former = $2; count = $1; last = $3 }
END { if (!bad) print "in order" versions; print missing + 0 >"missing" }
END

# What is missing is what was said to be lost, exactly.
expect_told() {
	local told
	told=$(awk '/ lost with b: / { sum += $2 } END { print sum + 0 }' "$1.err")
	[ "$(cat missing)" = "$told" ] ||
		fail "$(cat missing) are missing, and $told were told: $(cat "$1.err")"
}

scenario 'a version that crashes in its probation makes way'
cp steady1.so steady.so
build crashes -DNUMBER=2 \
	'-DRUN=static int left = 20000; if (left-- == 0) abort();'
manifest frail ''
start frail frail.awk
t upgrade --plugin crashes.so --wait
expect_status 1
expect_line err 'tau: frail: b*the previous version *' # before it was said to run, or behind
expect_line frail.err 'tau: b: crashed before its operators were done: signal 6 (Aborted), while it ran steady'
expect_line frail.err 'tau: b:   steady 2.0.0 is */crashes.so,*'
goes_on c
t history
expect_line out '*  b  returned  *'
finish frail 0 'in order 1 2 1'
expect_told frail
expect_line frail.err 'tau: what b had kept of * record* of numbers is lost: the new version had read them before it crashed, *'
expect_line frail.err 'tau: up to * record* may come twice: the new version of b wrote * before it crashed, *'

# What is said to be lost is what is missing, and nothing comes twice.
scenario 'with two operators, too, nothing comes twice, and all that is lost is said'
cp steady1.so steady.so
manifest two ''
sed -i 's/"steady": {"type": "steady.steady"}/&, "more": {"type": "steady.steady"}/
	s/steady -> out/steady -> more -> out/' two.json
cat >two.awk <<'END'
$5 <= last { again++ }
$5 > last { missing += $5 - last - 1; last = $5 }
END { print again + 0 " twice, " missing + 0 " missing" }
END
start two two.awk
for _ in 1 2; do
	t upgrade --plugin crashes.so --wait
	expect_status 1
	goes_on c
done
"$TAU" stop --topology two >/dev/null 2>&1 || true
wait $running || true
wait $ledger || true
rm -f two.pipe
told=$(awk '/ lost with b: / || / of steady went down / { sum += $2 }
	END { print sum + 0 }' two.err)
expect_text two.ledger "0 twice, $told missing"$'\n'

scenario 'one that crashes where bytes go makes way for nobody'
cp steady1.so steady.so
manifest bytes ''
sed -i 's|"streams"|"defaults": {"stream": {"transport": "unix"}}, "streams"|' bytes.json
start bytes frail.awk
t upgrade --plugin crashes.so --wait
expect_status 1
status=0
wait $running || status=$?
wait $ledger || true
expect_status 1
rm -f bytes.pipe
expect_line bytes.err 'tau: b: *it cannot be taken back alone: it has streams to a program of somebody else*s, or over a transport of bytes'
expect_no_line bytes.err 'tau: b: returned*'

scenario 'one whose operator fails at once ends no stream'
cp steady1.so steady.so
build fails -DNUMBER=2 '-DRUN=return tau_fail(op, -5, "not today");'
manifest failing ''
start failing frail.awk
t upgrade --plugin fails.so --wait
expect_status 1
expect_line err 'tau: failing: b*the previous version *'
expect_no_line out 'b runs ;*'
expect_line failing.err 'tau: b: steady: not today'
goes_on c
"$TAU" history | sed 's/^[^a-z]*//; s/(.*//' >out
expect_text out $'b  upgraded  steady 2.0.0 \nb  returned  steady 1.0.0 \n'
finish failing 0 'in order 1'
expect_told failing

scenario 'over FIFOs, to both sides and to one'
cp steady1.so steady.so
for way in '"numbers -> steady", {"from": "steady", "to": "out", "transport": "fifo"}' \
	'{"from": "numbers", "to": "steady", "transport": "fifo"}, "steady -> out"' \
	'{"chain": "numbers -> steady -> out", "transport": "fifo"}'; do
	manifest pipes ''
	sed -i "s/\"numbers -> steady -> out\"/$way/" pipes.json
	start pipes
	for version in 2 1 2; do
		t upgrade --plugin steady$version.so --freeze-timeout 30s
		expect_status 0
		goes_on c
	done
	finish pipes 0 'in order 1 2 1 2'
done

scenario 'with two links to one node, each goes on where it was'
cp steady1.so steady.so
manifest links ''
sed -i -e 's|"numbers": {"type": "generate"}|&, "back": {"type": "merge"}|' \
	-e 's|"numbers -> steady -> out"|{"from": "numbers", "to": "steady", "transport": "unix"}, {"from": "steady", "to": "back", "transport": "tcp"}, "back -> out"|' links.json
start links
t upgrade --plugin steady2.so --freeze-timeout 30s
expect_status 0
goes_on c
finish links 0 'in order 1 2'

scenario 'one that closes its links is a failure, and makes way'
cp steady1.so steady.so
build closes -DNUMBER=2 \
	'-DRUN=for (int fd = 7; fd < 9; fd++) close(fd);'
manifest closing ''
start closing frail.awk
t upgrade --plugin closes.so --wait
expect_status 1
expect_line closing.err 'tau: b: the link to [ac]: cannot * [ac]: Bad file descriptor'
goes_on c
finish closing 0 'in order 1'
expect_told closing

scenario 'one that closes everything when it saves does not stay, deaf'
build loses -DNUMBER=1 '-DSAVE=for (int fd = 3; fd < 64; fd++) close(fd);'
cp loses.so steady.so
manifest losing ''
start losing
t upgrade --plugin steady2.so --freeze-timeout 30s
expect_status 1
expect_line err 'tau: losing: b crashed when it was to hand over'
expect_line losing.err 'tau: b: the way to the supervisor is lost; *'
finish losing 1 'in order 1'

scenario 'one that closes its way to the supervisor alone is ended at once'
build deaf -DNUMBER=1 '-DRUN=close(3);'
cp deaf.so steady.so
manifest deaf ''
t run deaf.json
expect_status 1
expect_line err 'tau: b: the way to the supervisor is lost; *'

# until_said NAME TEXT: until the topology has said it.
until_said() {
	until grep -q -- "$2" "$1.err"; do
		kill -0 $running 2>/dev/null || fail "$1 ended: $(cat "$1.err")"
	done
}

# watched NAME [JUDGE]: as start, and the watchdog reports b soon.
watched() {
	manifest "$1" ''
	sed -i 's/"b": {/&"watchdog": {"report": "100ms"}, /' "$1.json"
	start "$@"
}

scenario 'a version that blocks in its probation hands back, and loses nothing'
cp steady1.so steady.so
build blocks -DNUMBER=2 -include unistd.h \
	'-DBLOCK=while (access("go", F_OK) < 0) usleep(1000);' \
	'-DRUN=static int left = 20000; if (left-- == 0) BLOCK'
watched blocked
t upgrade --plugin blocks.so --freeze-timeout 30s
expect_status 0
until_said blocked 'b: is not well in its probation and hands back'
touch go
until "$TAU" history | grep -q 'b  returned'; do
	kill -0 $running || fail "it ended: $(cat blocked.err)"
done
goes_on c
finish blocked 0 'in order 1 2 1'

scenario 'one that loops is killed'
build loops -DNUMBER=2 \
	'-DRUN=static int left = 20000; if (left-- == 0) HANG'
watched looped frail.awk
t upgrade --plugin loops.so --wait --freeze-timeout 3s
expect_status 1
expect_line err 'tau: looped: b*the previous version *'
expect_line looped.err '*b: cannot hand back: b: the running version did not stand still within 3 s, and is in steady'
goes_on c
finish looped 0 'in order 1 2 1'
expect_told looped

scenario 'a file that is written over changes nothing for who comes back from a crash'
cp steady1.so steady.so
manifest over ''
sed -i 's/"b": {/&"restart": {"on": "failure", "backoff": ["1ms", "1ms"]}, /' over.json
cat >versions.awk <<'END'
!seen[$2]++ { versions = versions " " $2 }
$1 + 0 <= count { again++ }
{ count = $1 + 0 }
END { print "began again " again + 0 ", versions" versions }
END
start over versions.awk
cp steady2.so steady.so
kill -9 "$("$TAU" ps --json | sed -n 's/.*"node": "b".*"pid": \([0-9]*\).*/\1/p')"
until_said over 'b: starting again'
goes_on c
goes_on c
finish over 0 'began again 1, versions 1'

scenario 'a hash in the manifest refuses another file'
cp steady1.so steady.so
manifest pinned ", \"sha256\": \"$(sha256sum steady1.so | cut -d' ' -f1)\""
start pinned
t upgrade --plugin steady2.so
expect_status 1
expect_line err '*the manifest*'
finish pinned 0 'in order 1'
