# What a person does with this repository; `make help` lists it. Needs Python 3.11+, git and make, nothing else.
#
# Every environment lives in .venv and is filled only from the exact versions and hashes in requirements/*.txt.
# A stamp in .venv says which lock an environment was filled from, so that a second run starts at once.

.DEFAULT_GOAL := help
.SUFFIXES:

VENV := .venv
BIN := $(VENV)/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install -qq --no-input
INSTALL := $(PIP) --require-hashes -r
say = @printf '%s\n' '$(1)'

SOURCES := src tests bench scripts
PYTEST := $(BIN)/python -m pytest
FAST := -m 'not slow and not e2e' -n 2 --dist loadfile

# Spark needs Java: the tests and benchmarks take it where there is one, and say what they leave out where there is none.
WHERE_JAVA_IS := $(if $(JAVA_HOME)$(shell command -v java),$(VENV)/.spark)

.PHONY: help setup demo serve check test test-fast test-e2e lint format types contracts templates migrations browser assets catalogues spark \
        reference messages lock bench screenshots notice clean distclean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# --- for everyone ---------------------------------------------------------------------------------------------------

demo: setup ## make a synthetic county, screen it, serve it on http://127.0.0.1:8000
	$(call say,== Making a synthetic county and serving what its screening finds)
	@$(BIN)/ciyou demo

setup: $(VENV)/.runtime assets catalogues ## install what the product needs (called by the others)

assets: $(VENV)/.assets

catalogues: $(VENV)/.catalogues

$(BIN)/python:
	$(call say,== Making an environment in $(VENV))
	@sh scripts/make_environment.sh $(VENV)

$(VENV)/.runtime: requirements/build.txt requirements/runtime.txt pyproject.toml | $(BIN)/python
	$(call say,== Installing the pinned dependencies (a minute or two and only once))
	@$(INSTALL) requirements/build.txt
	@$(INSTALL) requirements/runtime.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.assets: $(wildcard scripts/fetch_assets.py package.json package-lock.json) | $(VENV)/.runtime
	$(call say,== Fetching the pinned browser libraries)
	@$(BIN)/python scripts/fetch_assets.py
	@touch $@

$(VENV)/.catalogues: $(wildcard src/ciyou/web/locale/*/LC_MESSAGES/*.po) scripts/compile_catalogues.py | $(VENV)/.runtime
	@$(BIN)/python scripts/compile_catalogues.py
	@touch $@

# --- for those who change it ----------------------------------------------------------------------------------------

$(VENV)/.test: requirements/test.txt $(VENV)/.runtime
	$(call say,== Installing what the tests need)
	@$(INSTALL) requirements/test.txt
	@touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.runtime
	$(call say,== Installing what the benchmarks compare with)
	@$(INSTALL) requirements/bench.txt
	@touch $@

# Built without isolation: what builds it is pinned as well (requirements/build.txt).
$(VENV)/.spark: requirements/spark.txt $(VENV)/.runtime
	$(call say,== Installing Spark)
	@$(PIP) --no-build-isolation --require-hashes -r requirements/spark.txt && touch $@ \
		|| printf '%s\n' 'Spark could not be installed: what needs it will be left out.'

spark: $(VENV)/.spark ## install Spark as another rules engine (needs Java 17 or newer)

browser: ## install Chromium and a Chinese font for the browser tests, where the system allows it
	@sh scripts/install_browser.sh

test: $(VENV)/.test $(WHERE_JAVA_IS) assets catalogues browser ## everything: lint, types, contracts, templates, all tests
	@$(MAKE) --no-print-directory --keep-going lint types contracts templates pytest-postgresql pytest

# Only what touches a database; the whole suite runs on SQLite, and last, so that its summary line is the one that stays.
USES_DATABASE := tests/apps tests/web tests/databases tests/cli tests/e2e/test_serving.py

.PHONY: pytest pytest-postgresql
pytest-postgresql: $(VENV)/.test assets catalogues
	$(call say,== Running the tests that use a database on PostgreSQL)
	@$(BIN)/python scripts/with_postgresql.py $(PYTEST) -q -n 2 --dist loadfile -m 'not any_database' $(USES_DATABASE)

# The browser first and by itself: it drives real servers, which take both processors. The line that stays is that of all the others.
pytest: $(VENV)/.test assets catalogues
	$(call say,== Running the tests that drive a browser)
	@$(PYTEST) -q -m e2e; browser=$$?; \
	printf '%s\n' '== Running all other tests'; \
	$(PYTEST) -q -m 'not e2e' -n 2 --dist loadfile && exit $$browser

check: lint types contracts test-fast ## the fast half: lint, types, import contracts, unit tests

test-fast: $(VENV)/.test assets catalogues
	$(call say,== Running the fast tests)
	@$(PYTEST) -q $(FAST)

test-e2e: $(VENV)/.test assets catalogues browser ## only the tests that drive a browser
	@$(PYTEST) -m e2e

lint: $(VENV)/.test
	$(call say,== Checking lint and format)
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)

format: $(VENV)/.test ## format the Python sources and mend what lint can mend
	@$(BIN)/ruff format $(SOURCES)
	@$(BIN)/ruff check --fix $(SOURCES)

types: $(VENV)/.test
	$(call say,== Checking types)
	@$(BIN)/mypy

contracts: $(VENV)/.test
	$(call say,== Checking the direction of imports)
	@$(BIN)/lint-imports

templates: $(VENV)/.test
	$(call say,== Checking templates)
	@$(BIN)/djlint --lint --quiet src/ciyou/web

reference: $(VENV)/.runtime ## write the generated parts of docs/reference from the code
	@$(BIN)/python scripts/write_reference.py

messages: $(VENV)/.runtime ## bring the catalogue of the pages' texts up to date with the templates
	@$(BIN)/python scripts/collect_messages.py

screenshots: $(VENV)/.test assets catalogues browser ## take the pictures of the README anew (by the browser tests)
	@CIYOU_SCREENSHOTS=docs/images $(PYTEST) -m e2e

bench: $(VENV)/.bench $(WHERE_JAVA_IS) ## measure speed and memory against what one would use instead
	@for bench in $$(grep -l __main__ bench/*.py | xargs -n 1 basename -s .py); do echo "== $$bench"; $(BIN)/python -m bench.$$bench || exit 1; done

notice: $(VENV)/.runtime ## write NOTICE: every runtime dependency with its licence
	@$(BIN)/python scripts/write_notice.py

lock: | $(BIN)/python ## resolve requirements/*.in again and pin exact versions with hashes
	@sh scripts/lock_requirements.sh

clean: ## remove what the demo, the tests and the tools made
	@rm -rf build demo var bench/out .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find src tests bench scripts -type d -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## remove the environment and the fetched browser libraries as well
	@rm -rf $(VENV) node_modules src/ciyou/web/static/vendor src/*.egg-info
