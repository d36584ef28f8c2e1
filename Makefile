# The one door: CI calls these targets too.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
DEVICE ?= cpu
BIN := .venv/bin
ENV := .venv/.ready
# An environment knows its own path: one that was moved with its folder is made anew.
$(shell [ -f $(ENV) ] && [ "$$(cat $(ENV))" != "$(CURDIR)" ] && rm -rf .venv)
PEERS := .venv-peers/.ready
$(shell [ -f $(PEERS) ] && [ "$$(cat $(PEERS))" != "$(CURDIR)" ] && rm -rf .venv-peers)

define NEEDS_PYTHON
$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 is needed and '$(PYTHON)' is not it; name yours: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
endef

.PHONY: help env book pdf release test peers browse bench lab statements format clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s '|'

env: $(ENV)  ## make .venv from the lock (Python 3.11; PYTHON=... names another)

$(ENV): requirements.lock pyproject.toml
	@$(NEEDS_PYTHON)
	@echo "Setting up .venv (about 2 GB with torch; some minutes the first time)"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@echo "$(CURDIR)" > $@

book: $(ENV)  ## execute what changed and build the site (PROFILE=full for fine grids)
	@$(BIN)/python -m book.pipeline $(if $(PROFILE),--profile $(PROFILE)) --jobs $(JOBS)

pdf: book  ## the whole book as a PDF, linked from the site (needs Chromium)
	@$(BIN)/python -m book.pipeline.pdf

release: pdf  ## the archive for deposit in build/release: site, PDF, figures, notebooks, lock, checksums
	@$(BIN)/python -m book.pipeline.release

test: $(ENV)  ## lint, types, doctests, tests, every chapter at its quick profile
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses $(JOBS) --dist worksteal --benchmark-skip

peers: $(PEERS)  ## our loss beside those of TRL, torchrl and verl, in .venv-peers
	OMP_NUM_THREADS=1 .venv-peers/bin/python -m pytest peers --quiet

# Each release pinned and nothing resolved: verl asks for an older tensordict and transformers than torchrl and TRL do.
$(PEERS): peers/requirements.txt
	@$(NEEDS_PYTHON)
	@echo "Setting up .venv-peers (about 2 GB with torch; a minute or two the first time)"
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --no-deps --requirement peers/requirements.txt
	@echo "$(CURDIR)" > $@

browse: $(ENV)  ## every page of the built site in Chromium: errors, mathematics, accessibility, speed
	$(BIN)/pytest tests/book/test_site.py -m site --numprocesses $(JOBS) -k "not soon"
	$(BIN)/pytest tests/book/test_site.py -m site -k soon

bench: export OMP_NUM_THREADS := 1
bench: $(ENV) $(PEERS)  ## speed and cost on one thread: the solver, the replicas, sums beside TRL (DEVICE=cuda)
	$(BIN)/pytest benchmarks/bench_fixed_points.py --benchmark-only --benchmark-columns=min,median,rounds -s
	$(BIN)/python -m benchmarks.replicas --device $(DEVICE)
	.venv-peers/bin/python -m benchmarks.addition --device $(DEVICE)

lab: export JUPYTER_CONFIG_DIR := $(CURDIR)/build/jupyter
lab: $(ENV)  ## open the chapters in JupyterLab through jupytext
	@$(BIN)/jupytext-config set-default-viewer markdown myst
	$(BIN)/jupyter lab notebooks

statements: $(ENV)  ## print the ledger: every item of the paper and where it stands
	@$(BIN)/grpo-paper statements

format: $(ENV)  ## format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:  ## remove what the build made, keep the environment
	rm -rf build
