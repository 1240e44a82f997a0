#!/bin/bash
# manual.sh: the manifest in tau-topology(5) must be valid, the description in
# tau-plugin(5) that of a plugin, and each key that the pages describe must be
# one that the program knows, and the other way.
set -eu
page=$top_srcdir/docs/tau-topology.5
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


# The description in tau-plugin(5), as a plugin: what the page shows is read.
page=$top_srcdir/docs/tau-plugin.5
{
	echo '#include <tau/operator.h>'
	sed -n '/^\.nf$/,/^\.fi$/p' "$page" | sed -e '/^\.[nf]/d' -e 's/\\-/-/g'
	echo 'static int run(struct tau_op *op) { return op == 0; }'
	echo 'static const struct tau_operator diff = {.size = sizeof diff, .name = "diff", .run = run};'
	echo 'TAU_OPERATORS(&diff);'
} >"$there/delta.c"
${CC:-cc} -shared -fPIC -I"$top_srcdir/abi" -o "$there/delta.so" "$there/delta.c" ||
	fail "the plugin of tau-plugin(5) does not compile"
"$TAU" inspect "$there/delta.so" >"$there/out" 2>&1 ||
	fail "the plugin of tau-plugin(5) is refused: $(cat "$there/out")"
for word in delta.diff differences bad scale 'default 1.0' backward 'state, version 1' 'lines !'; do
	grep -q -- "$word" "$there/out" || fail "inspect does not show $word of tau-plugin(5)"
done
"$TAU" validate -L "$there" -e 'lines ! json.parse ! delta.diff /n 2 ! stdout' >"$there/out" 2>&1 ||
	fail "the example of tau-plugin(5) is refused: $(cat "$there/out")"
grep -o 'reader_[a-z]*(reader, [a-z]*, "[a-z]*"' "$top_srcdir"/core/catalogue/{description,port,param}.c |
	grep -o '"[a-z]*"' | tr -d '"' | sort -u >"$there/keys"
[ "$(wc -l <"$there/keys")" -ge 12 ] || fail "no list of the keys of a description"
while read -r key; do
	grep -q "\b$key\b" "$page" || fail "tau-plugin(5) says nothing of $key"
done <"$there/keys"
echo 'manual: the examples are valid and every key is described'
