#!/bin/bash
# guide.sh: the author's guide says what happens. Its files are taken out of
# its text (```c NAME.c and the like), its commands (```console, behind "$ ")
# are run in order in one shell, and what they print, both streams, is what
# stands below them; a line "..." stands for any lines. Files are written before
# the first command that follows them.
set -eu
: "${top_srcdir:?}" "${top_builddir:?}" "${TAU:?}"
[ -n "${GUIDE_TIMED-}" ] || GUIDE_TIMED=yes exec timeout 300 bash "$0" # a FIFO waits for ever
guide=$top_srcdir/docs/author.md
folder=$(mktemp -d "${TMPDIR:-/tmp}/guide.XXXXXX")
trap 'rm -rf "$folder"' EXIT
umask 022
fail() {
	echo "guide: $*" >&2
	exit 1
}

# As installed: tau, the compiler (for C++ without sanitizers: those want their
# own library of a host that is C), and where pkg-config finds the headers.
mkdir -p "$folder"/{bin,work,inst/lib/pkgconfig,inst/include,expected,printed}
mkdir -m 700 "$folder/runtime"
cat >"$folder/bin/tau" <<END
#!/bin/sh
# More time than the guide gives, for machines with much else to do.
case \$1 in
check) shift; set -- check --deadline 60s "\$@" ;;
upgrade) shift; set -- upgrade --freeze-timeout 60s "\$@" ;;
esac
exec "$TAU" "\$@"
END
ln -s "$top_srcdir/abi/tau" "$folder/inst/include/tau"
cp "$top_builddir/tau-operator.pc" "$folder/inst/lib/pkgconfig"
printf '#!/bin/sh\nexec %s %s "$@"\n' "${CC:-cc}" "${TAU_SANITIZERS-}" >"$folder/bin/cc"
printf '#!/bin/sh\nexec %s "$@"\n' "${CXX:-c++}" >"$folder/bin/c++"
chmod +x "$folder/bin/"*
for tool in pkg-config make patch; do
	command -v $tool >/dev/null || {
		echo "guide: skipped: $tool is not installed"
		exit 77
	}
done
export PATH=$folder/bin:$PATH PKG_CONFIG_PATH=$folder/inst/lib/pkgconfig CC=cc
export XDG_STATE_HOME=$folder/state XDG_RUNTIME_DIR=$folder/runtime LC_ALL=C
cd "$folder/work"

# One script of all blocks, in their order. Each command is followed by what it
# is expected to print, up to the next.
awk -v folder="$folder" '
	/^```[a-z+]+ [^ ]+$/ && !inside { inside = "file"; name = $2; print "mkdir -p \"$(dirname " name ")\" && cat >" name " <<\"END OF FILE\""; next }
	$0 == "```console" && !inside { inside = "console"; next }
	/^```/ && !inside { inside = "other"; next }
	$0 == "```" { if (inside == "file") print "END OF FILE"; inside = ""; next }
	inside == "file" { print }
	inside == "console" && /^\$ / {
		number++
		command = substr($0, 3)
		printf "" >(folder "/expected/" number)
		close(folder "/expected/" number)
		print "at=" NR
		if (command ~ /^exec |&$|^wait/) print command
		else print "{ " command "\n} >../printed/" number " 2>&1 || wrong " number " \"ended with $?\""
		print "compare " number
		next
	}
	inside == "console" { print >>(folder "/expected/" number); close(folder "/expected/" number) }
	END { if (inside) exit 1 }' "$guide" >"$folder/script" || fail "a block does not end"

# wrong NUMBER WHAT: the command behind $at.
wrong() {
	fail "author.md:$at: $2: $(sed -n "${at}p" "$guide")
expected: $(cat "$folder/expected/$1")
printed: $(cat "$folder/printed/$1")"
}
# compare NUMBER: "..." is any lines, at most one of them in an answer; how many
# cases a check has may change.
compare() {
	local expected=$folder/expected/$1 printed=$folder/printed/$1
	touch "$printed"
	sed -i 's/[0-9][0-9]* passed/… passed/' "$printed"
	if grep -qx '\.\.\.' "$expected"; then
		before=$(sed -n '/^\.\.\.$/=' "$expected")
		head -n $((before - 1)) "$printed" | cmp -s - <(head -n $((before - 1)) "$expected") ||
			wrong "$1" "prints something else"
		tail -n +$((before + 1)) "$expected" | cmp -s - <(tail -n $(($(wc -l <"$expected") - before)) "$printed") ||
			wrong "$1" "prints something else"
	else
		cmp -s "$expected" "$printed" || wrong "$1" "prints something else"
	fi
}
. "$folder/script"

# The header that it keeps is for C++ as well.
echo '#include "bad.h"' | c++ -std=c++17 -Wall -Wextra -Werror \
	$(pkg-config --cflags tau-operator) -I. -fsyntax-only -x c++ - ||
	fail "bad.h is no C++"

# Every plugin of the guide was checked, and each code that it names is one of
# those that the manual has.
for source in *.c *.cc two/*.c; do
	[ -e "${source%.*}.so" ] || fail "$source was not built"
	grep -q "^\\$ tau check ./${source%.*}.so" "$guide" || fail "$source was not checked"
done
grep -o '`[a-z]*\.[a-z]*`' "$guide" | tr -d '`' | sort -u |
	grep -E '^(file|elf|note|life|run|stop|fail|save|close|case|body|reserve|in|out|restore)\.[a-z]*$' |
	while read -r code; do
		[ "$code" = out.back ] || grep -q "^\.B $code$" "$top_srcdir/docs/tau.1" ||
			fail "tau(1) has no finding $code"
	done

# Each file and each heading that it links to is there.
awk '/^```/ { inside = !inside } !inside' "$guide" >prose
grep -o '](\([^)]*\))' prose | sed 's/^](//; s/)$//' | while read -r link; do
	case $link in
	\#*) tr '[:upper:]' '[:lower:]' <prose | sed -n 's/^##* //p' | sed 's/[^a-z0-9 -]//g; s/ /-/g' |
		grep -qx -- "${link#\#}" || fail "it links to the heading $link, which is not there" ;;
	*) [ -e "$top_srcdir/docs/$link" ] || fail "it links to $link, which is not there" ;;
	esac
done
