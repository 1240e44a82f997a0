#!/bin/bash
# bad_manifests.sh: every manifest in tests/bad/manifests must be refused with
# exactly the text beside it: NAME.json, NAME.expected, and where it needs
# them NAME.arguments. The texts were written by hand and by a program of their
# own that counts lines and columns; they are the contract, not a recording.
set -u
export LC_ALL=C
unset TAU_TEST_UNSET
cd "$top_srcdir/tests/bad/manifests" || exit 1
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
count=0 failed=0
complain() {
	printf 'bad_manifests: %s: %s\n' "$1" "$2"
	failed=$((failed + 1))
}

for expected in *.expected; do
	name=${expected%.expected}
	arguments=()
	[ ! -e "$name.arguments" ] || read -ra arguments <"$name.arguments"
	timeout 60 "$TAU" validate --plugin-path "$top_builddir/tests/fixtures" \
		"${arguments[@]}" "$name.json" >"$said/out" 2>"$said/err"
	code=$?
	[ $code -eq 78 ] || complain "$name" "exit code $code, not 78"
	[ ! -s "$said/out" ] || complain "$name" "it wrote to stdout"
	diff -u --label expected --label said "$expected" "$said/err" ||
		complain "$name" "other words"
	count=$((count + 1))
done
[ $count -ge 60 ] || complain . "only $count manifests"
[ $failed -eq 0 ] || exit 1
echo "bad_manifests: $count refused as written"
