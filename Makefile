# Two commands: `make app` sets everything up and serves the pages; `make test` sets everything up and passes the tests.
# Everything lands in .venv/ and .tools/ of this folder; nothing else on the machine changes, except that `make test`
# installs Chromium and PostgreSQL with apt-get where it is allowed to.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.8
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
PORT ?= 8501

.DEFAULT_GOAL := help
.PHONY: help setup app demo test check bench simulate lock clean

help: ## What can be made.
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: $(VENV)/.app ## The virtual environment with locked versions, the local model and bin/workbench.

app: setup ## Serve the pages at http://127.0.0.1:8501 (PORT=... for another).
	$(BIN)/workbench app --port $(PORT)

demo: setup ## Load the demo and run it on the local model.
	$(BIN)/workbench demo

test: $(VENV)/.test ## Everything: checks, units, both databases, pages, the browser suite.
	@scripts/test-machine
	$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -m "not browser" --numprocesses=2 --dist=loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest -m browser --numprocesses=2 --dist=loadfile

check: $(VENV)/.test ## Style, types and the direction of imports.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.test ## One JSON object a line: name, value, unit, n and the floor it is measured against.
	@for file in benchmarks/*.py; do case $$file in */_*|*/report.py|*/seed.py|*/simulate.py) ;; *) $(BIN)/python -m benchmarks.$$(basename $$file .py) ;; esac; done

simulate: $(VENV)/.test ## How often intervals hold the truth and tests err, written into docs/statistics.md.
	$(BIN)/python -m benchmarks.simulate

lock: .tools/bin/uv ## Choose versions anew and write requirements/.
	$(UV) pip compile -q --upgrade pyproject.toml --group local --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --custom-compile-command "make lock" -o requirements/app.txt
	$(UV) pip compile -q --upgrade pyproject.toml --group local --group test --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --custom-compile-command "make lock" -c requirements/app.txt -o requirements/test.txt

clean: ## Remove what was set up (never the data).
	rm -rf $(VENV) .tools .pytest_cache .ruff_cache .mypy_cache .hypothesis artifacts

$(VENV)/.app: requirements/app.txt pyproject.toml | uv
	@echo "Setting up .venv (a minute on a first run)"
	@test -x $(BIN)/python || $(UV) venv --quiet --python $$(command -v $(PYTHON)) $(VENV)
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/app.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.app requirements/test.txt
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/test.txt
	@touch $@

.PHONY: uv
uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed: apt-get install python3, or name one with PYTHON=python3.12"; exit 1; }
	@test -x "$$(command -v $(UV))" || $(MAKE) --no-print-directory .tools/bin/uv

.tools/bin/uv:
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python comes without venv: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv .tools && .tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
