#!/bin/bash
# new.sh: what `tau new` makes builds with every compiler that is there, without
# a warning, is found to be right by `tau check` and by its own tests, and does
# what its README says; and what cannot be made leaves nothing behind.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL CFLAGS CXXFLAGS CPPFLAGS LDFLAGS
PKG_CONFIG_PATH=$(cd "$top_builddir" && pwd)
export TAU PKG_CONFIG_PATH

# made FOLDER TARGET…: make there; its output is the file out.
made() {
	status=0
	(cd "$1" && shift && make "$@") >out 2>err </dev/null || status=$?
	[ $status = 0 ] || fail "make in $* ended with $status"
}

# The words of each line of a README, and of all so far, by another program.
oracle() {
	awk '{ so_far += NF; printf "{\"words\":%d,\"so_far\":%d}\n", NF, so_far }' "$1/README.md"
}

# tried NAME COMPILER: an operator's folder does what its README says.
tried() {
	case $1 in *-cc) set -- "$1" CXX="$2" CXXFLAGS='-O1 -Werror -Wconversion -Wshadow' ;;
	*) set -- "$1" CC="$2" CFLAGS='-O1 -Werror -Wconversion -Wshadow' ;; esac
	made "$1" clean
	made "$@"
	expect_empty err
	made "$1" check
	expect_line out './*.so: * passed, 0 found'
	made "$1" test
	expect_line out '* passed, 0 failed'
	made "$1" -s run
	oracle "$1" | cmp -s - out || fail "$2: it counts otherwise than awk"
}

for style in coroutine continuation; do
	for language in c c++; do
		suffix=${language/c++/cc}
		name=my-$style-$suffix
		scenario "an operator as a $style in $language"
		t new operator --style $style --lang $language "$name"
		expect_status 0
		expect_empty err
		expect_line out "$name/$name.$suffix *the operator $name.words"
		expect_line out "  cd $name && make check test run"
		[ "$(ls -A "$name" | sort | tr '\n' ' ')" = \
			".gitignore Makefile README.md $name.$suffix test.json topology.json " ] ||
			fail "made are: $(ls -A "$name")"
		! grep -r newname "$name" >out || fail "a word was forgotten"
		case $language in c) compilers="gcc clang" ;; *) compilers="g++ clang++" ;; esac
		for compiler in $compilers; do
			! command -v "$compiler" >/dev/null || tried "$name" "$compiler"
		done
		(cd "$name" && "$TAU" test --renew-everywhere test.json) >out 2>err ||
			fail "it does not survive being replaced everywhere"
		mkdir failing
		sed 's/^.*words = count(record, .*/\tif (record->bytes == 3)\n\t\treturn tau_fail(op, -EINVAL, "three is too few");\n&/' \
			"$name/$name.$suffix" >"failing/$name.$suffix"
		cp "$name/Makefile" failing
		made failing
		(cd failing && printf 'it is\none\n' | timeout 60 "$TAU" run -L . -e "stdin ! lines ! $name.words ! stdout") \
			>out 2>err && fail "what fails in take is told as done"
		expect_line err '*: three is too few'
		rm -r failing
		case $style in
		continuation) grep -q on_ready "$name/$name.$suffix" || fail "it has another style" ;;
		*) grep -q 'run(' "$name/$name.$suffix" || fail "it has another style" ;;
		esac
	done
done

scenario "what is not named is a coroutine in C, and the line of its README"
t new operator 9lives
expect_status 0
made 9lives
cmp -s <(sed 's/my-coroutine-c\b/9lives/g' my-coroutine-c/my-coroutine-c.c) 9lives/9lives.c ||
	fail "it is another one"
grep 'tau run -L' 9lives/README.md | sed "s|tau run|\"$TAU\" run|" >line
(cd 9lives && . ../line) >out 2>err
tr -d '\200-\277' <9lives/README.md | awk '
	{ words = 0; for (i = 1; i <= NF; i++) words += length($i) >= 4
	  so_far += words; printf "{\"words\":%d,\"so_far\":%d}\n", words, so_far }' |
	cmp -s - out || fail "words of four letters are counted otherwise than by awk"

scenario "a new version while it runs, as its README tells"
trap '"$TAU" stop --now >stopped 2>&1 || true; rm -rf "$folder"' EXIT
sed -n '/^    cp README/,$s/^    //p' 9lives/README.md |
	sed 's/^# change .*/sed -i "s,1\\.0\\.0,1.1.0," 9lives.c/; s/^tau /"$TAU" /' >steps
[ "$(grep -c . steps)" = 8 ] || fail "its README tells something else: $(cat steps)"
(cd 9lives && . ../steps) >out 2>err </dev/null || fail "its README's upgrade ended with $?"
expect_line out 'main runs 9lives 1.1.0 (*'
grep -qx '[0-9]*' out || fail "its state is no number"
expect_line out 'main runs 9lives 1.0.0 (*'
trap 'rm -rf "$folder"' EXIT

scenario "what editors are told compiles it"
(cd 9lives && gcc $(cat compile_flags.txt) -fsyntax-only 9lives.c) >out 2>err ||
	fail "compile_flags.txt is wrong"
