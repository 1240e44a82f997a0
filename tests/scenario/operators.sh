#!/bin/bash
# operators.sh: the standard operators on a real log, beside awk, grep, sort
# and head, which know nothing of ours.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

# same COMMAND...: out is what the command prints.
same() {
	"$@" >expected
	cmp -s expected out || {
		diff expected out | head -n 5 >err
		: >out
		fail "out differs from what $1 says"
	}
}

gzip -dc "${top_srcdir:-$(dirname "$0")/../..}/examples/weblog/access.log.gz" >log

scenario "fields picks what awk picks"
t run -e 'file.read log ! lines ! fields 7 ! stdout'
expect_status 0
same awk 'NF >= 7 { print $7 }' log
t run -e 'file.read log ! lines ! fields -1 separator="\"" ! stdout'
same awk -F '"' '{ print $NF }' log
t run -e 'file.read log ! lines ! fields 1,9 ! count /0,/1 ! stdout'
same awk 'NF >= 9 { gsub(/"/, "\\\""); key = "{\"0\":\"" $1 "\",\"1\":\"" $9 "\""
		if (!(key in times)) order[++n] = key; times[key]++ }
	END { for (i = 1; i <= n; i++) print order[i] ",\"count\":" times[order[i]] "}" }' log

scenario "where compares as awk does"
t run -e 'file.read log ! lines ! weblog ! where /bytes > 5000 ! count ! stdout'
same awk -F '"' '{ split($3, rest, " "); n += rest[2] > 5000 }
	END { print "{\"count\":" n "}" }' log
t run -e 'file.read log ! lines ! where "" matches "GET /img/.*curl" ! stdout'
same grep 'GET /img/.*curl' log
t run -e 'file.read log ! lines ! where "" prefix 127. ! stdout'
same grep '^127\.' log
t run -e 'file.read log ! lines ! weblog ! where /path != / ! where /method = GET ! count ! stdout'
same awk -F '"' '$2 ~ /^GET( |$)/ && $2 !~ /^GET \/ / { n++ }
	END { print "{\"count\":" n "}" }' log

scenario "sum adds per kind"
t run -e 'file.read log ! lines ! weblog ! sum /bytes /host ! sort /host ! stdout'
awk -F '"' '{ split($1, head, " "); split($3, rest, " "); sum[head[1]] += rest[2] }
	END { for (host in sum) printf "{\"host\":\"%s\",\"sum\":%d}\n", host, sum[host] }' log |
	sort >expected
sort out | cmp -s - expected || fail "the sums differ"

scenario "sort orders text and numbers, and is stable"
t run -e 'file.read log ! lines ! sort ! stdout'
same sort log
t run -e "file.read log ! lines ! fields 10 ! where '' matches '^[0-9]+$' ! sort order=descending ! stdout"
awk '$10 ~ /^[0-9]+$/ { print $10 }' log | sort -s -rn >numbers
same cat numbers

scenario "take, tee and merge"
t run -e 'file.read log ! lines ! take 17 ! stdout'
same head -n 17 log
t run -e 'file.read log ! lines ! t:tee ! m:merge ! count ! stdout ; @t ! @m ; @t ! where "" matches GET ! @m'
same awk '{ n += 2 + /GET/ } END { print "{\"count\":" n "}" }' log

scenario "deal gives each record to one reader that has room"
t run -e 'file.read log ! lines ! d:deal ! m:merge ! sort ! stdout ; @d ! @m ; @d ! @m'
same sort log
t run -e 'file.read log ! lines ! d:deal ! count ! stdout ; @d ! null'
same awk 'END { print "{\"count\":" int((NR + 1) / 2) "}" }' log

scenario "deal goes on with the others when a reader leaves"
t run -e 'generate 100000 ! d:deal ! take 5 ! null ; @d ! stdout'
expect_status 0
expect_line out 100000
[ "$(wc -l <out)" -gt 50000 ] || fail "most of it went to who had left"

