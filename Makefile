# What people type. `make` alone lists it.

.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
SERVE ?= 1
export PYTHON

SHIPPED := setup.cfg setup.py pyproject.toml ingenium_credentials/badges/contexts/__init__.py
BIN := .venv/bin
MANAGE := DJANGO_SETTINGS_MODULE=settings.demo $(BIN)/python manage.py

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

.venv/demo: $(SHIPPED) scripts/make-venv
	@echo "→ making .venv and installing the package into it"
	@scripts/make-venv uv
	@UV_CONSTRAINT=tests/pins/newest.txt $(BIN)/uv pip install --quiet --python $(BIN)/python --editable .
	@touch $@

.venv/test: tox.ini scripts/make-venv
	@scripts/make-venv 'tox>=4.30' 'tox-uv>=1.28'
	@touch $@

.PHONY: demo
demo: .venv/demo ## Course completion to verified credential, then the site on http://localhost:8000 (SERVE=0: do not serve)
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) ingenium_demo $(if $(filter 0 no false,$(SERVE)),,--serve)

.PHONY: test
test: .venv/test ## Install the system's parts and run every check and test (about half an hour on two cores)
	@$(BIN)/python scripts/run_tests.py

.PHONY: quick
quick: .venv/test ## The tests without browser, servers, Node or packaging
	@$(BIN)/tox -q -e py311-django52 -- -m "not (browser or interop or mysql or broker or packaging or conformance or once or faults)"

.PHONY: faults
faults: .venv/test ## Kill MariaDB, Redis and workers while 2,000 results stream in; count what exists (SEED=number: again)
	@INGENIUM_FAULTS_SEED=$(SEED) $(BIN)/tox -q -e faults

.PHONY: format
format: .venv/test ## Format the code and mend what ruff can mend
	@$(BIN)/tox -q exec -e quality -- ruff format .
	@$(BIN)/tox -q exec -e quality -- ruff check --fix .

.PHONY: upgrade
upgrade: .venv/test ## Take the newest versions into tests/pins/newest.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --all-extras --no-annotate \
		--constraint tests/pins/newest.in \
		--custom-compile-command 'make upgrade' setup.py --output-file tests/pins/newest.txt

.PHONY: clean
clean: ## Remove what the targets above have made
	rm -rf .venv .tox build dist *.egg-info demo-data demo-output test-output
