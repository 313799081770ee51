# make run     set up and distil a student (configs/quickstart.yaml)
# make test    set up and run every test but a few slow ones
# make check   the fast part: lint, types, layers, unit tests
# make slow    those: ZeRO stages, precisions and adapters side by side; a stream repeated; all recorded generations
# make chaos   kill 100 processes of runs at random and compare; 15 to 30 minutes, writes benchmarks/results/chaos.json
# make setup   .venv with everything; does nothing when up to date

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
CONFIG ?= configs/quickstart.yaml
UV_VERSION := 0.13.9

# uv does not read pip's settings: pass on the one that says where wheels lie. Without it, ask for CPU builds of torch.
ifdef PIP_FIND_LINKS
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
else
UV_TORCH := --torch-backend=cpu
endif
export VIRTUAL_ENV := $(abspath $(VENV))
export PATH := $(abspath $(BIN)):$(PATH)
export RAY_USAGE_STATS_ENABLED := 0
# Containers often set it; then every one of the many processes of a run would compile all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run test check lint types layers unit slow chaos constraints clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' || \
		{ echo "pad_ray needs Python 3.11 or 3.12: make setup PYTHON=python3.12" >&2; rm -rf $(VENV); exit 2; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@echo "setting up .venv (about 3.7 GB, a minute or more)"
	@$(BIN)/uv pip install --quiet $(UV_TORCH) --constraint constraints.txt --editable '.[cpu,dev]'
	@touch $@

run: setup
	$(BIN)/pad-ray distill $(CONFIG) $(ARGS)

test: check
	$(BIN)/pytest -q -m 'not unit and not slow' tests

check: setup lint types layers unit

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

layers:
	$(BIN)/lint-imports

unit:
	$(BIN)/pytest -q -n 2 tests/unit

slow: setup
	$(BIN)/pytest -q -m slow tests

chaos: setup
	$(BIN)/pytest -q -s tests/chaos/long_form.py

# After a change of dependencies. Names and versions only.
constraints: setup
	$(BIN)/uv pip compile --quiet $(UV_TORCH) --no-emit-index-url --no-annotate --no-header --python-version 3.11 \
		--extra cpu --extra dev pyproject.toml --output-file constraints.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
