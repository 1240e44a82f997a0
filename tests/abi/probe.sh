#!/bin/bash
# probe.sh: the types of the ABI as debug information tells them, against the
# committed baseline operator_1.abi.
#   probe.sh baseline   writes it anew: what an appended declaration needs, with
#                       its line in docs/abi-history.md
#   probe.sh            compares; any difference fails. 77 without abidiff.
# A second pair of eyes beside the golden headers: those were written by hand,
# this by nobody. gcc builds it, since others tell the same types in other words.
set -eu
: "${top_srcdir:?}"
here=$top_srcdir/tests/abi
for tool in abidw abidiff gcc; do
	command -v $tool >/dev/null || {
		echo "abi: $tool is not here (packages abigail-tools, gcc), so the baseline is not compared"
		exit 77
	}
done
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT

# types HEADERS FILE: what a library says that was built with them.
types() {
	# Each header that there is has to be in the probe.
	for header in "$1"/tau/*.h; do
		header=${header##*/}
		case $header in *_inline.h | value_lookup.h | value_walk.h) continue ;; esac
		grep -q "<tau/$header>" "$here/probe.c" || {
			echo "abi: $header is not in tests/abi/probe.c; add its types there"
			return 1
		}
	done
	gcc -std=gnu11 -g -O0 -fPIC -shared -fvisibility=hidden -I"$1" \
		-o "$there/probe.so" "$here/probe.c"
	abidw --no-corpus-path --no-show-locs --no-comp-dir-path --no-elf-needed \
		--no-write-default-sizes --type-id-style hash "$there/probe.so" >"$2"
}
same() { abidiff --harmless "$here/operator_1.abi" "$1" >"$there/report"; }

if [ "${1-}" = baseline ]; then
	types "$top_srcdir/abi" "$here/operator_1.abi"
	echo "abi: wrote tests/abi/operator_1.abi; say in docs/abi-history.md what is new"
	exit 0
fi

types "$top_srcdir/abi" "$there/now.abi"
same "$there/now.abi" || {
	echo 'abi: abidiff finds other types than those of the baseline:'
	head -n 30 "$there/report"
	echo 'abi: what may change, and how, stands in docs/abi-history.md'
	exit 1
}

# It notices what it is for, and a member that was appended, too.
notices() {
	rm -rf "$there/abi"
	mkdir "$there/abi"
	cp -R "$top_srcdir/abi/tau" "$there/abi/"
	chmod -R u+w "$there/abi"
	sed -i "$1" "$there/abi/tau/"*.h
	types "$there/abi" "$there/changed.abi"
	! same "$there/changed.abi" || {
		echo "abi: abidiff does not notice: $1"
		exit 1
	}
}
notices 's/^\tuint64_t any, all;/\tint64_t any, all;/'
notices 's/TAU_END = 2/TAU_END = 4/'
notices '/^struct tau_host {/,/^};/s/^};/\tint (*later)(struct tau_op *op);\n};/'
echo 'abi: abidiff finds the types of the baseline'
