#!/bin/bash
# bad_oneliners.sh: with the real plugins too, the program answers every line
# of tests/bad/oneliners with what stands below it there.
source "$(dirname "$0")/scenario.sh"
here=$(cd "${top_srcdir:-$OLDPWD}/tests/bad/oneliners" && pwd)

count=0
for case in "$here"/*.txt; do
	scenario "${case##*/}"
	tail -n +2 "$case" >wanted
	t validate -e "$(head -n 1 "$case")"
	expect_status 78
	cmp -s wanted err || fail "$(diff wanted err)"
	count=$((count + 1))
done
[ $count -ge 15 ] || fail "only $count bad one-liners"
