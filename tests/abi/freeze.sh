#!/bin/bash
# freeze.sh FOLDER [commit]: builds plugins by gcc and clang, at -O0 and -O2, into
# the new folder FOLDER, with their SHA-256 and how they were made, and commits
# it. Done once for each minor of the ABI when it is declared, and never again:
# what runs for ever has to be what people had built then, not what a later
# compiler makes of it.
#   make freeze-abi ABI=1.0     makes and commits tests/abi/frozen/1.0
set -eu
: "${top_srcdir:?}"
folder=${1:?"freeze: say which folder"}
[ ! -e "$folder" ] || {
	echo "freeze: $folder is there already; what is frozen is never built anew" >&2
	exit 1
}
for compiler in gcc g++ clang clang++; do
	command -v $compiler >/dev/null || {
		echo "freeze: $compiler is missing; all four have to be there" >&2
		exit 1
	}
done
mkdir -p "$folder"

# build COMPILER LEVEL STANDARD SOURCE NAME WORD...
build() {
	local compiler=$1 level=$2 standard=$3 source=$4 name=$5
	shift 5
	mkdir -p "$folder/$compiler-O$level"
	"$compiler" -std="$standard" -O"$level" -D_GNU_SOURCE "$@" -shared -fPIC \
		-fvisibility=hidden -fstack-clash-protection -Wl,-z,defs \
		-I"$top_srcdir/abi" -o "$folder/$compiler-O$level/$name.so" \
		"$top_srcdir/tests/fixtures/$source"
	strip -g "$folder/$compiler-O$level/$name.so"
}
for level in 0 2; do
	for compiler in gcc clang; do
		build $compiler $level gnu11 pass.c pass
		build $compiler $level gnu11 upgraded/steady.c steady -DNUMBER=1
	done
	for compiler in g++ clang++; do
		build $compiler $level gnu++17 pair.cc pair
	done
done
{
	echo 'Built by tests/abi/freeze.sh from tests/fixtures, and never built anew:'
	for compiler in gcc g++ clang clang++; do $compiler --version | head -n 1; done
} >"$folder/README"
(cd "$folder" && sha256sum -- */*.so >SHA256SUMS)

[ "${2-}" = commit ] || exit 0
cd "$folder"
version=${PWD##*/}
git add -f .
git commit -q -m "tests: freeze plugins of ABI $version

Built by gcc and clang at -O0 and -O2 from tests/fixtures, with their SHA-256.
They are never built anew: every later host has to run these." -- .
echo "freeze: committed $(git ls-files . | wc -l) files of ABI $version"
