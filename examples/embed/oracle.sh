#!/bin/sh
# What each program here must print for the text on standard input, by other
# means. Words that are equally frequent stand in the order in which they came.
LC_ALL=C tr -cs 'A-Za-z' '\n' |
	awk '/./ { if (!($0 in first)) first[$0] = NR; times[$0]++ }
		END { for (word in first) print times[word], first[word], word }' |
	sort -k1,1nr -k2,2n | head -n 10 |
	awk '{ print $3, $1 }'
