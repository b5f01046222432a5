# Everything a newcomer types. `make demo` and `make test` set up what they need from nothing.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Modules are compiled once, and not again by each process that a test starts.
unexport PYTHONDONTWRITEBYTECODE

# The folder of real documents, which are no part of the project; without it the tests that read them are skipped.
REAL_FEED ?= $(abspath $(wildcard ../shared/feed))
export REAL_FEED

.DEFAULT_GOAL := help
.PHONY: help demo test check coverage proofs format lint types contract unit browser history storm \
  torture simulate bench lock clean

help: ## this list
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name does; do \
		printf '  make %-9s %s\n' "$$name" "$$does"; done

demo: $(VENV)/.run ## the bot against a local sandbox with a chat page: no token, no account; PORT=8123
	$(BIN)/python -m bot demo $(if $(PORT),--port $(PORT))

test: check ## the whole gate but `proofs` and `coverage`, which .ci/run adds
	$(BIN)/pytest -n 3 --dist worksteal -m "not proof"

check: $(VENV)/.dev ## the gate's fast half: format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The rules by the tests of their rooms alone: [tool.coverage] in pyproject.toml names files, tests and the limit.
coverage: $(VENV)/.dev ## every branch of the pure rules and of the outbox, by the tests of their rooms
	$(BIN)/pytest -q -n 2 --dist worksteal -m "not proof" --hypothesis-seed=0 \
		--cov --cov-report=term-missing:skip-covered \
		tests/domain tests/planning tests/store/test_outbox.py tests/store/test_queue.py

proofs: $(VENV)/.dev ## what is too long for every run: each property with all its examples, each benchmark run small
	$(BIN)/pytest -n 2 --dist worksteal --hypothesis-profile proof -m "proof or hypothesis"

format: $(VENV)/.dev ## fix what ruff can fix, and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint: $(VENV)/.dev ## ruff
	$(BIN)/ruff check .

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

contract: $(VENV)/.dev ## which room may import which
	$(BIN)/lint-imports

unit: $(VENV)/.dev ## every test without a browser
	$(BIN)/pytest -n 3 --dist worksteal -m "not browser and not proof"

browser: $(VENV)/.dev ## the demo's page in Chromium
	$(BIN)/pytest -m browser

history: $(VENV)/.dev ## eleven months of the real feed, scanned each day and at each change, and upgraded: a report
	HISTORY=1 $(BIN)/pytest -q -rP tests/torture/eleven_months.py tests/torture/upgraded_months.py

storm: $(VENV)/.dev ## 2,000 deliveries on a bad line, Telegram's limits enforced: a report, and 1 where it failed
	$(BIN)/python -m tests.torture.storm

BUTTONS ?= keyboard
torture: $(VENV)/.dev ## 320 kills at every step, on a bad line: a report, and 1 where it failed; BUTTONS=text or none
	$(BIN)/python -m tests.torture.killing --buttons $(BUTTONS)

# Without a seed, fresh ones for a minute.
simulate: $(VENV)/.dev ## the bot in a simulated world: SEED=7 DAYS=2 KILLS=20 LINE=0.05; the same seed, the same last line
	$(BIN)/python -m tests.simulation SEED=$(SEED) DAYS=$(DAYS) KILLS=$(KILLS) LINE=$(LINE)

# ONLY names some of them, as in `make bench ONLY="scan idle"`; all of them write tests/bench/RESULTS.md.
bench: $(VENV)/.dev $(VENV)/.bench ## how fast it is, beside others; ONLY="scan idle": some of it
	BENCH_AIOGRAM=$(VENV)/bench/bin/python $(BIN)/python -m tests.bench $(ONLY)

# Made afresh unless it is whole: one whose making was cut short may lack pip, or pass packages on to the system's Python.
IS_VENV := import sys, pip; sys.exit(sys.prefix == sys.base_prefix)
IS_NEW  := import sys; sys.exit(sys.version_info < (3, 11) and "Paperboy needs Python 3.11 or newer: make PYTHON=python3.12")
export PIP_REQUIRE_VIRTUALENV := 1
define MAKE_VENV
@$(BIN)/python -c '$(IS_VENV)' 2>/dev/null || { $(PYTHON) -c '$(IS_NEW)' && $(PYTHON) -m venv --clear $(VENV); }
endef

# Locked versions with hashes. For development the project itself is linked in, so an edit is live.
$(VENV)/.run: pyproject.toml requirements.lock
	$(MAKE_VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

$(VENV)/.dev: pyproject.toml requirements-dev.lock
	$(MAKE_VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@ $(VENV)/.run

# aiogram, which the fan-out is measured beside, wants an older pydantic than ours: an environment of its own.
$(VENV)/.bench: $(VENV)/.dev tests/bench/rivals/requirements.lock
	$(BIN)/python -m venv --clear $(VENV)/bench
	$(VENV)/bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/bench/rivals/requirements.lock
	touch $@

lock: $(VENV)/.dev ## renew the lock files: versions and hashes, no addresses
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade --python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade --python-version 3.11 pyproject.toml --group dev -o requirements-dev.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade --python-version 3.11 tests/bench/rivals/requirements.in -o tests/bench/rivals/requirements.lock

clean: ## remove what was installed and cached
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
