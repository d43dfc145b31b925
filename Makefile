# Kith's commands. `make help` lists them.
PYTHON ?= python3
UV := .uv/bin/uv
VENV := .venv
BIN := $(VENV)/bin
# The tests start dozens of processes: where compiled modules are not kept, each would compile all that it imports.
export PYTHONDONTWRITEBYTECODE :=
MEMBERS := libs/chassis libs/contracts services/child-index services/assessment services/consent services/notifications gateway cli deploy/stack
EDITABLE := $(foreach member,$(MEMBERS),-e $(member))

.DEFAULT_GOAL := help
.PHONY: help setup run run-stack demo machine lint test test-rest check prove bench lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(UV): requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { echo "Kith needs Python 3.11 to 3.13 (make PYTHON=python3.12 ...)"; exit 1; }
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.run: $(UV) requirements/run.txt $(addsuffix /pyproject.toml,$(MEMBERS))
	$(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/run.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(EDITABLE)
	@touch $@

$(VENV)/.stack: $(VENV)/.run requirements/stack.txt
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/stack.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.stack requirements/dev.txt
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.bench: $(VENV)/.dev requirements/bench.txt
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/bench.txt
	@touch $@

setup: $(VENV)/.dev ## install everything that running, building and testing need

run: $(VENV)/.run ## start all parts in one process on port 8080
	$(BIN)/kith up

run-stack: $(VENV)/.stack ## start all parts as processes of their own, with PostgreSQL and Kafka, on port 8080
	@deploy/machine/prepare
	$(BIN)/python -m stack up

demo: $(VENV)/.run ## fill a running Kith with a made-up authority, and say who to sign in as
	$(BIN)/kith demo

lock: $(UV) ## resolve and pin every dependency with hashes
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements/uv.in -o requirements/uv.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements/run.in -o requirements/run.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements/stack.in -o requirements/stack.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements/dev.in -o requirements/dev.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements/bench.in -o requirements/bench.txt

machine: ## bring PostgreSQL, Java and Maven for the tests (Debian, as root), or say what is missing
	@deploy/machine/prepare

lint: $(VENV)/.dev
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary $(foreach member,$(MEMBERS),$(member)/src) tests
	$(BIN)/lint-imports --no-logo

test: $(VENV)/.dev machine ## what must hold at each landing
	$(BIN)/pytest -m 'not prove and not bench' -n 4 --dist loadfile --databases one

test-rest: $(VENV)/.dev machine ## the services' tests on that of the two databases on which `make test` didn't run them
	$(BIN)/pytest -m 'not prove and not bench' -n 4 --dist loadfile --databases rest

check: lint test test-rest ## format, lint, strict types, import rules, all tests

prove: $(VENV)/.dev machine ## the long proofs (or some: WHAT="tests/resilience -k races"); writes what they saw to docs/proof.md
	@deploy/machine/prepare prove
	$(BIN)/python -m tests.prove $(WHAT)

bench: $(VENV)/.bench ## measure, each as a ratio against a baseline of the same run
	@deploy/machine/prepare bench
	$(BIN)/python -m tests.bench.matching
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.loading
	$(BIN)/python -m tests.bench.gateways
	$(BIN)/python -m tests.bench.events
	$(BIN)/python -m tests.bench.stages
	$(BIN)/python -m tests.bench.chronology
	$(BIN)/python -m tests.bench.stream

clean: ## remove what setup and tests made (not the data in ./var)
	rm -rf .uv .venv .tools .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
