#!/bin/bash
# layering.sh: do the rooms keep to their floors? Reads tests/layering.floors
# and every source file, and says file, line, what and why for each breach.
#   tests/layering.sh [TREE]          the tree that holds this script by default
set -eu
export LC_ALL=C
tree=${1:-${top_srcdir:-$(dirname "$0")/..}}
rules=$(dirname "$0")/layering.floors
cd "$tree"
rules=$(cd "$OLDPWD" && realpath "$rules")

# (What tau new writes belongs to nobody's floor.)
mapfile -t files < <(find abi core x86_64 plugins tests examples -type f \
	\( -name '*.[chS]' -o -name '*.cc' -o -name '*.hh' \) ! -path 'core/cli/new/*' | sort)
[ ${#files[@]} -gt 0 ] || { echo "layering: no sources under $PWD"; exit 1; }

awk '
function breach(line, text) {
	printf "%s:%s: %s\n", FILENAME, line, text
	breaches++
}
function folder_of(path) {
	sub("/[^/]*$", "", path)
	return path
}
function begins(text, prefix) {
	return substr(text, 1, length(prefix)) == prefix
}
function exists(path,    line, code) {
	code = (getline line < path)
	close(path)
	return code >= 0
}

# --- rules ---
FILENAME == rules && /^#/ { next }
FILENAME == rules && $1 == "room" {
	floor[$2] = $3
	may[$2] = " "
	for (i = 4; i <= NF; i++) may[$2] = may[$2] $i " "
}
FILENAME == rules && $1 == "only" {
	only[$2] = " "
	for (i = 3; i <= NF; i++) only[$2] = only[$2] $i " "
}
FILENAME == rules && $1 == "file_lines" { file_lines = $2 }
FILENAME == rules && $1 == "function_lines" { function_lines = $2 }
FILENAME == rules && $1 == "long" { long[$2] = $3 }
FILENAME == rules { next }

# --- one source file ---
FNR == 1 {
	if (previous != "") finish()
	previous = FILENAME
	folder = folder_of(FILENAME)
	stem = FILENAME
	sub("\\.[^.]*$", "", stem)
	plugin = ""
	if (begins(FILENAME, "plugins/")) {
		split(FILENAME, part, "/")
		plugin = "plugins/" part[2]
	}
	if ((begins(FILENAME, "core/") || begins(FILENAME, "abi/")) &&
		!(folder in floor))
		breach(1, "the folder " folder " has no floor; every room stands in a folder of tests/layering.floors")
	has_own = FILENAME ~ /\.c$/ && begins(FILENAME, "core/") && exists(stem ".h")
	includes = 0
	opened = 0
}
{ count = FNR }
/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
	quoted = $0 ~ /include[ \t]*"/
	target = $0
	sub("^[^<\"]*[<\"]", "", target)
	sub("[>\"].*$", "", target)
	includes++
	judge(target, quoted)
}
/^\{$/ { opened = FNR; name = before }
/^[A-Za-z_].*\(/ { before = $0; sub("\\(.*", "", before); sub(".*[ *]", "", before) }
/^\}/ && opened {
	if (FNR - opened + 1 > function_lines)
		breach(opened, name " has " (FNR - opened + 1) " lines, and " function_lines " are the most; give its parts names")
	opened = 0
}
function finish() {
	allowed = previous in long ? long[previous] : file_lines
	if (count > allowed) {
		printf "%s:%d: %d lines, and %d are the most; a room that large is two rooms\n", previous, allowed + 1, count, allowed
		breaches++
	}
}
function judge(target, quoted,    there, allowed, i, list, n, ok) {
	if (target ~ /(^|\/)\.\.\//) {
		breach(FNR, "includes " target "; name headers by their full path, never through ..")
		return
	}
	if (plugin != "") {
		judge_plugin(target, quoted)
		return
	}
	if (!(folder in floor)) return
	if (has_own && includes == 1 && target != stem ".h")
		breach(FNR, "includes " target " first; the first is its own header " stem ".h, which proves that it stands alone")
	if (begins(folder, "core/") && target in only) {
		ok = 0
		n = split(only[target], list, " ")
		for (i = 1; i <= n; i++)
			if (stem == list[i] || (list[i] ~ /\/$/ && begins(FILENAME, list[i])))
				ok = 1
		if (!ok)
			breach(FNR, "includes <" target ">, which is for" only[target] "alone; ask that room instead")
	}
	there = begins(target, "tau/") ? "abi/tau" : folder_of(target)
	if (begins(target, "plugins/") || begins(target, "tests/")) {
		breach(FNR, "includes " target "; nothing in " folder " knows of plugins or tests")
		return
	}
	if (quoted && !(there in floor)) {
		breach(FNR, "includes \"" target "\"; name it by its full path from the top")
		return
	}
	if (!(there in floor) || there == folder) return
	if (may[folder] == " * " && floor[there] < floor[folder]) return
	if (index(may[folder], " " there " ")) return
	if (floor[there] >= floor[folder])
		breach(FNR, "includes " target "; " there " stands on floor " floor[there] ", " folder " on " floor[folder] ": move what it needs down, or have it handed in")
	else
		breach(FNR, "includes " target "; " folder " may include" (may[folder] == " " ? " nothing of ours" : ":" may[folder]))
}
function judge_plugin(target, quoted) {
	if (begins(target, "core/") || begins(target, "abi/") || begins(target, "x86_64/"))
		breach(FNR, "includes " target "; a plugin knows <tau/...> and its own library, nothing else of ours")
	else if (quoted && !exists(folder "/" target) && !exists(plugin "/" target) &&
		!(begins(target, "common/") && exists("plugins/" target)))
		breach(FNR, "includes \"" target "\", which stands neither in " plugin " nor in plugins/common")
	else if (quoted && begins(target, "tau/"))
		breach(FNR, "includes \"" target "\"; write <" target ">, as every author must")
}
END {
	finish()
	if (breaches) {
		printf "layering: %d breaches\n", breaches
		exit 1
	}
	printf "layering: %d files keep to their floors\n", ARGC - 2
}' rules="$rules" "$rules" "${files[@]}"
