#!/bin/bash
# manual.sh: the manifest in tau-manifest(5) must be valid, and each key that
# the page describes must be one that the program knows, and the other way.
set -eu
page=$top_srcdir/docs/tau-manifest.5
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT
fail() {
	printf 'manual: %s\n' "$*"
	exit 1
}

sed -n '/^\.nf$/,/^\.fi$/p' "$page" | sed -n '2,/^\.fi$/p' |
	sed -e '/^\.fi$/d' -e 's/\\-/-/g' >"$there/page.json"
"$TAU" validate --set log=x "$there/page.json" >"$there/out" 2>&1 ||
	fail "the example is refused: $(cat "$there/out")"

for key in '$schema' tau name doc vars plugins defaults nodes streams on_failure \
	type of default required env min max values path version sha256 \
	operators command remote in out cwd replicas cpus restart on max within backoff \
	watchdog warn report kill start limits memory files params from to chain \
	capacity records atomic full shred fds feedback transport at reconnect back; do
	grep -q -- "\"\?$key\"\? \?" "$page" || fail "the page says nothing of $key"
done
for key in node stream; do
	printf '{"tau": 1, "nodes": {}, "defaults": {"%s": {"?": 1}}}' $key >"$there/keys.json"
	"$TAU" validate "$there/keys.json" 2>&1 | grep 'which takes' |
		sed 's/.*which takes //; s/,//g; s/ and / /g' | tr ' ' '\n' >"$there/keys"
	[ -s "$there/keys" ] || fail "no list of the keys of $key"
	while read -r key; do
		grep -q "\b$key\b" "$page" || fail "the page says nothing of $key"
	done <"$there/keys"
done
echo 'manual: the example is valid and every key is described'
