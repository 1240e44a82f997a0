#!/bin/bash
# check_legal.sh: `tau check` finds nothing in plugins that keep to the rules:
# those of tests/legal, each in its own way, and all of ours.
source "$(dirname "$0")/scenario.sh"
legal=$(cd "${top_srcdir:-$OLDPWD}/tests/legal" && pwd)
abi=$(cd "$legal/../../abi" && pwd)
umask 022

scenario "those that keep to the rules"
for source in "$legal"/*.c "$legal"/*.cc; do
	compiler=${CC:-cc}
	case $source in *.cc)
		# A sanitized program in C cannot see exceptions thrown.
		[ -z "${TAU_SANITIZERS:-}" ] || continue
		compiler=${CXX:-c++}
		;;
	esac
	# shellcheck disable=SC2046
	$compiler -g -Wall -Wextra -shared -fPIC -fvisibility=hidden -I"$abi" \
		-o legal.so "$source" $(sed -n '1s/.* \(-l[a-z]*\) .*/\1/p' "$source") 2>cc ||
		fail "${source##*/}: $(cat cc)"
	t check legal.so
	[ "$status" = 0 ] || fail "${source##*/}: $(cat out err)"
done

scenario "ours pass"
[ -n "${PLUGINS:-}" ] || PLUGINS=$(cd "$top_builddir" && echo plugins/tau-*.so)
for plugin in $PLUGINS; do
	t check "$top_builddir/$plugin"
	[ "$status" = 0 ] || fail "$plugin: $(cat out err)"
done

scenario "those of the examples pass"
for plugin in "$top_builddir"/examples/*/*.so "$top_builddir"/examples/*/*/*.so; do
	t check "$plugin"
	[ "$status" = 0 ] || fail "$plugin: $(cat out err)"
done
