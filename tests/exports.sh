#!/bin/bash
# exports.sh: what the built objects ask for and offer, by their symbols.
# A plugin exports tau_plugin_v1 alone and needs nothing of the host's; libtau
# exports tau_node_* alone; of the core only os_linux calls the kernel; and the
# core has no mutable globals.
#   PLUGINS="plugins/tau-text.so …" tests/exports.sh        in a build tree
set -eu
export LC_ALL=C
tree=${top_builddir:-.}
rules=${top_srcdir:-$(dirname "$0")/..}/tests/exports.calls
breaches=0
breach() {
	printf '%s: %s\n' "$1" "$2"
	breaches=$((breaches + 1))
}

plugin() {
	local so=$1 symbol dynamic
	dynamic=$(readelf -dW "$so")
	# The sanitizers export names of their own; nobody else may.
	while read -r symbol; do
		case $symbol in
		tau_plugin_v1 | __asan* | __odr_asan* | __ubsan* | __gcov* | mangle_path) ;;
		*) breach "$so" "exports $symbol; a plugin exports tau_plugin_v1 alone (make it static)" ;;
		esac
	done < <(nm -D --defined-only --format=posix "$so" | awk '{ print $1 }')
	nm -D --defined-only "$so" | grep -q ' tau_plugin_v1$' ||
		breach "$so" "does not export tau_plugin_v1; TAU_OPERATORS does that"
	while read -r symbol; do
		breach "$so" "needs $symbol of the host; its services come through struct tau_host"
	done < <(nm -D -u --format=posix "$so" | awk '$1 ~ /^tau_/ { print $1 }')
	readelf -SW "$so" | grep -q '\.note\.tau' ||
		breach "$so" "has no section .note.tau; TAU_PLUGIN writes it"
	case $dynamic in *TEXTREL*) breach "$so" "has text relocations; compile it with -fPIC" ;; esac
	case $dynamic in *RPATH* | *RUNPATH*) breach "$so" "carries a library path; link it without -rpath" ;; esac
	case $dynamic in *jansson*) [[ $so =~ tau-(json|exec)\.so ]] || breach "$so" "links jansson, which is the core's" ;; esac
	case $dynamic in *libcheck*) breach "$so" "links Check; give it its own LDADD" ;; esac
	if readelf -lW "$so" | grep -q 'GNU_STACK.*RWE'; then
		breach "$so" "asks for an executable stack; add a .note.GNU-stack section"
	fi
}

library() {
	local so=$1 symbol dynamic
	dynamic=$(readelf -dW "$so")
	while read -r symbol; do
		case $symbol in
		tau_node_* | TAU_NODE_1.0 | __asan* | __odr_asan* | __ubsan* | __gcov* | mangle_path) ;;
		*) breach "$so" "exports $symbol; see core/embed/libtau.map" ;;
		esac
	done < <(nm -D --defined-only --format=posix "$so" | awk '{ sub("@.*", "", $1); print $1 }')
	[ "$(nm -D --defined-only "$so" | grep -c ' T tau_node_.*@@TAU_NODE_1.0$')" -eq 14 ] ||
		breach "$so" "exports another number of functions than tau/embed.h declares"
	case $dynamic in *'soname: [libtau.so.1]'*) ;; *) breach "$so" "is not called libtau.so.1" ;; esac
	case $dynamic in *TEXTREL*) breach "$so" "has text relocations; all of the core is compiled with -fPIC" ;; esac
	case $dynamic in *RPATH* | *RUNPATH*) breach "$so" "carries a library path; link it without -rpath" ;; esac
	case $dynamic in *libdw* | *libcheck*) breach "$so" "needs more than a node does: $dynamic" ;; esac
}
library "$tree/libtau.so.1"

count=0
for so in ${PLUGINS:-}; do
	plugin "$tree/$so"
	count=$((count + 1))
done

calls=$(nm -A -u "$tree/libcore.a" | awk -v rules="$rules" '
BEGIN {
	while ((getline < rules) > 0) {
		if ($1 == "call") for (i = 2; i <= NF; i++) call[$i] = 1
		if ($1 == "also") for (i = 3; i <= NF; i++) also[$2, $i] = 1
	}
}
{
	split($1, part, ":")
	object = part[2]
	symbol = $NF
	sub("@.*", "", symbol)
	if (symbol in call && object !~ /^os_linux(_[a-z]+)?\.o$/ && !((object, symbol) in also))
		printf "libcore.a: %s calls %s; only os_linux.o does, others go through the table of core/base/os.h\n", object, symbol
}' | sort -u)

# Sanitizers and gcov keep tables of their own in every object.
globals=
if [ -z "${TAU_SANITIZERS:-}${TAU_COVERAGE:-}" ]; then
	globals=$(objdump -t "$tree/libcore.a" | awk -v rules="$rules" '
	BEGIN {
		while ((getline < rules) > 0)
			if ($1 == "global") for (i = 3; i <= NF; i++) may[$2, $i] = 1
	}
	/: +file format/ { object = $1; sub(":$", "", object) }
	/ \.data\.rel\.ro/ { next }
	/ O (\.data|\.bss|\*COM\*)/ || / [lg] .*(\.tdata|\.tbss)[.\t].* [A-Za-z_]/ {
		symbol = $NF
		sub("\\.[0-9]+$", "", symbol)
		if (!((object, symbol) in may))
			printf "libcore.a: %s has the mutable global %s; hang it off struct node or struct supervisor\n", object, symbol
	}')
fi
for found in "$calls" "$globals"; do
	[ -n "$found" ] || continue
	printf '%s\n' "$found"
	breaches=$((breaches + $(printf '%s\n' "$found" | wc -l)))
done

if [ $breaches -gt 0 ]; then
	printf 'exports: %d breaches\n' $breaches
	exit 1
fi
printf 'exports: %d plugins, libtau and libcore.a keep to the rules\n' $count
