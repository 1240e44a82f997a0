#!/bin/bash
# files.sh: what the operators of tau-io read and write, and when they end.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

# Reads one line of what the program on fd 4 prints.
expect_next() {
	local line
	IFS= read -r -t 60 line <&4 || fail "the line '$1' does not come"
	[ "$line" = "$1" ] || fail "the line is '$line' instead of '$1'"
}

seq 1 100000 >numbers

scenario "a file is copied as it is"
head -c 1000000 /dev/urandom >random
t run -e 'file.read random ! file.write copy'
expect_status 0
cmp -s random copy || fail "the copy differs"

scenario "lines are torn and joined at every block"
t run -e 'file.read numbers ! lines ! file.write copy'
expect_status 0
cmp -s numbers copy || fail "the lines differ"

scenario "an empty file has no lines, a last line needs no newline"
: >empty
t run -e 'file.read empty ! lines ! stdout'
expect_status 0
expect_text out ''
printf 'a\n\nb' >unended
t run -e 'file.read unended ! lines ! stdout'
expect_text out $'a\n\nb\n'

scenario "bytes stand as they are, text on lines, values as JSON"
printf 'x y' >bytes
t run -e 'm:merge ! stdout ; file.read bytes ! @m'
expect_text out 'x y'
t run -e 'file.read bytes ! lines ! stdout'
expect_text out $'x y\n'
t run -e 'file.read bytes ! lines ! fields ! stdout'
expect_text out $'["x","y"]\n'

scenario "a file that is written is emptied first"
echo old >target
t run -e 'generate 2 ! file.write target'
expect_text target $'1\n2\n'
t run -e 'generate 1 ! where "" = none ! file.write target'
expect_text target ''

scenario "what cannot be opened, read or written"
t run -e 'file.read missing ! stdout'
expect_status 1
expect_line err "*cannot open $folder/missing: No such file or directory"
t run -e 'file.read . ! stdout'
expect_status 1
expect_line err "*cannot read $folder*: Is a directory"
t run -e 'generate 1 ! file.write missing/file'
expect_status 1
expect_line err "*cannot open $folder/missing/file for writing: No such file or directory"
t run -e 'generate 100000 ! file.write /dev/full'
expect_status 1
expect_line err "*cannot write /dev/full: No space left on device"

scenario "a FIFO is read from its first writer to the end of its last"
mkfifo fifo
exec 4< <(timeout 60 "$TAU" run -e 'file.read fifo ! lines ! stdout' 2>err; echo "ended $?")
exec 5>fifo
echo one >&5
expect_next one
exec 6>fifo
exec 5>&-
echo two >&6
expect_next two
exec 6>&-
expect_next "ended 0"
exec 4<&-

scenario "a followed FIFO has further writers"
exec 4< <(timeout 60 "$TAU" run -e 'file.read fifo true ! lines ! take 2 ! stdout' 2>err; echo "ended $?")
echo one >fifo
expect_next one
echo two >fifo
expect_next two
expect_next "ended 0"
exec 4<&-

scenario "a FIFO that is written waits for its first reader and ends with its last"
exec 4< <(timeout 60 "$TAU" run -e 'generate ! file.write fifo' 2>err; echo "ended $?")
exec 5<fifo
IFS= read -r line <&5
[ "$line" = 1 ] || fail "the FIFO begins with $line"
exec 5<&-
expect_next "ended 0"
exec 4<&-

scenario "a followed file grows, is cut, and is replaced"
echo one >log
exec 4< <(timeout 60 "$TAU" run -e 'file.read log true ! lines ! take 6 ! stdout' 2>err; echo "ended $?")
expect_next one
printf 'tw' >>log
echo o >>log
expect_next two
: >log
echo again >>log
expect_next again
mv log log.1
echo late >>log.1
expect_next late
echo fresh >log
expect_next fresh
echo more >>log
expect_next more
expect_next "ended 0"
exec 4<&-

scenario "a slow reader gets everything"
"$TAU" run -e 'file.read numbers ! lines ! stdout' 2>err | {
	IFS= read -r first
	echo "$first"
	cat
} >out
cmp -s numbers out || fail "lines are missing"

scenario "a reader that reads little and goes ends the writer"
{
	code=0
	"$TAU" run -e 'generate ! stdout' 2>err || code=$?
	echo $code >code
} | head -n 3 >out
expect_text out $'1\n2\n3\n'
expect_text code $'0\n'

# The flags of our end of a pipe, before and after; 04000 is O_NONBLOCK.
scenario "what was inherited stays blocking"
{ cat /proc/self/fdinfo/0 >before
	"$TAU" run -e 'stdin ! lines ! stdout' 2>err
	cat /proc/self/fdinfo/0 >after; } < <(cat numbers) | cat >out
cmp -s numbers out || fail "lines are missing"
[ "$(grep flags before)" = "$(grep flags after)" ] ||
	fail "the flags of standard input have changed"
{ "$TAU" run -e 'generate 1 ! stdout' 2>err
	grep flags /proc/self/fdinfo/1 >after; } | cat >out
case $(cat after) in *4??? | *4???1) fail "standard output does not block any more" ;; esac

scenario "a terminal is written too"
"$pty" -- "$TAU" run -e 'generate 3 ! stdout' >out 2>err
tr -d '\r' <out >plain
expect_text plain $'1\n2\n3\n'

scenario "a file that is read is not emptied by the same topology"
echo kept >same
ln -s same other
for form in 'file.read same ! file.write same' 'file.read same ! lines ! file.write ./other'; do
	t run -e "$form"
	expect_status 78
	expect_line err '-e:1:*: "file-write" empties the file that "file-read" reads before all of it is read; write to another'
	expect_text same $'kept\n'
done
t validate -e 'file.read same follow=true ! file.write same'
expect_status 0
mkfifo through
t validate -e 'file.read through ! file.write through'
expect_status 0
