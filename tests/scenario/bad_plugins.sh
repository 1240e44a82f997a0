#!/bin/bash
# bad_plugins.sh: the program answers every bad plugin with its sentence of
# tests/bad/plugins/sentences, and runs none of them but to load it.
source "$(dirname "$0")/scenario.sh"
here=$(cd "${top_srcdir:-$OLDPWD}/tests/bad/plugins" && pwd)
plugins=$folder/plugins
bash "$here/build.sh" "$plugins"

# Where a sentence has a # for some number, numbers are not compared.
same() {
	local wanted=$1 found=$2
	case $wanted in
	*'#'*)
		wanted=$(sed 's/[0-9]\{1,\}/#/g' <<<"$wanted")
		found=$(sed 's/[0-9]\{1,\}/#/g' <<<"$found")
		;;
	esac
	[ "$wanted" = "$found" ] || fail "is answered: $found
  and not:     $wanted"
}

# manifest PLUGIN PATH: one that uses the plugin between generate and null.
manifest() {
	cat <<-END
		{"tau": 1, "plugins": {"$1": {"path": "$2"}}, "nodes": {"n": {"operators": {
			"from": {"type": "generate", "params": {"count": 1}},
			"bad": {"type": "$1.relay"}, "to": {"type": "null"}}}},
		 "streams": ["from -> bad -> to"]}
	END
}

count=0
while read -r name stage sentence; do
	case $name in '#' | '') continue ;; esac
	scenario "$name"
	path=$plugins/$name.so
	wanted=${sentence//@/$path}
	wanted=${wanted//%/${path%/*}}
	count=$((count + 1))
	case $stage in
	read)
		t inspect "$path"
		expect_status 1
		same "tau: $wanted" "$(cat err)"
		manifest "${name##*/}" "$path" >manifest.json
		t validate manifest.json
		expect_status 78
		same "manifest.json:1:24: $wanted" "$(sed -n 1p err)"
		;;
	search)
		t ls --plugin-path "${path%/*}"
		expect_status 0
		grep -qxF "tau: not listed: $wanted" err || fail "ls does not say: $wanted"
		;;
	load)
		manifest "$name" "$path" >manifest.json
		t validate manifest.json
		expect_status 0
		t run manifest.json
		expect_status 1
		same "tau: n: bad ($name): $wanted" "$(grep -F "$path" err | head -n 1)"
		;;
	esac
done <"$here/sentences"
[ $count -ge 15 ] || fail "only $count bad plugins"

scenario "looking at a plugin runs none of its code"
manifest constructor "$plugins/constructor.so" >manifest.json
t ls --plugin-path "$plugins" --json
t inspect "$plugins/constructor.so"
expect_status 0
t inspect --json constructor.relay --plugin-path "$plugins"
expect_status 0
t validate manifest.json
expect_status 0
[ ! -e "$plugins/constructed" ] || fail "the constructor ran"
t run manifest.json
expect_status 0
[ -e "$plugins/constructed" ] || fail "the constructor did not run when it was to"

scenario "a plugin from a later minor runs"
manifest future "$plugins/future.so" >manifest.json
t run manifest.json
expect_status 0

scenario "the plugin is another one than the manifest says"
manifest acme "$plugins/good.so" >manifest.json
t validate manifest.json
expect_status 78
same "manifest.json:1:24: $plugins/good.so: it is the plugin \"good\" and the manifest calls it \"acme\"; write \"good\" there" \
	"$(sed -n 1p err)"
