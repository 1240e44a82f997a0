#!/bin/bash
# pages.sh: the man pages are set without a warning; those that are made of the
# headers and of wire.md hold all that stands there; and each names only pages
# that there are.
set -u
cd "$top_builddir" || exit 1
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT
failed=0
fail() {
	printf 'pages: %s\n' "$*"
	failed=1
}
pages=("$top_srcdir"/docs/*.[1-9] docs/*.[1-9])
[ ${#pages[@]} -ge 6 ] || fail "only ${pages[*]}"

for page in "${pages[@]}"; do
	name=${page##*/}
	if command -v groff >/dev/null; then
		groff -ww -t -K utf8 -man -Tutf8 -P-cbu "$page" >"$there/$name" 2>"$there/err" || fail "$name is not set"
		[ ! -s "$there/err" ] || fail "$name: $(head -n 3 "$there/err")"
		width=$(LC_ALL=C.UTF-8 wc -L <"$there/$name")
		[ "$width" -le 132 ] || fail "$name is $width columns wide"
	fi
	# .BR tau-plugin (5), and in running text tau-plugin(5)
	tr -d '\\' <"$page" | grep -o 'tau\(-[a-z]*\)\? \?([1-9])' | tr -d ' )' | tr '(' . | sort -u >"$there/named"
	while read -r other; do
		[ -e "$top_srcdir/docs/$other" ] || [ -e "docs/$other" ] || fail "$name names $other, which is not there"
	done <"$there/named"
done
command -v groff >/dev/null || echo 'pages: groff (package groff-base) is not here, so none is set'

# All that authors call stands in tau-operator(3).
page=$(tr -d '\\' <docs/tau-operator.3)
shopt -s extglob
headers=("$top_srcdir"/abi/tau/!(*_inline|*_lookup|*_walk|embed).h)
grep -oh '\btau_[a-z0-9_]*[a-z0-9](' "${headers[@]}" | tr -d '(' | sort -u >"$there/names"
grep -oh '(\*[a-z_]*)(' "$top_srcdir"/abi/tau/operator.h | tr -d '(*)' | sort -u >>"$there/names"
grep -oh '^struct tau_[a-z]*' "${headers[@]}" | sort -u >>"$there/names"
[ "$(wc -l <"$there/names")" -ge 80 ] || fail "the headers declare only $(wc -l <"$there/names") names"
while read -r name; do
	[[ $page == *"$name"* ]] || fail "tau-operator(3) says nothing of $name"
done <"$there/names"
for header in "${headers[@]}"; do
	header=${header##*/}
	case $page in *tau/"$header"* | *TAU/"${header^^}"*) ;; *) fail "tau-operator(3) leaves $header out; see docs/local.am, and make it anew" ;; esac
done

# And all that applications call in tau-embed(3).
page=$(tr -d '\\' <docs/tau-embed.3)
grep -o '\btau_node_[a-z_]*\|^struct tau_[a-z_]*' "$top_srcdir/abi/tau/embed.h" | sort -u >"$there/names"
[ "$(wc -l <"$there/names")" -ge 15 ] || fail "embed.h declares only $(wc -l <"$there/names") names"
while read -r name; do
	[[ $page == *"$name"* ]] || fail "tau-embed(3) says nothing of $name"
done <"$there/names"

# And all sections and words of wire.md in tau-wire(7).
tr -d '\\' <docs/tau-wire.7 | sed 's/fB//g; s/fP//g' >"$there/wire"
grep '^## ' "$top_srcdir/docs/wire.md" | sed 's/^## //' | tr a-z A-Z | while read -r title; do
	grep -qx ".SH $title" "$there/wire" || echo "$title"
done >"$there/lost"
[ ! -s "$there/lost" ] || fail "tau-wire(7) lacks $(cat "$there/lost")"
words() { tr -cs 'A-Za-z' '\n' | sort | uniq -c | awk '$1 >= 1 { print $2 }' | sort -u; }
sed '/^#/d; s/](\([^)]*\))/]/g; s/^```.*//' "$top_srcdir/docs/wire.md" | words >"$there/wanted"
words <"$there/wire" >"$there/had"
comm -23 "$there/wanted" "$there/had" >"$there/lost"
[ ! -s "$there/lost" ] || fail "tau-wire(7) lost the words $(tr '\n' ' ' <"$there/lost")"
[ $failed -eq 0 ] || exit 1
echo "pages: ${#pages[@]} are set without a warning, and whole"
