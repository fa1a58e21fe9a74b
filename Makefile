# `make help` lists what there is. Everything runs from .venv, which is made from the locks when needed.
PYTHON ?= python3
BOOT := $(PYTHON) deploy/bootstrap.py
BIN := .venv/bin
# Servers and workers are started again and again; what is compiled stays compiled.
unexport PYTHONDONTWRITEBYTECODE

# The pure rooms are cheap to test whole, so they are tested whole.
COVERAGE := --cov=protocol --cov=server.core --cov=server.hub --cov-branch --cov-fail-under=98 \
	--cov-report=term:skip-covered
# Two, since most of a test is waiting for servers, and more would starve them; see tests/conftest.py for who gets what.
# A worker that had to be ended is not replaced: the next one would begin with the same test.
WORKERS := -n 2 --max-worker-restart=0 --durations=25

.DEFAULT_GOAL := help
.PHONY: help setup run web test check lint types contract unit web-check fmt lock settings fuzz bench clean

help:  ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## Make .venv with what the checks and tests need
	@$(BOOT) dev

run:  ## Start everything: PostgreSQL, Redis, two hubs, a worker, the web app
# The web app is built while the packages are installed, where the machine has a Node for it.
	@$(PYTHON) deploy/web.py early & web=$$!; $(BOOT) run && wait $$web
	@$(BIN)/python deploy/web.py
	@exec $(BIN)/shangke up

web: setup  ## Build the web app if its sources changed
	@$(BIN)/python deploy/web.py

test: check unit  ## Everything that must hold: format, lint, types, directions, web, tests
# pytest comes last, so that its closing line closes the run.

check: lint types contract web-check  ## All checks without the Python tests

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: setup
	@$(BIN)/mypy

contract: setup
	@$(BIN)/lint-imports

web-check: setup
	@$(BIN)/python deploy/web.py check

unit: setup web  ## Only the Python tests (ARGS are pytest's)
	@$(BIN)/python -m tests.harness.browser
	@$(BIN)/pytest $(or $(ARGS),$(WORKERS) $(COVERAGE))

fmt: setup  ## Format, and mend what can be mended by itself
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: setup  ## Resolve the locks anew (UPGRADE=1 takes newer versions)
	@$(BIN)/python deploy/lock.py $(if $(UPGRADE),--upgrade)

settings: setup  ## Write the table of docs/settings.md anew
	@sed -i '/^| name /,$$d' docs/settings.md
	@$(BIN)/shangke config >> docs/settings.md

fuzz: setup  ## Try what the API promises, with thousands of cases as everybody (ARGS=head as one)
	@$(BIN)/python -m tests.fuzz $(ARGS)

bench: setup  ## Measure (figures go to bench/; ARGS=--quick shows that it works)
	@$(BIN)/python -m bench $(ARGS)
	@$(BIN)/python -m bench.rest $(ARGS)

clean:  ## Remove what was built (never the data)
	@rm -rf .venv web/node_modules web/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
