#!/bin/sh
# What cutthrough.json must make of the text on standard input, by other means:
# oracle.sh upper, oracle.sh groups.
case $1 in
upper) LC_ALL=C tr a-z A-Z ;;
groups) awk 'NR % 7 == 0 { print "7 records" } END { if (NR % 7) print NR % 7 " records" }' ;;
esac
