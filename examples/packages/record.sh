#!/bin/sh
# Takes Packages.gz anew from this machine's index of Debian's main archive
# (`apt-get update` first): every 25th stanza, whole and as it stands. Left
# out are stanzas that name an archive to install software from.
#
#   ./record.sh [FILE]        FILE: where to write (default: Packages.gz here)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
file=${1:-$here/Packages.gz}
LC_ALL=C
export LC_ALL

archives='pypi|npmjs|crates|rubygems|hackage|cpan|cran[.]|bioconductor'
archives="$archives|packagist|maven|nuget|conda|docker|quay[.]io|ghcr|golang"
archives="$archives|go[.]dev|docs[.]rs|clojars|luarocks|deb[.]debian"
archives="$archives|pythonhosted|packages[.]python|pecl|pear[.]php|rails-assets"
archives="$archives|puppet[.]com|ctan|elpa|gitpkg|npm[.]"
archives="$archives|(security|snapshot|ftp|archive)[.]debian|ppa[.]|flathub"

set -- /var/lib/apt/lists/*_bookworm_main_binary-amd64_Packages*
[ -e "$1" ] || {
	echo "record: no index here; run apt-get update" >&2
	exit 1
}
/usr/lib/apt/apt-helper cat-file "$1" |
	awk -v archives="$archives" 'BEGIN { RS = ""; ORS = "\n\n" }
		NR % 25 == 1 && tolower($0) !~ archives' |
	gzip -9n >"$file"
echo "record: $(gzip -dc "$file" | grep -c '^Package:') stanzas," \
	"$(wc -c <"$file") bytes in $file"
