#!/bin/bash
# static.sh: what clang-tidy's analyzer and bug checks say of core/ and
# plugins/. `make check-long` prints it and goes on: a finding is a question to
# a reader. Needs the package clang-tidy.
set -eu
: "${top_srcdir:?}" "${top_builddir:?}"
command -v clang-tidy >/dev/null || {
	echo 'make static: install the package clang-tidy' >&2
	exit 1
}
# Left out: what only taste decides, and where the analyzer errs (it does not
# follow the lists of <sys/queue.h>, nor va_start in C), or is answered in place
# (a child of os_linux_process.c stands still with its parent until it executes).
checks='-*,clang-analyzer-*,bugprone-*
	-bugprone-easily-swappable-parameters
	-bugprone-reserved-identifier
	-bugprone-assignment-in-if-condition
	-bugprone-branch-clone
	-bugprone-macro-parentheses
	-bugprone-sizeof-expression
	-bugprone-suspicious-memory-comparison
	-bugprone-narrowing-conversions
	-bugprone-implicit-widening-of-multiplication-result
	-clang-analyzer-deadcode.DeadStores
	-clang-analyzer-unix.Malloc
	-clang-analyzer-valist.Uninitialized
	-clang-analyzer-security.insecureAPI.strcpy
	-clang-analyzer-security.insecureAPI.vfork
	-clang-analyzer-unix.Vfork
	-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling'
checks=$(printf '%s' "$checks" | tr -s '\n\t' ',')
# The analyzer looks at one file at a time, so it is told here what error_set
# does: it returns the code it was given.
model=$(mktemp)
trap 'rm -f "$model"' EXIT
cat >"$model" <<'END'
#include "core/base/error.h"
#define error_set(error, code, ...) ((void)(error), (code))
END
cd "$top_srcdir"
export checks model
# shellcheck disable=SC2016
find core plugins -name '*.c' ! -path core/base/error.c -print0 |
	xargs -0 -P"$(nproc)" -n4 bash -c '
	clang-tidy --quiet --warnings-as-errors="*" -checks="$checks" "$@" -- \
		-std=gnu11 -DTAU_PLUGIN_FOLDER="\"\"" -I. -Iabi -Iplugins \
		-include "$top_builddir/config.h" -include "$model" 2>/dev/null' tidy
