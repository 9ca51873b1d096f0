#!/bin/sh
# Run every check, even after one failed, so that one run tells everything. Exit 1 if any failed.
set -u
cd "$(dirname "$0")/.."
bin=.venv/bin
failed=

check() {
    name=$1
    shift
    printf '== %s\n' "$name"
    "$@" || failed="$failed, $name"
}

check "ruff check" "$bin/ruff" check --quiet --output-format concise .
check "ruff format" "$bin/ruff" format --check --quiet .
check "mypy" "$bin/mypy" --no-error-summary
check "rooms" "$bin/lint-imports" --no-logo
if [ -n "$failed" ]; then
    printf 'check failed: %s\n' "${failed#, }" >&2
    exit 1
fi
printf 'check: all good\n'
