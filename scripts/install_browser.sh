#!/bin/sh
# Chromium and a Chinese font for the browser tests. Uses the system's package manager only as root, and says
# what to do otherwise. Without a browser those tests are skipped; in CI (CI=true) that is a failure.
set -eu

find_browser() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}

find_chinese_font() {
    command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-cn family 2>/dev/null)" ]
}

missing=""
find_browser || missing="chromium"
find_chinese_font || missing="$missing fonts-noto-cjk fontconfig"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "== Installing for the browser tests:$(printf ' %s' $missing)"
    # shellcheck disable=SC2086 # a list of package names
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null 2>&1 || {
        apt-get -qq update &&
            DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null
    } || true
fi

if find_browser; then
    find_chinese_font || echo "No Chinese font was found: screenshots will show empty boxes. Install fonts-noto-cjk." >&2
    exit 0
fi
echo "No Chromium was found, and it could not be installed from here: the browser tests cannot run." >&2
echo "Install it with the system's package manager, as root: apt-get install chromium fonts-noto-cjk" >&2
[ "${CI:-}" = true ] && exit 1
exit 0
