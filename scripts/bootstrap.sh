#!/bin/sh
# Make .venv and install into it exactly what requirements/<set>.txt pins. `base` runs Placet, `dev` tests and checks it
# too. PYTHON=/path/to/python chooses the Python; otherwise the first one in range is taken.
set -eu
cd "$(dirname "$0")/.."
want=${1:?usage: scripts/bootstrap.sh base|dev}
venv=.venv

say() { printf 'placet: %s\n' "$*"; }
fail() {
    printf 'placet: %s\n' "$@" >&2
    exit 1
}

# A name on PATH proves nothing: a pyenv shim exists for versions that are not switched on. So each one is really run.
in_range() {
    "$1" -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null
}
can_make_venvs() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null
}
version_of() {
    "$1" -c 'import platform; print(platform.python_version())' 2>/dev/null
}

choose_python() {
    if [ -n "${PYTHON:-}" ]; then
        version_of "$PYTHON" >/dev/null || fail "PYTHON=$PYTHON does not run."
        in_range "$PYTHON" || fail "PYTHON=$PYTHON is Python $(version_of "$PYTHON"). Placet needs 3.11, 3.12, 3.13 or 3.14."
        can_make_venvs "$PYTHON" || fail "PYTHON=$PYTHON cannot make virtual environments: its venv or ensurepip module is missing."
        python=$PYTHON
        return
    fi
    without_venv=
    for candidate in python3 python3.13 python3.12 python3.11 python3.14 python; do
        in_range "$candidate" || continue
        if can_make_venvs "$candidate"; then
            python=$candidate
            return
        fi
        without_venv=$candidate
    done
    if [ -n "$without_venv" ]; then
        fail "$without_venv is Python $(version_of "$without_venv") but cannot make virtual environments." \
            "On Debian and Ubuntu: apt install python3-venv"
    fi
    found=$(version_of python3 || true)
    fail "Placet needs Python 3.11, 3.12, 3.13 or 3.14; python3 here is ${found:-missing}." \
        "Install one of them, or name it: make demo PYTHON=/path/to/python3.13"
}

# An environment whose Python is gone or out of range is of no use; one without pip (uv makes them so) gets it.
if [ -e "$venv" ] && ! in_range "$venv/bin/python"; then
    say "$venv has no Python 3.11 to 3.14, making it afresh"
    rm -rf "$venv"
fi
if [ ! -e "$venv" ]; then
    choose_python
    say "making $venv with Python $(version_of "$python")"
    "$python" -m venv "$venv" || { rm -rf "$venv"; fail "could not make $venv."; }
fi
"$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip >/dev/null

pip() { "$venv/bin/python" -m pip --disable-pip-version-check --no-input "$@"; }

count=$(grep -c '^[a-z0-9].*==' "requirements/$want.txt")
say "installing up to $count pinned packages (a minute or so the first time)"
pip install --quiet --require-hashes -r "requirements/$want.txt"
say "installing placet itself"
# The build tool is pinned with the rest, so nothing unpinned is fetched here.
pip install --quiet --no-deps --no-build-isolation --editable .

# What `dev` installs holds everything of `base`.
touch "$venv/.installed-base"
if [ "$want" = dev ]; then touch "$venv/.installed-dev"; fi
