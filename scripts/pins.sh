#!/bin/sh
# Write requirements/*.txt: exact versions with hashes for every supported Python and platform, from the lower bounds in
# pyproject.toml. Pins that still fit are kept; --upgrade takes newer ones. No index address is written into them.
set -eu
cd "$(dirname "$0")/.."
command -v uv >/dev/null || { echo "make pins needs uv: python3 -m pip install uv" >&2; exit 1; }

compile() {
    uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
        --custom-compile-command "make pins" pyproject.toml "$@"
}

compile --group build --output-file requirements/base.txt "$@"
# The same versions in both, so that the tests run what people run.
compile --group build --group test --group check --group eval --constraint requirements/base.txt --output-file requirements/dev.txt "$@"
