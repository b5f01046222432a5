# Everything a newcomer types. `make demo` and `make test` set up what they need from nothing.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Modules are compiled once, and not again by each process that a test starts.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test proofs format lint types contract unit browser history storm torture bench lock clean

demo: $(VENV)/.run
	$(BIN)/python -m bot demo

test: $(VENV)/.dev ## the whole gate
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 3 --dist worksteal -m "not proof"

proofs: $(VENV)/.dev ## what is too long for every run: each property with all its examples, each benchmark run small
	$(BIN)/pytest -n 2 --dist worksteal --hypothesis-profile proof -m "proof or hypothesis"

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint types contract unit browser: $(VENV)/.dev
lint: ; $(BIN)/ruff check .
types: ; $(BIN)/mypy
contract: ; $(BIN)/lint-imports
unit: ; $(BIN)/pytest -n 3 --dist worksteal -m "not browser and not proof"
browser: ; $(BIN)/pytest -m browser

history: $(VENV)/.dev ## eleven months of the real feed, looked at each day and at each moment, and upgraded: what came of it
	HISTORY=1 $(BIN)/pytest -q -rP tests/torture/eleven_months.py tests/torture/upgraded_months.py

storm: $(VENV)/.dev ## 2,000 deliveries on a bad line, Telegram's limits enforced: a report, and 1 where it failed
	$(BIN)/python -m tests.torture.storm

BUTTONS ?= keyboard
torture: $(VENV)/.dev ## 320 kills at every step of the work, on a bad line: a report, and 1 where it failed; BUTTONS=text, none
	$(BIN)/python -m tests.torture.killing --buttons $(BUTTONS)

# ONLY names some of them, as in `make bench ONLY="scan idle"`; all of them write tests/bench/RESULTS.md.
bench: $(VENV)/.dev $(VENV)/.bench ## how fast it is, beside others
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

lock: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade --python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade --python-version 3.11 pyproject.toml --group dev -o requirements-dev.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade --python-version 3.11 tests/bench/rivals/requirements.in -o tests/bench/rivals/requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
