#!/bin/sh
# What packages.json must print for the index on standard input, by other
# means: the installed size (KiB) of each section, the largest first.
awk 'function add() { if (size != "") sum[section] += size; size = section = "" }
	/^Installed-Size: / { size = $2 }
	/^Section: / { section = $2 }
	/^$/ { add() }
	END { add(); for (section in sum) print sum[section], section }' |
	sort -k1,1nr |
	awk '{ printf "{\"section\":\"%s\",\"sum\":%d}\n", $2, $1 }'
