# The commands of this project. Each may be repeated; environments are made once.

PYTHON ?= python3
ADDRESS ?= 127.0.0.1:8000
SECONDS ?= 60

VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py

.PHONY: help demo demo-tools demo-production test browser check format conformance tutorial listings statements installation differential extensions differences names bench soak clean

help:
	@echo "make demo          serve the demo project on $(ADDRESS)"
	@echo "make demo-tools    the same with the debug toolbar and htmx"
	@echo "make demo-production  the same as a server has it, without debug mode"
	@echo "make test          run the tests"
	@echo "make browser       use the demo project in a headless Chromium"
	@echo "make check         lint, check the format and the types"
	@echo "make format        mend what the linter and the formatter can mend"
	@echo "make conformance   run Flask's and Werkzeug's own test suites on flaskish"
	@echo "make tutorial      run the examples of Flask's source distribution on flaskish"
	@echo "make listings      run the listings of Flask's documentation on flaskish"
	@echo "make statements    ask the real Flask and Werkzeug whether the tests of the chapters are true"
	@echo "make installation  install as a user would, and look at what came"
	@echo "make differential  compare answers with the real Flask, alone and in a project"
	@echo "make extensions    run the test suites of Flask's extensions (NAMES=... for some)"
	@echo "make differences   write the known differences into the compatibility page"
	@echo "make bench         measure the speed, beside Flask, Quart, Django and Bottle"
	@echo "make soak          load gunicorn and uvicorn, alone and mounted, for a minute each (SECONDS=... for less)"
	@echo "make names         write down the public names of the real Flask"
	@echo "make clean         remove the environments and the downloads"

demo: $(VENV)/installed
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) load_demo_data --address $(ADDRESS)
	@$(MANAGE) runserver $(ADDRESS)

demo-tools: export DJANGO_SETTINGS_MODULE = demo_project.settings_tools
demo-tools: $(VENV)/installed-demo
	@$(MAKE) --no-print-directory demo

demo-production: export DJANGO_SETTINGS_MODULE = demo_project.settings_production
demo-production: $(VENV)/installed-demo
	@$(MANAGE) collectstatic --no-input --verbosity 0
	@$(MAKE) --no-print-directory demo

test: $(VENV)/installed-test
	$(BIN)/python -m pytest

# With settings and a server of its own. PICTURES=folder keeps a picture of each test's last page.
browser: $(VENV)/installed-dev
	$(BIN)/python -m pytest --ds=tests.browser.settings tests/browser

check: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --strict scripts

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

conformance:
	$(PYTHON) scripts/conformance.py

tutorial:
	$(PYTHON) scripts/tutorial.py

listings:
	$(PYTHON) scripts/listings.py

statements:
	$(PYTHON) scripts/statements.py

installation:
	$(PYTHON) scripts/installation.py

differential:
	$(PYTHON) tests/conformance/differential/run.py
	$(PYTHON) tests/conformance/differential/run.py --mounted

extensions:
	$(PYTHON) scripts/extensions.py $(NAMES)

differences:
	$(PYTHON) scripts/list_differences.py

soak: $(VENV)/installed-dev
	$(BIN)/python scripts/soak.py --seconds $(SECONDS)

names:
	$(PYTHON) scripts/export_names.py

# A short run: make bench ROUNDS=6 PARTS=requests ONLY=hello,JSON
bench:
	@$(PYTHON) benchmarks/run.py $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(PARTS),--parts $(PARTS)) \
		$(if $(ONLY),--only "$(ONLY)") $(if $(CONTESTANTS),--contestants "$(CONTESTANTS)")

clean:
	rm -rf $(VENV) .cache

# One environment; each mark says that the project is in it with these extras.
$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-demo: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[demo]"
	@touch $@ $(VENV)/installed

$(VENV)/installed-test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[test]"
	@touch $@ $(VENV)/installed-demo $(VENV)/installed

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $@ $(VENV)/installed-test $(VENV)/installed-demo $(VENV)/installed
