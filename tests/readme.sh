#!/bin/bash
# The README's manifest and its first hour do what it says: they are taken out of
# its text, run as it says, and their results compared with sort, uniq and awk.
set -eu
folder=$(mktemp -d "${TMPDIR:-/tmp}/readme.XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"
readme=$top_srcdir/README
mkdir -m 700 runtime
export XDG_STATE_HOME=$folder/state XDG_RUNTIME_DIR=$folder/runtime

# block LANGUAGE: the first block of that language.
block() { awk -v begin="\`\`\`$1" '$0 == begin { on = 1; next } /^```/ { if (on) exit } on' "$readme"; }
fail() {
	echo "readme: $*" >&2
	exit 1
}

block json >words.json
"$TAU" validate words.json --set text="$top_srcdir/LICENSE" ||
	fail "its first manifest is not valid"
"$TAU" graph words.json --set text="$top_srcdir/LICENSE" >graph
grep -q most graph || fail "its graph does not show an operator"
"$TAU" run words.json --set text="$top_srcdir/LICENSE" >words
times=$(tr ' ' '\n' <"$top_srcdir/LICENSE" | grep -cx the)
awk -v times="$times" '$1 == "the" && $2 == times { found = 1 } END { exit !found }' words ||
	fail "its first manifest counts wrongly"

# What it shows of the operator that `tau new` makes stands there.
block c >heart
[ -s heart ] || fail "it shows no code"
awk 'NR == FNR { heart = heart $0 "\n"; next } { all = all $0 "\n" } END { exit !index(all, heart) }' \
	heart "$top_srcdir/core/cli/new/operator/coroutine.c" || fail "tau new writes other code than it shows"

# The first hour, as it stands there; what it runs reads its file to the end in between.
ln -s "$(cd "$top_builddir" && pwd)" build
unset MAKEFLAGS MFLAGS MAKELEVEL
export CC="${CC:-cc}"
trap '"$TAU" stop --now >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT

# story NUMBER: does what that block of it says; its output is in `story`.
story() {
	awk -v wanted="$1" '$0 == "```sh hour" { on = ++number == wanted; next }
		/^```/ { on = 0 } on' "$readme" >"$folder/block"
	[ -s "$folder/block" ] || fail "its first hour has no part $1"
	. "$folder/block" >"$folder/story" 2>"$folder/said" </dev/null ||
		fail "part $1 of its first hour ended with $?: $(cat "$folder/said")"
}
told() { grep -q "$1" "$folder/story" || fail "$2: $(cat "$folder/story")"; }

# The words of that many letters, by another program.
words() {
	tr -d '\200-\277' <README.md |
		awk -v letters="$1" '{ for (i = 1; i <= NF; i++) n += length($i) >= letters } END { print n }'
}

# counted N: until so many words have been counted, so that who counts is known.
counted() {
	for ((i = 0; i < 300; i++)); do
		[ "$("$TAU" state words 2>>"$folder/said")" != "$1" ] || return 0
	done
	fail "it counts otherwise than awk ($1): $("$TAU" state words 2>&1; cat "$folder/said")"
}

story 1
told ' passed, 0 found$' "what tau new makes is not what check wants"
told ' passed, 0 failed$' "what tau new makes fails its own test"
told '^{"words":2,"so_far":2}$' "what tau new makes does not count"
story 2
told '^hello  *main  *running' "ps does not show what it started"
counted "$(words 1)"
story 3
told ' 0  *0$' "its upgrade proves nothing"
counted $(($(words 1) + $(words 3)))
story 4
told "^$(($(words 1) + $(words 3)))\$" "its state is another"
told 'main  rolled back  hello 1.0.0 ([0-9a-f]*)$' "history does not show that it went back"

# Each file and folder that it links to is there.
grep -o '](\([^)]*\))' "$readme" | tr -d '()]' | while read -r link; do
	[ -e "$top_srcdir/$link" ] || [ -e "$top_srcdir/abi/tau/$link" ] ||
		fail "it links to $link, which is not there"
done
