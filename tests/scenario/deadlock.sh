#!/bin/bash
# deadlock.sh: operators that wait for each other are named, with what each
# waits for; what they hold on their stacks is let go.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"

pair() { t run -L "$top_builddir/tests/fixtures" "$@"; }

scenario "a join in step gives one of each"
pair -e 'generate 3 ! j:pair.join ! stdout ; generate 3 ! @j.right'
expect_status 0
expect_text out $'1\n1\n2\n2\n3\n3\n'

scenario "a tee whose branches meet again behind a filter ends with who waits for whom"
pair -e 'generate 100000 ! t:tee ! w:where "" matches nothing ! j:pair.join ! stdout ; @t ! @j.right'
expect_status 1
expect_empty out
# What it prints while it is let go may stand before or behind the report.
expect_line err 'tau: main: j: the guard goes'
grep -v 'the guard goes' err >said
expect_text said 'tau: main: nothing can go on:
tau: main:   t waits for j to read: stream t.out[1] is full (1024 records, 2989 bytes of 262144)
tau: main:   j waits for w to write: stream w is empty
tau: main:   w waits for t to write: stream t.out[0] is empty
tau: main:   it would go on further with more "records" or "capacity" on t.out[1]
tau: 1024 records of generate were lost, because nobody had read them before the end
tau: 1024 records of t.out[1] were lost, because nobody had read them before the end
'

scenario "a device that takes all at any time keeps no node from waiting"
pair -e 'generate 100000 ! t:tee ! w:where "" matches nothing ! j:pair.join ! file.write /dev/null ; @t ! @j.right'
expect_status 1
expect_line err 'tau: main: nothing can go on:'

scenario "an operator in C++ lets go of its guard also when its reader leaves"
pair -e 'generate ! j:pair.join ! take 4 ! stdout ; generate ! @j.right'
expect_status 0
expect_text out $'1\n1\n2\n2\n'
expect_text err $'tau: main: j: the guard goes\n'
