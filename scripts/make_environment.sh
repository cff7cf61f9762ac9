#!/bin/sh
# Makes a virtual environment with the first Python of 3.11 or newer that really runs.
# CIYOU_PYTHON chooses one by hand.
set -eu

target=$1
for candidate in ${CIYOU_PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
    # A name on the path is not enough: version managers leave names behind that only print an error.
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        if "$candidate" -m venv "$target"; then
            "$candidate" -c 'import sys; print("   with Python %d.%d.%d" % sys.version_info[:3])'
            exit 0
        fi
        rm -rf "$target"
        echo "$candidate cannot make an environment. On Debian or Ubuntu install python3-venv, then run make again." >&2
        exit 2
    fi
done
echo "No Python of 3.11 or newer was found. Install one, or name it: CIYOU_PYTHON=/path/to/python make demo" >&2
exit 2