scenario "JSON comes out as it went in"
printf '%s\n' '{"a":[1,-2,3.5,true,false,null],"b":{"":"\u00e9\"\\/"}}' '"text"' \
	'[]' '{}' '-9223372036854775808' '1e300' >json
t run -e 'file.read json ! lines ! json.parse ! json.write ! stdout'
printf '%s\n' '{"a":[1,-2,3.5,true,false,null],"b":{"":"é\"\\/"}}' '"text"' \
	'[]' '{}' '-9223372036854775808' '1e+300' >wanted
same cat wanted

scenario "what does not fit goes to bad, with the reason"
printf '%s\n' 'no log at all' '{"a":1' 'fine' >odd
t run -e 'file.read odd ! lines ! w:weblog ! null ; @w.bad ! stdout'
expect_line out '{"reason":"there is no [[]time] behind host, ident and user","operator":"weblog","record":"no log at all"}'
expect_line out '{"reason":*,"record":"fine"}'
t run -e 'file.read odd ! lines ! p:json.parse ! null ; @p.bad ! stdout'
expect_line out '{"reason":"no JSON at character *","operator":"json.parse","record":"fine"}'
t run -e 'file.read odd ! lines ! sum "" ! stdout'
expect_line err '*3 records left *bad*'

scenario "a pattern or a column that cannot be is refused before anything runs"
t run -e 'stdin ! lines ! regex "(" ! stdout'
expect_status 78
expect_line err '*-e:1:25: "pattern": "(" is no regular expression: missing closing parenthesis, at character 2'
t run -e 'stdin ! lines ! fields 0 ! stdout'
expect_status 1
expect_line err "*pick takes numbers of columns*"

scenario "a table for people"
t run -e 'file.read log ! lines ! weblog ! count /method ! table ! stdout'
[ "$(awk '{ print length($0) }' out | sort -u | wc -l)" = 1 ] ||
	fail "the lines of the table have different lengths"
expect_line out 'GET *'

scenario "every so often"
mkfifo slow
exec 4< <(timeout 60 "$TAU" run -e 'file.read slow ! lines ! count "" every=10ms ! stdout' 2>err; echo "ended $?")
exec 5>slow
echo a >&5
IFS= read -r -t 60 line <&4 || fail "no count came"
[ "$line" = '{"value":"a","count":1}' ] || fail "the count is $line"
echo b >&5
IFS= read -r -t 60 line <&4 || fail "no second count came"
[ "$line" = '{"value":"b","count":1}' ] || fail "the second count is $line"
exec 5>&-
IFS= read -r -t 60 line <&4
[ "$line" = "ended 0" ] || fail "the end is $line"

scenario "a merge of counts goes on when one of them has nothing to count"
mkfifo busy idle
exec 4< <(timeout 60 "$TAU" run -e 'file.read busy ! lines ! count "" every=10ms ! m:merge ! top /count ! stdout ; file.read idle ! lines ! count "" every=10ms ! @m' 2>err; echo "ended $?")
exec 5>busy
exec 6>idle
echo a >&5
IFS= read -r -t 60 line <&4 || fail "no count came"
[ "$line" = '{"value":"a","count":1}' ] || fail "the count is $line"
exec 5>&- 6>&-
IFS= read -r -t 60 line <&4
[ "$line" = "ended 0" ] || fail "the end is $line"

scenario "the manual knows every operator"
t ls
awk 'NR > 1 { print $1 }' out >types
[ "$(wc -l <types)" -ge 21 ] || fail "tau ls shows fewer than 21 types"
while read -r type; do
	grep -q "^\.B.*[ \"]$type\b" \
		"${top_srcdir:-$(dirname "$0")/../..}/docs/tau-operators.7" ||
		fail "tau-operators(7) says nothing about $type"
done <types

scenario "of nothing, there is a count of all and none of each"
t run -e 'lines ! count ! stdout' </dev/null
same awk 'END { print "{\"count\":" NR "}" }' /dev/null
t run -e 'lines ! sum "" ! stdout' </dev/null
expect_text out $'{"sum":0}\n'
t run -e 'lines ! count "" ! stdout' </dev/null
expect_empty out
