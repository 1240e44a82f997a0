#!/bin/sh
# What client.py must print for the text on standard input, by other means:
# oracle.sh COUNT.
LC_ALL=C awk -v count="$1" '
{ line[NR] = toupper($0) }
END {
	for (k = 1; k <= count; k++)
		for (times = k == count ? 1000 : 1; times > 0; times--)
			for (i = 1; i <= NR; i++)
				print k ": " line[i]
	print "3 workers"
}'
