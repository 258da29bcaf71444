# From a bare machine: python3 (3.11 to 3.13) with pip is all that is needed. Each target makes the environment itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help env demo test test-long test-compose lint bench clean

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

env: ## the environment in .venv, made once and again when requirements.txt changes
	@PYTHON="$(PYTHON)" VENV="$(VENV)" bash deploy/make-environment

demo: env ## months of business through all five services, and the check of the books
	$(BIN)/o2c demo

test: env ## all tests, on real Kafka and PostgreSQL; prints which ones it took
	$(BIN)/python -m tests

test-long: env ## the same, with ten times as many examples of property and mutation tests
	O2C_TEST_PROFILE=long $(BIN)/python -m tests

test-compose: env ## docker-compose.yml run for real, killed in parts and checked; skipped where Docker does not answer
	$(BIN)/python -m pytest tests/compose

lint: env ## style, types, who may import whom, and names of SQL queries
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m shared.chassis.testing.query_names services/* shared/components/*

bench: env ## how many events a second
	$(BIN)/python -m bench

clean: ## the local stack's data and the tools' caches; the environment stays
	rm -rf .o2c .o2c-* .pytest_cache .hypothesis .ruff_cache .mypy_cache .import_linter_cache build *.egg-info
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -print | xargs rm -rf
