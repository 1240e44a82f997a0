#!/bin/bash
# completion.sh: shells complete what there is: commands, options and their
# values, types, and what runs. bash is asked as it asks itself; zsh and fish
# where they are installed.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

# line WORD...: what bash offers for the last one, in one line.
line() {
	COMP_WORDS=("$TAU" "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_tau || :
	printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ' >out
}
offers() { [ "$(cat out)" = "$1 " ] || fail "it offers $(cat out)"; }

scenario "a shell that is not known"
t completion
expect_status 2
expect_line err "tau: completion needs a shell: bash, zsh or fish"
t completion ksh
expect_status 2
expect_line err "tau: completion knows bash, zsh and fish; ksh is none of them"
t completion bash zsh
expect_status 2
t completion bash --words
expect_status 2
expect_line err "tau: --words stands first*"

scenario "commands and options"
t completion bash
expect_status 0
. ./out
line va
offers validate
line run --dr
offers --drain-timeout
line run --drain-timeout 10
offers ''
line inspect file.
offers 'file.read file.write'
line run -e tail
offers ''
line run -e tak
offers take
line graph --format s
offers svg
line graph --format = m
offers mermaid
line ls --color =
offers 'always auto never'
line help che
offers check
line completion ''
offers 'bash fish zsh'
line new ''
offers 'operator topology'
line new --style co
offers 'continuation coroutine'
line new --lang = ''
offers 'c c++'
line nonsense ''
offers ''

scenario "files and folders"
mkdir -p some/folder
touch 'some/a file.json'
line run some/
offers 'some/a file.json some/folder'
line ls -L some/
offers some/folder

scenario "every command and every option is offered"
"$TAU" completion --words '' | cut -f 1 >commands
while read -r command; do
	"$TAU" help "$command" | sed -n 's|^  \(-., \)* *\(--[-a-z]*\).*|\2|p' | sort >wanted
	"$TAU" completion --words "$command" -- | cut -f 1 | sort >offered
	[ -s wanted ] || fail "tau help $command names no options"
	cmp -s wanted offered || fail "of $command it offers $(cat offered)"
done <commands

scenario "what runs"
line ps --topology ''
offers ''
mkfifo gate
cat >late.json <<'END'
{"tau": 1, "name": "late", "nodes": {
 "first": {"operators": {"reader": {"type": "file.read", "params": {"path": "gate"}}}},
 "second": {"operators": {"writer": {"type": "null"}}}}, "streams": ["reader -> writer"]}
END
trap '"$TAU" stop --now --topology late >/dev/null 2>&1 || :; rm -rf "$folder"' EXIT
t run --detach late.json
expect_status 0
line ps --topology l
offers late
line restart ''
offers 'first second'
line tap -t late ''
offers 'reader writer'
line tap -t other ''
offers ''
t stop --now
expect_status 0

scenario "zsh, where it is installed"
if command -v zsh >/dev/null; then
	"$TAU" completion zsh >_tau
	tau=$TAU zsh -f >out 2>&1 <<'END' || fail 'zsh refuses its script'
compdef() { : }
_describe() { print -l -- ${(P)2} }
_files() { print files $* }
. ./_tau
words=($tau inspect file.); CURRENT=3; _tau
words=($tau run ''); CURRENT=3; _tau
END
	expect_line out 'file.read:*'
	expect_line out 'files*'
fi

scenario "fish, where it is installed"
if command -v fish >/dev/null; then
	mkdir -p home
	"$TAU" completion fish >tau.fish
	PATH=${TAU%/*}:$PATH HOME=$PWD/home fish --no-config -c \
		'source tau.fish; complete -C "tau inspect file.r"' >out 2>err || fail 'fish refuses its script'
	expect_line out 'file.read*'
fi
