# Millrace. `make run` shows it at work, `make test` proves it; both install what they need into .venv.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: help run test soak marathon check bench pictures format clean
help:
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

.venv/core: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(PIP) -e .
	@touch $@

.venv/dev: .venv/core
	$(PIP) -e '.[dev,aws,spark]'
	@touch $@

run: .venv/core ## a simulated day through the whole pipeline, and a page to look at
	$(BIN)/millrace demo $(ARGS)

test: .venv/dev ## the whole test suite
	$(BIN)/python -m pytest -n auto $(ARGS)

soak: .venv/dev ## the tests that take minutes
	$(BIN)/python -m pytest -m soak $(ARGS)

marathon: .venv/dev ## the tests that take an hour
	$(BIN)/python -m pytest -m marathon $(ARGS)

check: .venv/dev ## lint, format, types, import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

.venv/bench: .venv/dev
	$(PIP) -e '.[dev,aws,bench,spark]'
	@touch $@

bench: .venv/bench ## how fast it is, beside DuckDB alone, Spark and dlt; writes BENCHMARKS.md
	$(BIN)/python -m tests.bench $(ARGS)

pictures: .venv/dev ## the pictures of the documents, by a real browser
	$(BIN)/python -m tests.pictures

format: .venv/dev ## rewrite the code in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove everything that was made here
	rm -rf .venv .millrace .millrace-demo build dist *.egg-info
