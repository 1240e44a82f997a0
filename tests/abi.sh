#!/bin/bash
# abi.sh: the headers are what ABI 1.0 froze. The golden files compile as C11
# and C++17 with every compiler here, without a warning; then the proof that
# they notice: headers with a field inserted, swapped, retyped or removed, or a
# constant renumbered, do not compile, and tables that grew at their end do.
set -eu
: "${top_srcdir:?}"
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT
warnings='-Wall -Wextra -Wshadow -Wconversion -Wpedantic -Werror -D_GNU_SOURCE'
golden=$top_srcdir/tests/abi
failed=0
fail() {
	printf 'abi: %s\n' "$*"
	failed=1
}

# compiles INCLUDES LANGUAGE… FILE: with the language's flags, quietly.
compiles() {
	local includes=$1
	shift
	# shellcheck disable=SC2086
	"$@" $warnings -I"$includes" -fsyntax-only >"$there/out" 2>&1
}

compilers=0
for compiler in gcc clang g++ clang++; do
	command -v $compiler >/dev/null || {
		printf 'abi: %s is not here, so it is not asked\n' $compiler
		continue
	}
	compilers=$((compilers + 1))
	case $compiler in
	*++) language='-std=c++17 -x c++' ;;
	*) language=-std=c11 ;;
	esac
	for file in operator_1_0 value_1_0 embed_1_0; do
		# shellcheck disable=SC2086
		compiles "$top_srcdir/abi" $compiler $language "$golden/$file.c" ||
			fail "$compiler refuses $file.c: $(head -n 3 "$there/out")"
	done
	case $compiler in *++)
		# shellcheck disable=SC2086
		if ! $compiler -std=c++17 -O1 $warnings -I"$top_srcdir/abi" \
			"$golden/round_trip.cc" -o "$there/round_trip" 2>"$there/out"; then
			fail "$compiler refuses round_trip.cc: $(head -n 3 "$there/out")"
		else
			"$there/round_trip" || fail "round_trip.cc, built by $compiler, fails at line $?"
		fi
		;;
	esac
done
[ $compilers -gt 0 ] || fail 'there is no compiler at all'

# changed SED-COMMAND: headers with that change, in $there/abi.
changed() {
	rm -rf "$there/abi"
	mkdir -p "$there/abi"
	cp -R "$top_srcdir/abi/tau" "$there/abi/"
	chmod -R u+w "$there/abi"
	sed -i "$1" "$there/abi/tau/"*.h
	if diff -rq "$top_srcdir/abi/tau" "$there/abi/tau" >/dev/null; then
		fail "the change $1 changes nothing any more; write it anew"
	fi
}
# notices SED-COMMAND: the golden files refuse such headers.
notices() {
	changed "$1"
	if compiles "$there/abi" "${CC:-cc}" -std=gnu11 "$golden/operator_1_0.c" &&
		compiles "$there/abi" "${CC:-cc}" -std=gnu11 "$golden/value_1_0.c" &&
		compiles "$there/abi" "${CC:-cc}" -std=gnu11 "$golden/embed_1_0.c"; then
		fail "nobody notices: $1"
	fi
}
# allows SED-COMMAND: they accept them.
allows() {
	changed "$1"
	compiles "$there/abi" "${CC:-cc}" -std=gnu11 "$golden/operator_1_0.c" &&
		compiles "$there/abi" "${CC:-cc}" -std=gnu11 "$golden/embed_1_0.c" ||
		fail "growth is refused: $1: $(head -n 3 "$there/out")"
}

notices 's/^\tuint64_t credit, reserved;/\tuint64_t extra, credit, reserved;/'     # insert
notices 's/^\tuint64_t credit, reserved;/\tuint64_t reserved, credit;/'            # swap
notices 's/^\tuint64_t any, all;/\tint64_t any, all;/'                             # retype
notices 's/^\tuint64_t rest\[4\];/\tuint64_t rest[3];/'                            # shrink
notices 's/^\tuint16_t type;/\tint16_t type;/'
notices 's/^\tint64_t deadline_ns;//'                                              # remove
notices 's/^\tint (\*yield)(struct tau_op \*op);/\tint (*yield)(struct tau_op *op, int how);/'
notices 's/^\tint (\*run)(struct tau_op \*op);/\tint (*prepare)(struct tau_op *op);\n&/'
notices 's/TAU_END = 2/TAU_END = 4/'                                               # renumber
notices 's/TAU_CODE_MAP = 0x50/TAU_CODE_MAP = 0x54/'
notices 's/TAU_KIND_MAP = 10/TAU_KIND_MAP = 16/'
notices 's/TAU_PARAM_SECRET = 14/TAU_PARAM_SECRET = 15/'
notices 's/^#define TAU_GONE (UINT64_C(1) << 58)/#define TAU_GONE (UINT64_C(1) << 59)/'
notices 's/^static inline void tau_write_null(struct tau_writer \*w)/static inline int tau_write_null(struct tau_writer *w)/'
notices 's/^\tconst char \*const \*reads;/\tconst char *const *takes;\n&/'
notices 's/^int tau_node_step(struct tau_node \*node);/int tau_node_step(struct tau_node *node, int rounds);/'
allows '/^struct tau_node_options {/,/^};/s/^};/\tint later;\n};/'
allows '/^struct tau_host {/,/^};/s/^};/\tint (*later)(struct tau_op *op);\n};/'
allows '/^struct tau_operator {/,/^};/s/^};/\tint (*later)(struct tau_op *op);\n};/'
allows '/^struct tau_os {/,/^};/s/^};/\tint (*later)(const struct tau_os *os);\n};/'
exit $failed
