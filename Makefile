# Needs only make and Python 3.11 or later; everything else goes into .venv.
#   make run                open the app;  make dev: the same, and a page follows its source as it is edited
#   make test               run all tests, those in a browser too (sees to a Chromium if there is none)
#   make check              format, lint and types
#   make benchmark          speed of the engine;  make benchmark-browser: latency of the pages
#   make clean              remove what the others made

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin

# One thread of linear algebra in every process, and the kernels that OpenBLAS itself chooses for this machine.
export OPENBLAS_NUM_THREADS := 1
unexport OPENBLAS_CORETYPE

.PHONY: run dev test check benchmark benchmark-browser clean

run: .venv/.app
	$(BIN)/python -m streamlit run app.py

dev: .venv/.app
	$(BIN)/python -m streamlit run app.py --server.fileWatcherType=auto

test: .venv/.chromium
	$(BIN)/python -m pytest

check: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright

benchmark: .venv/.app
	$(BIN)/python -m cnn.benchmark

benchmark-browser: .venv/.chromium
	$(BIN)/python -m tests.browser.latency

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis tests/browser/shots
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp says that a step is done; it is done again when its requirements change.
.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed: https://www.python.org/downloads/"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.app: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt requirements-cluster.txt .venv/.app
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

.venv/.chromium: .venv/.dev
	$(BIN)/python -m tests.browser.chromium
	@touch $@
