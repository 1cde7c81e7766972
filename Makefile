# One entry per task; continuous integration calls the same ones.
# On a fresh machine with Python 3.11, pip and make every entry installs what it needs; what is
# compiled at the end of `install` would otherwise be compiled by the first command that solves.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
RUN := $(BIN)/corridors

# What Python compiles is kept: the tests start it some hundred times.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: install demo test test-lowest kernels lint audit format check docs bench maps browser clean

install: $(STAMP)

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@echo "Compiling the engine's kernels, once (up to a minute of processor time)"
	$(RUN) run poland-closure-2025 --json > /dev/null
	touch $@

# All at once, not after $(STAMP): what is installed twice is resolved twice.
$(DEV): $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,docs]'
	touch $(STAMP) $@

demo: $(STAMP)
	$(RUN) run poland-closure-2025 --map maps/poland-closure-2025.html

# Debian's Chromium, where this user may install it; without one the browser tests say so and skip.
browser:
	@sh scripts/get_browser.sh

# What waits for the network or runs on one core goes beside what does not.
test:
	@$(MAKE) --no-print-directory -j 2 $(DEV) browser
	@$(MAKE) --no-print-directory -j 2 lint kernels
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup --no-loadscope-reorder

# Compiled once, before the workers of the tests would each compile all of them.
kernels: $(DEV)
	$(BIN)/python tests/kernels.py

# With the lowest release of every dependency, in an environment of its own.
test-lowest: $(BIN)/python
	$(BIN)/python scripts/test_lowest.py

lint: $(DEV)
	$(BIN)/ruff format --check corridors tests scripts benchmarks docs
	$(BIN)/ruff check corridors tests scripts benchmarks docs
	$(BIN)/mypy
	$(BIN)/bandit --quiet -c pyproject.toml -r corridors scripts benchmarks

# Known faults of the releases in constraints.txt; says so where their list cannot be had.
audit: $(DEV)
	$(BIN)/python scripts/audit.py

format: $(DEV)
	$(BIN)/ruff format corridors tests scripts benchmarks docs
	$(BIN)/ruff check --fix corridors tests scripts benchmarks docs

# Every check of the shipped network.
check: $(STAMP)
	$(RUN) check

docs: $(DEV)
	$(BIN)/python scripts/build_reference.py
	$(BIN)/python -m sphinx -b html -W --keep-going -q docs site

# Other people's instances where CORRIDORS_INSTANCES names their folder; BENCH=--quick leaves out
# the largest of them.
bench: $(DEV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python benchmarks/run.py $(BENCH)

maps: $(STAMP)
	$(BIN)/python scripts/build_maps.py

clean:
	rm -rf $(VENV) .venv-lowest build dist site
