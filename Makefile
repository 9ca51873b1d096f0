# `make` alone lists what there is. Everything needed is installed into .venv; nothing else on the machine changes,
# but for the browser that `make test` fetches where there is none.

.DEFAULT_GOAL := help
.PHONY: help demo test torture deliveries check bench eval format pins docs pictures shots clean

VENV := .venv
PY := $(VENV)/bin/python
ARGS ?=

# A stamp says that a step was done with the files it depends on, so that a second run starts at once.
BASE := $(VENV)/.installed-base
DEV := $(VENV)/.installed-dev
BROWSER := $(VENV)/.browser

help:  ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z][a-z-]*:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(BASE)  ## install, start an embedded PostgreSQL, load the demo, serve it; ARGS="--port 9000 --no-browser"
	@$(VENV)/bin/placet demo $(ARGS) || [ $$? = 130 ]  # Ctrl-C is how one leaves

test: $(DEV) $(BROWSER)  ## every test, with the browser ones; ARGS="tests/unit -k reader"
	@$(PY) -m pytest -n auto --dist loadgroup $(ARGS)

torture: $(DEV)  ## a minute of load and kill -9 with a check after it; ARGS="--seconds 600", "--break guard", "--json"
	@cd tests && ../$(PY) -m torture $(ARGS)

deliveries: $(DEV)  ## 10,000 deliveries to a receiver that fails a fifth and checks every signature (some minutes)
	@$(PY) scripts/deliver_many.py $(ARGS)

check: $(DEV)  ## ruff, its formatting, strict types, the order of the rooms
	@scripts/check.sh

bench: $(BASE)  ## how fast it is, beside pgbench on the same data (20 minutes; ARGS=--quick for 5)
	@$(PY) -m bench $(ARGS)

# Hostile texts to put into every note, where they are at hand; they are not ours to ship.
ATTACKS := $(wildcard ../shared/data/external/prompt-injection-bipia/text_attack_test.json)
NOTES ?= tests/data/notes/dev

eval: $(DEV)  ## how well the reader reads notes with known answers; NOTES="folders", ARGS="--json"; report in build/eval.html
	@$(VENV)/bin/placet eval $(NOTES) --report build/eval.html $(if $(ATTACKS),--attacks $(ATTACKS)) $(ARGS)

format: $(DEV)  ## let ruff mend and format the code
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

docs: $(DEV)  ## write docs/reference afresh from the code
	@$(PY) scripts/reference.py

pictures: $(DEV) $(BROWSER)  ## store afresh what the key screens look like, which tests compare with
	@RENEW_PICTURES=yes $(PY) -m pytest -q tests/acceptance/web/test_pictures.py

shots: $(DEV) $(BROWSER)  ## take the pictures in docs/images afresh, from a demo of its own
	@$(PY) scripts/shots.py

pins:  ## write requirements/*.txt afresh from pyproject.toml (needs uv); ARGS=--upgrade for newer ones
	@scripts/pins.sh $(ARGS)

clean:  ## remove .venv and what tools left behind
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis

$(BASE): requirements/base.txt pyproject.toml scripts/bootstrap.sh
	@scripts/bootstrap.sh base

$(DEV): requirements/base.txt requirements/dev.txt pyproject.toml scripts/bootstrap.sh
	@scripts/bootstrap.sh dev

$(BROWSER): scripts/ensure_chromium.py | $(DEV)
	@$(PY) scripts/ensure_chromium.py --stamp $@
