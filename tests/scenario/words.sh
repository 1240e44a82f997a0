#!/bin/bash
# words.sh: what the command line says about itself and about mistakes in it.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

scenario "tau alone shows what there is, as a mistake"
t
expect_status 2
expect_empty out
expect_line err "usage: tau COMMAND*"

scenario "help is a result"
t help
expect_status 0
expect_empty err
expect_line out "usage: tau COMMAND*"
t --help
expect_status 0
expect_line out "  run *"

scenario "every command that help lists has a help of its own"
t help
sed -n 's/^  \([a-z]*\)  .*/\1/p' out >commands
[ "$(wc -l <commands)" -ge 7 ] || fail "help lists fewer than seven commands"
for command in run ps top apply upgrade ls; do
	grep -qx "$command" commands || fail "help does not list $command"
done
while read -r command; do
	t help "$command"
	expect_status 0
	expect_line out "usage: tau $command*"
	t "$command" --help
	expect_status 0
	expect_line out "usage: tau $command*"
done <commands

scenario "a version is a line, or JSON"
t version
expect_status 0
expect_line out "tau * (operator ABI 1.0, manifest 1)"
t version --json
expect_line out '{"version": "*", "abi": "1.0", "manifest": 1}'
t --version
expect_line out "tau *"

scenario "an unknown command is said, with the one it is like"
t vresion
expect_status 2
expect_line err "tau: unknown command vresion; did you mean version?"
t frobnicate
expect_status 2
expect_line err "tau: unknown command frobnicate; tau help lists all of them"

scenario "a file in the place of a command"
touch weblog.json
t weblog.json
expect_status 2
expect_line err "tau: unknown command weblog.json; to run that file: tau run weblog.json"

scenario "options that are wrong"
t ls --jsno
expect_status 2
expect_line err "tau: unknown option --jsno; did you mean --json?"
expect_line err "tau: see: tau help ls"
t ls -q
expect_status 2
expect_line err "tau: unknown option -q"
t ls --json=yes
expect_status 2
expect_line err "tau: --json takes no value"
t ls -L
expect_status 2
expect_line err "tau: --plugin-path needs a value: *"
t ls --color sometimes
expect_status 2
expect_line err "tau: --color sometimes: it is auto, always or never"

scenario "a limit of nothing"
for words in 'upgrade --plugin p.so --deadline' 'upgrade --plugin p.so --freeze-timeout' \
	'rollback b --deadline' 'apply m.json --deadline' 'apply m.json --freeze-timeout' \
	'check --deadline' 'test --limit'; do
	# shellcheck disable=SC2086
	t $words 0s
	expect_status 2
	expect_line err "tau: --${words##* --} 0s: it is more than nothing, as 500ms or 10s"
done
t check --memory 0 p.so
expect_status 2
expect_line err "tau: --memory 0: it is a size, as 64MiB or 1GiB"

scenario "words too many"
t version extra
expect_status 2
expect_line err "tau: version takes no extra"
t ls extra
expect_status 2
expect_line err "tau: ls takes no extra; tau inspect extra tells about one"
t inspect lines merge
expect_status 2
expect_line err "tau: inspect takes one word, and merge is a second"
t help ls run
expect_status 2
expect_line err "tau: help takes one command, and run is a second"
t help frobnicate
expect_status 2
expect_line err "tau: there is no command frobnicate; tau help lists all"
t node main
expect_status 2
expect_line err "tau: node is what tau run starts; nobody else does"

scenario "colours only where they are wanted"
t help --color always
expect_line out $'\033*'
t help
expect_no_line out $'*\033*'
"$pty" -- env TERM=xterm "$TAU" help >out
expect_line out $'\033*'
"$pty" -- env TERM=xterm NO_COLOR=1 "$TAU" help >out
expect_no_line out $'*\033*'
"$pty" -- env TERM=dumb "$TAU" help >out
expect_no_line out $'*\033*'

scenario "a result that cannot be written is a failure"
status=0
"$TAU" help >/dev/full 2>err || status=$?
expect_status 74
expect_line err "tau: cannot write the result: No space left on device"

scenario "a reader that is gone ends a command as usual"
{
	code=0
	"$TAU" help || code=$?
	echo $code >status
} | true
case $(cat status) in 0 | 141) ;; *) fail "ended with $(cat status)" ;; esac
