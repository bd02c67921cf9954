# make run | test | check | bench | coverage | clean.  PYTHON=python3.12 make run  picks another interpreter.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: run test check bench coverage format clean

run: $(VENV)/.app
	$(BIN)/python app.py

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

bench: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks $(ARGS)

coverage: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto tests/genmodels --cov=genmodels --cov-report=term-missing:skip-covered --cov-fail-under=95

format: $(VENV)/.dev
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .coverage

# A stamp per set, so that a second call starts at once when nothing changed.
$(VENV)/.app: requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Noisewalk needs Python 3.10 or newer") if sys.version_info < (3, 10) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing (on Debian and Ubuntu: apt install python3-venv)"; exit 1; }
	@echo "Installing what the app needs; this takes some minutes, once."
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.app requirements-dev.txt
	$(PIP) -r requirements-dev.txt
	@touch $@
