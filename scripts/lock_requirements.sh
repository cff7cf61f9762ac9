#!/bin/sh
# Resolves requirements/*.in into requirements/*.txt: exact versions, with hashes, and no address of any index.
# pip-tools lives in an environment of its own that is thrown away, so that nothing here depends on it.
# Arguments go to pip-compile: `sh scripts/lock_requirements.sh --upgrade-package django`.
set -eu

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python=${CIYOU_PYTHON:-.venv/bin/python}
"$python" -m venv "$tools/venv"
"$tools/venv/bin/python" -m pip install -qq --no-input --disable-pip-version-check pip-tools

cd requirements
# In this order: each file's pins are read by the next through "-r".
for name in build runtime spark test bench; do
    echo "== Locking $name"
    "$tools/venv/bin/pip-compile" --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
        --no-emit-options --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
        "$@" --output-file "$name.txt" "$name.in"
done

if grep -nE '(https?|file)://|^--' ./*.txt; then
    echo "A lock names an address or an option of this machine (see above): remove it." >&2
    exit 1
fi
