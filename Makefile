# Two commands do everything on a machine with Python 3.11 or newer and make: `make run` and `make test`.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
# The locks are complete: installing resolves nothing anew, so that a release of tomorrow cannot break it.
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --no-deps --require-hashes
# Tests that run at the same time: most of them wait for processes that they have started. 0 runs them one after another.
JOBS ?= 3

.DEFAULT_GOAL := help
.PHONY: help run test test-real-model test-world test-chart check format bench eval eval-model lock lock-chart lock-world clean

help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/run.stamp ## Start the service at http://localhost:8023
	$(BIN)/python server.py

test: $(VENV)/dev.stamp ## Run the tests, JOBS=3 at once; TEST=path or -k expression narrows it
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(TEST)

test-real-model: $(VENV)/dev.stamp ## Run the tests with a real language model; the first time it is set up, with cmake and a C++ compiler
	$(BIN)/python -m tests.real_model.set_up
	$(BIN)/python -m pytest -m real_model tests/real_model

test-world: $(VENV)/dev.stamp ## Run the tests with MCP servers that others wrote; the first time they are installed, with npm and pip
	$(BIN)/python -m tests.world.set_up
	$(BIN)/python -m pytest -m world tests/world

test-chart: $(VENV)/dev.stamp ## Run the tests of the Helm chart, with Helm's own library and models of Kubernetes, which pip installs
	$(BIN)/python -m venv $(VENV)/chart
	$(VENV)/chart/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes \
		--only-binary :all: -r tests/deployment/chart.lock
	$(BIN)/python -m pytest -m chart tests/deployment

check: $(VENV)/dev.stamp ## Lint, types, layers, sizes, compose file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@$(BIN)/python -m tests.architecture.sizes

format: $(VENV)/dev.stamp ## Put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev.stamp ## Measure; ONLY=name runs one, DATA=folder gives other data, OUT=folder keeps the figures
	$(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(DATA),--data $(DATA)) $(if $(OUT),--out $(OUT))

eval: $(VENV)/dev.stamp ## Measure answers and plans without a model; DATA=folder adds evaluation sets, OUT=folder keeps the figures
	$(BIN)/python -m benchmarks --quality $(if $(DATA),--data $(DATA)) $(if $(OUT),--out $(OUT))

eval-model: $(VENV)/dev.stamp ## Measure MODEL=name; SOURCE=flags says where it is, DATA=folder N=cases adds planning sets, OUT=file CARD=yes keep it
	$(BIN)/python -m benchmarks.models.evaluate $(MODEL) $(SOURCE) $(if $(DATA),--data $(DATA)) $(if $(N),--n $(N)) \
		$(if $(OUT),--out $(OUT)) $(if $(CARD),--card)

lock: $(VENV)/dev.stamp ## Resolve the exact versions anew
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --custom-compile-command "make lock" --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --constraint requirements.lock --custom-compile-command "make lock" \
		--quiet --output-file requirements-dev.lock

lock-chart: $(VENV)/dev.stamp ## Resolve the versions of what checks the Helm chart anew
	$(BIN)/uv pip compile tests/deployment/chart.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --custom-compile-command "make lock-chart" --upgrade --quiet --output-file tests/deployment/chart.lock

lock-world: $(VENV)/dev.stamp ## Resolve the versions of the MCP servers of tests/world anew, with npm
	$(BIN)/uv pip compile tests/world/pypi/requirements.in --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock-world" --upgrade --quiet \
		--output-file tests/world/pypi/requirements.lock
	for folder in npm conformance; do (cd tests/world/$$folder && npm install --package-lock-only \
		--omit-lockfile-registry-resolved=true --ignore-scripts --no-audit --no-fund) || exit 1; done

clean: ## Remove the environment and caches
	rm -rf .venv* .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage htmlcov

$(VENV)/run.stamp: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PIP) --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(INSTALL) -r requirements.lock
	$(PIP) check
	$(BIN)/python -m compileall -q agentic_search
	touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	$(INSTALL) -r requirements-dev.lock
	$(PIP) check
	touch $@
