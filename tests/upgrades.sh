#!/bin/bash
# upgrades.sh: node processes that are frozen, and then thawed or killed and
# replaced by one that was restored, over and over; what comes out must not
# change.
set -eu
export LC_ALL=C
unset TAU_PLUGIN_PATH
folder=$(mktemp -d "${TMPDIR:-/tmp}/tau-upgrades-XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export XDG_STATE_HOME=$folder

awk 'BEGIN { for (i = 0; i < 60000; i++) printf "10.0.0.%d - u%d [10/Oct/2000:13:55:%02d -0700] \"GET /p%d?q=%d HTTP/1.1\" %d %d \"-\" \"agent %d\"\n",
	i % 7, i % 3, i % 60, i % 11, i, i % 5 ? 200 : 500 + i % 4, i * 37 % 1000, i % 4 }' >log

cases() {
	cat <<'END'
file.read log ! lines ! stdout
stdin ! lines ! fields 1 7 ! stdout
stdin ! lines ! weblog ! where /status >= 500 ! json.write ! stdout
stdin ! lines ! weblog ! count /path ! top /count 3 ! stdout
stdin ! lines ! weblog ! sum /bytes /host ! sort /host ! table ! stdout
generate 300000 ! t:tee ! stdout ; @t ! null
END
}
cases | while read -r line; do
	"$TAU" run -e "$line" <log >plain
	timeout -k 5 100 "$top_builddir/tests/upgrader" "$TAU" "$top_builddir/plugins" 9 \
		"$line" <log >out 2>err || {
		echo "upgrades: $line" >&2
		cat err >&2
		exit 1
	}
	cmp plain out || {
		echo "upgrades: another result comes out of: $line" >&2
		exit 1
	}
	grep -q '^handed over or thawed [1-9]' err || {
		echo "upgrades: nothing was handed over in: $line" >&2
		exit 1
	}
done
echo "upgrades: $(cases | wc -l) pipelines"
