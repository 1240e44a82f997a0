#!/bin/bash
# check.sh: each plugin of tests/bad/check breaks one rule, and `tau check` finds
# it by the code in its first line; what is no plugin is told in a sentence; and
# nothing is left behind.
source "$(dirname "$0")/scenario.sh"
here=$(cd "${top_srcdir:-$OLDPWD}/tests/bad/check" && pwd)
abi=$(cd "$here/../../../abi" && pwd)
export TMPDIR=$PWD/tmp
mkdir -p "$TMPDIR"
umask 022

scenario "each broken plugin is found by its code, and by no other"
for source in "$here"/*.c; do
	name=${source##*/}
	read -r _ words <"$source"
	words=${words%'*/'}
	code=$(printf '%s\n' $words | grep -v '^-\|none' | sort || :)
	flags=$(printf '%s\n' $words | grep '^-' || :)
	printf 'void absent(void);void absent(void){}' |
		${CC:-cc} -shared -fPIC -o libabsent.so -xc -
	# shellcheck disable=SC2086
	${CC:-cc} -g -shared -fPIC -fvisibility=hidden -I"$abi" -I"$here" \
		-o bad.so "$source" $flags 2>cc || fail "$name: $(cat cc)"
	deadline=10s memory=1GiB
	[ "$code" != case.hang ] || deadline=700ms
	[ "$code" != case.limit ] || memory=100MiB
	t check --json --deadline $deadline --memory $memory bad.so
	found=$(jq -r '.findings[].code' out | sort -u)
	# What is in use is not known of an allocator of the sanitizers'.
	[ -z "${TAU_SANITIZERS:-}" ] || [ "$code" != life.memory ] || {
		echo "$code" >>"$folder/codes"
		continue
	}
	[ "$found" = "$code" ] || fail "$name: found '$found', not '$code': $(cat out err)"
	expect_status $((${#code} > 0))
	echo "$code" >>"$folder/codes"
	case $name in crash.c | abort.c | loop.c | block.c | written.c)
		jq -e --arg at "in run (" --arg file "$name:" \
			'.findings[0].text | contains($at) and contains($file)' out >/dev/null ||
			fail "$name: it does not say where: $(cat out)"
		;;
	prints.c)
		jq -e '.findings[0].printed == "counted 1, stopped\ncounted 11\n"' out >/dev/null ||
			fail "$name: what it printed: $(cat out)"
		;;
	note.c)
		jq -e '.findings[0].hint | contains("TAU_PLUGIN")' out >/dev/null ||
			fail "$name: the hint is not about the text: $(cat out)"
		;;
	newer.c)
		jq -e '[.remarks[].text] | length == 3 and (.[2] | contains("TAU_PARAM_NONE"))' out >/dev/null ||
			fail "$name: no remarks: $(cat out)"
		;;
	esac
	[ -z "$code" ] || jq -e '.findings | all(.text != "" and .hint != "")' out >/dev/null ||
		fail "$name: a finding without sentence or hint"
done

scenario "nothing is left of them: no file, and no process"
[ -z "$(ls -A "$TMPDIR")" ] || fail "$(ls -AR "$TMPDIR" | head -5)"
left=$(ps -eo args= | grep -F "tau checking $PWD/" | grep -v grep || :)
[ -z "$left" ] || fail "$left"

scenario "who interrupts it waits until all is cleared away"
${CC:-cc} -shared -fPIC -fvisibility=hidden -I"$abi" -I"$here" -o bad.so "$here/block.c"
"$TAU" check bad.so >out 2>err &
checking=$!
until [ -n "$(ls -A "$TMPDIR")" ]; do sleep 0.02; done
kill -TERM $checking
wait $checking && fail "not interrupted"
[ -z "$(ls -A "$TMPDIR")" ] || fail "$(ls -AR "$TMPDIR" | head -5)"

scenario "as text, too"
t check bad.so
expect_status 1
grep -q '^  hint: ' out || fail "no hint"

scenario "the manual has each code, and each was found"
sed 's/\\-/-/g' "$here/../../../docs/tau.1" | sed -n '/^.SH FINDINGS/,/^.SH EXIT/p' | grep -oE '^\.B (file|elf|note|life|run|stop|fail|save|close|case|body|reserve|read|in|out|restore)\.[a-z]+' |
	sed 's/^\.B //' | sort -u >manual
sort -u "$folder/codes" | sed '/^$/d' >found
diff manual found || fail "the codes of the manual and those of the broken plugins differ"

scenario "what is no plugin"
echo 'just text, longer than an ELF header: this is not a plugin at all' >text.so
mkfifo fifo.so
mkdir folder.so
cp /bin/true program.so
for file in text program; do
	t check $file.so
	expect_status 1
	grep -q '^file.refused: ' out || fail "$file is not refused: $(cat out err)"
done
for file in folder absent fifo; do
	t check $file.so
	expect_status 74
	[ "$(wc -l <err)" = 1 ] && grep -q "^tau: $file.so: " err || fail "no sentence for $file: $(cat err)"
done
truncate -s 1025M huge.so
t check huge.so
expect_status 1
grep -q '^file.refused: .* at most' out || fail "huge: $(cat out err)"
rm huge.so

scenario "a plugin may be larger than what it may write"
${CC:-cc} -shared -fPIC -fvisibility=hidden -I"$abi" -I"$here" -o large.so "$here/good.c"
truncate -s 257M large.so
t check large.so
expect_status 0
rm large.so
