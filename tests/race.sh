#!/bin/bash
# race.sh: ThreadSanitizer follows the coroutines' switches. It keeps a stack of
# calls for each of them, and dies when it was not told of one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$top_srcdir"
if ! echo 'int main(void) { return 0; }' |
	${CC:-cc} -fsanitize=thread -x c - -o "$folder/probe" 2>"$folder/said"; then
	echo "race: SKIPPED: ${CC:-cc} has no thread sanitizer here:"
	cat "$folder/said"
	exit 77
fi
${CC:-cc} -D_GNU_SOURCE -g -O2 -fsanitize=thread -I. -o "$folder/race" \
	tests/race_helper.c core/fiber/coroutine.c core/fiber/stack.c \
	core/base/check.c core/base/error.c core/base/os_linux*.c \
	x86_64/switch.S
# It wants its own places in memory, which a random layout may take.
run=("$folder/race")
if setarch -R true 2>/dev/null; then run=(setarch -R "$folder/race"); fi
if ! timeout 100 "${run[@]}" >"$folder/said" 2>&1; then
	cat "$folder/said"
	if grep -q 'unexpected memory mapping' "$folder/said"; then
		echo 'race: SKIPPED: the thread sanitizer finds its place in memory taken'
		exit 77
	fi
	exit 1
fi
