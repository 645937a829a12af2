#!/bin/sh
# Makes .venv anew with the first Python that will do: $PYTHON, python3, then the named versions.
set -eu

suits='import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))'

for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$suits" >/dev/null 2>&1; then
        echo "Making .venv with $("$candidate" --version) ..."
        rm -rf .venv
        exec "$candidate" -m venv .venv
    fi
done

echo "Hongxiu needs Python 3.11 or newer, with the venv module (Debian, Ubuntu: apt install python3-venv)." >&2
echo "Found: $(python3 --version 2>&1 || true). Another one can be named: make up PYTHON=/path/to/python3" >&2
exit 1