printf '%s\n' '*.so' compile_flags.txt | cmp -s - 9lives/.gitignore ||
	fail "git would take what make makes"

scenario "it is installed where pkg-config says"
made 9lives install DESTDIR="$folder/root"
[ "$(find root -name '*.so')" = "root$PKG_CONFIG_PATH/plugins/9lives.so" ] ||
	fail "installed was $(find root -type f)"

scenario "where pkg-config does not know tau, a sentence says what to do"
made 9lives clean
status=0
(cd 9lives && PKG_CONFIG_PATH='' PKG_CONFIG_LIBDIR='' make) >out 2>err || status=$?
[ $status = 2 ] || fail "make ended with $status"
expect_line err '*PKG_CONFIG_PATH has to name its build folder.'

scenario "a topology"
t new topology Weblog_1
expect_status 0
expect_line out 'Weblog_1/topology.json *the topology Weblog_1'
! grep -r newname Weblog_1 >out || fail "a word was forgotten"
warnings=yes
made Weblog_1
expect_empty err
expect_line out 'topology.json is valid: *'
made Weblog_1 test
expect_line out '2 cases: 2 passed, 0 failed'
made Weblog_1 -s run
awk 'NF > 3 && $3 ~ /^[A-Z]+$/ { print $3 }' Weblog_1/sample.txt | sort | uniq -c |
	awk '{ print $2, $1 }' >levels
tail -n +2 out | awk '{ print $1, $2 }' | sort | cmp -s - levels ||
	fail "it counts otherwise than uniq"
[ "$(wc -l <Weblog_1/bad.json)" = 1 ] || fail "bad.json holds $(cat Weblog_1/bad.json)"
warnings=

scenario "for programs"
t new topology --json two
expect_text out '{
  "kind": "topology",
  "folder": "two",
  "files": [
    "two/topology.json",
    "two/test.json",
    "two/sample.txt",
    "two/Makefile",
    "two/README.md",
    "two/.gitignore"
  ]
}
'

# refused STATUS SENTENCE WORD…
refused() {
	local wanted=$1 sentence=$2
	shift 2
	t new "$@"
	expect_status "$wanted"
	expect_empty out
	[ "$(head -n 1 err)" = "tau: $sentence" ] || fail "new $* says: $(cat err)"
}

scenario "what cannot be a name, or is nothing to be made"
names='cannot name a plugin; a name has 1 to 64 small letters (a-z), digits, _ and -'
refused 2 "\"Hello\" $names" operator Hello
refused 2 "\"\" $names" operator ''
refused 2 "\"ümlaut\" $names" operator ümlaut
long=$(printf '%065d' 0)
refused 2 "\"$long\" $names" operator "$long"
refused 2 "\"a.b\" cannot name a topology; a name has 1 to 64 letters (a-z, A-Z), digits, _ and -" topology a.b
refused 2 '"there/hello" is a path; new makes the folder where you are, so go there first and give a name alone' \
	operator there/hello
refused 2 'a name that begins with - is an option to every other command; take another one than "-x"' \
	operator -- -x
refused 2 'names that begin with tau- are those of the standard plugins; take another one than tau-new' \
	operator tau-new
refused 2 'the name file is taken by the standard operator file.read; take another one, such as my-file' \
	operator file
refused 2 'the name merge is taken by the standard operator merge; take another one, such as my-merge' \
	operator merge
refused 2 'new needs to know what to make and a name for it, as in: tau new operator my-operator'
refused 2 'new needs to know what to make and a name for it, as in: tau new topology my-topology' topology
refused 2 'new makes an operator or a topology, and "hello" is neither; did you mean tau new operator hello?' hello
refused 2 'new makes an operator or a topology, and "operater" is neither; did you mean tau new operator NAME?' \
	operater hello
refused 2 'new takes one name, and two is a second' operator one two
refused 2 '--style loop: it is coroutine or continuation' operator one --style loop
refused 2 '--lang rust: it is c or c++; operators in other languages are programs: see command in tau-topology(5)' \
	operator one --lang rust
refused 2 '--style and --lang are about the code of an operator; a topology has none' topology one --lang c
t new topology merge
expect_status 0

scenario "what is there already stays as it is"
refused 73 'two is there already, and stays as it is; take another name, or move it away first' operator two
ln -s nowhere dangling
refused 73 'dangling is there already, and stays as it is; take another name, or move it away first' topology dangling
[ -L dangling ] || fail "a link was replaced"

scenario "what cannot be written leaves nothing behind"
mkdir stands
(cd stands && rmdir ../stands && "$TAU" new operator gone) >out 2>err && fail "a folder that is gone was written to"
expect_line err 'tau: cannot make the folder gone here: No such file or directory'
mkdir small
(
	trap '' XFSZ
	ulimit -f 1
	cd small && "$TAU" new operator big
) >out 2>err && fail "files beyond the limit were written"
expect_line err 'tau: cannot write big/big.c: File too large; nothing of it was left'
[ -z "$(ls -A small)" ] || fail "left behind was $(ls -A small)"
