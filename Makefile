# The one door: CI calls these targets too.
SHELL := /bin/bash
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
DEVICE ?= cpu
BIN := .venv/bin
# The first supported Python that answers to one of these names.
SUPPORTED := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.11 python3.12 python3.13 python3.14; do \
	  $$name -c '$(SUPPORTED)' 2>/dev/null && echo $$name && break; done)
# An environment knows its own path, so the mark that it is complete has the path in its name.
HERE := $(shell pwd | cksum | cut -d ' ' -f 1)
ENV := .venv/.ready-$(HERE)
PEERS := .venv-peers/.ready-$(HERE)
BROKEN := $(if $(wildcard $(ENV)),$(shell $(BIN)/python -c '' 2>/dev/null || echo broken))

define NEEDS_PYTHON
'$(PYTHON)' -c '$(SUPPORTED)' 2>/dev/null || \
	  { echo "Python 3.11 or later is needed$(if $(PYTHON), and '$(PYTHON)' is not it); name yours: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 1; }
endef

.PHONY: help env book pdf release check test mutate proofs pythons peers recipe browse bench lab statements register format clean broken
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s '|'

env: $(ENV)  ## make .venv from the lock (PYTHON=... names another Python, 3.11 or later)

$(ENV): requirements.lock pyproject.toml $(BROKEN)
	@$(NEEDS_PYTHON)
	@if [ -e .venv ] && [ "$(BROKEN)" -o ! -f $@ ]; then \
	  echo "Removing .venv, which is unfinished, does not run or was made in another folder"; rm -rf .venv; fi
	@echo "Setting up .venv (about 2 GB with torch's CPU build, 5 GB with CUDA; some minutes the first time)"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

book: $(ENV)  ## execute what changed and build the site (PROFILE=full for fine grids)
	@$(BIN)/python -m book.pipeline $(if $(PROFILE),--profile $(PROFILE)) --jobs $(JOBS)

pdf: book  ## the whole book as PDF and EPUB and the cheat sheet as PDF, linked from the site (needs Chromium)
	@$(BIN)/python -m book.pipeline.pdf

release: pdf  ## the archive for deposit in build/release: site, PDF, figures, notebooks, lock, checksums
	@$(BIN)/python -m book.pipeline.release

check: $(ENV)  ## the inner loop: lint, types, the tests of formulas and solvers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest tests/theory grpo_paper/theory --numprocesses $(JOBS) --dist worksteal --quiet

test: $(ENV)  ## lint, types, doctests, tests, every chapter at its quick profile
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses $(JOBS) --dist worksteal --benchmark-skip --durations 15

mutate: $(ENV)  ## would the tests see a fault? every small change of the theory, one at a time (MODULES="theory.zoo", OWN=1, AGAIN=1, SAMPLE=200)
	@$(BIN)/python -m tests.mutation $(MODULES) $(if $(OWN),--own) $(addprefix --tests ,$(TESTS)) $(if $(AGAIN),--again) $(if $(SAMPLE),--sample $(SAMPLE)) --jobs $(JOBS)

proofs: $(ENV)  ## compile and check the proofs in Coq (coq, libcoq-coquelicot and libcoq-interval of Debian 12)
	@$(BIN)/python -m proofs

pythons: $(ENV)  ## the wheel, and what needs no torch, on every other Python that is found
	$(BIN)/python -m tests.pythons

peers: $(ENV) $(PEERS)  ## beside TRL, torchrl and verl, from the wheel, in .venv-peers: loss, advantages, callback, recipe
	@rm -rf build/peers && mkdir -p build/peers && cp -r peers recipes build/peers/
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir build/peers .
	.venv-peers/bin/python -m pip install --quiet --no-deps --force-reinstall build/peers/*.whl
	cd build/peers && OMP_NUM_THREADS=1 ../../.venv-peers/bin/python -m pytest peers --quiet

RECIPE := build/recipe
recipe: export OMP_NUM_THREADS := 1
recipe: $(PEERS)  ## the recipe for GSM8K on its tiny model and sums, with a penalty and without, to read in build/recipe
	.venv-peers/bin/python -m recipes.gsm8k.train tiny --out $(RECIPE)/beta
	.venv-peers/bin/python -m recipes.gsm8k.train tiny --out $(RECIPE)/free --beta 0
	@for policy in start beta/final free/final; do for split in train test; do \
	  .venv-peers/bin/python -m recipes.gsm8k.evaluate $(RECIPE)/$$policy --questions $(RECIPE)/start --split $$split \
	    --temperature 1 --longest 5 --out $(RECIPE)/evaluation/$${policy%/final}-$$split.csv || exit 1; done; done

# Each release pinned and nothing resolved: verl asks for an older tensordict and transformers than torchrl and TRL do.
$(PEERS): peers/requirements.txt
	@$(NEEDS_PYTHON)
	@if [ -e .venv-peers ] && [ ! -f $@ ]; then \
	  echo "Removing .venv-peers, which is unfinished or was made in another folder"; rm -rf .venv-peers; fi
	@echo "Setting up .venv-peers (about 2 GB with torch; a minute or two the first time)"
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --no-deps --requirement peers/requirements.txt
	@touch $@

browse: $(ENV)  ## every page of the built site in Chromium: errors, mathematics, accessibility, speed
	$(BIN)/pytest tests/book/test_site.py -m site --numprocesses $(JOBS) -k "not soon"
	$(BIN)/pytest tests/book/test_site.py -m site -k soon

bench: export OMP_NUM_THREADS := 1
bench: $(ENV) $(PEERS)  ## speed and cost on one thread: the solver, the replicas, sums beside TRL, reading a run (DEVICE=cuda)
	$(BIN)/pytest benchmarks/bench_fixed_points.py --benchmark-only --benchmark-columns=min,median,rounds -s
	$(BIN)/python -m benchmarks.replicas --device $(DEVICE)
	.venv-peers/bin/python -m benchmarks.addition --device $(DEVICE)
	$(if $(filter cpu,$(DEVICE)),$(BIN)/python -m benchmarks.readers)
	$(if $(filter cpu,$(DEVICE)),.venv-peers/bin/python -m benchmarks.callback)

lab: export JUPYTER_CONFIG_DIR := $(CURDIR)/build/jupyter
lab: $(ENV)  ## open the chapters in JupyterLab through jupytext
	@$(BIN)/jupytext-config set-default-viewer markdown myst
	$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB) notebooks

statements: $(ENV)  ## print the ledger: every item of the paper and where it stands
	@$(BIN)/grpo-paper statements

register: $(ENV)  ## enter the figures of the built book in the package's register
	@$(BIN)/python -m book.pipeline.passports

format: $(ENV)  ## format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:  ## remove what the build made, keep the environment
	rm -rf build
