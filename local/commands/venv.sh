#!/bin/sh
# Makes the virtual environment, or brings it up to date: venv.sh DIRECTORY. Run from the checkout's root.
set -eu

venv=$1
suits='import sys; sys.exit(sys.version_info < (3, 11))'

if ! "$venv/bin/python" -c "$suits" 2>/dev/null; then
    found=
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$python" -c "$suits" 2>/dev/null; then
            found=$python
            break
        fi
    done
    if [ -z "$found" ]; then
        echo "error: Python 3.11 or newer is needed, and none is on PATH: install it (Debian: apt-get install python3 python3-venv)"
        exit 1
    fi
    echo "making $venv with $("$found" --version)"
    if ! "$found" -m venv --clear "$venv"; then
        echo "error: $found can't make a virtual environment (Debian: apt-get install python3-venv)"
        exit 1
    fi
fi

echo "installing requirements into $venv (the first time takes a minute or two)"
if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt; then
    echo "error: pip could not install requirements-dev.txt; what it said is above, and running the command again goes on"
    exit 1
fi
touch "$venv/.ready"
