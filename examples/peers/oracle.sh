#!/bin/sh
# What peers.json must print, by other means.
LC_ALL=C tr a-z A-Z
