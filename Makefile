# Every path here is relative: make splits words at spaces, and this folder's own path may have some.

PY    := .venv/bin/python
key    = $(shell { pwd; cat $(1); } | cksum | tr ' ' '-')
VENV  := .venv/.lock-$(call key,requirements.lock)
RUN   := .venv/.project-$(call key,pyproject.toml)
DEV   := .venv/.dev-$(call key,requirements-dev.lock)
JOBS  ?= auto
ARGS  ?=
NOW   ?=
DAYS  ?=
PIP   := $(PY) -m pip --disable-pip-version-check --quiet

# Each part of the stack is a program of its own, many of them are started: what is compiled is kept.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help up demo test test-long lint format bench lock clean

help: ## what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile
	@echo "  Settings: HONGXIU_DATA, HONGXIU_API_PORT, HONGXIU_TEMPORAL_PORT, HONGXIU_TEMPORAL_UI_PORT,"
	@echo "            HONGXIU_REHEARSAL=1, HONGXIU_WORKERS. Tests: ARGS='-k words', JOBS=1,"
	@echo "            NOW=2032-02-29T09:30:00+08:00 (when it is in the town that they run in), DAYS=leap-day."

up: $(RUN) ## set up and run the embedded stack until Ctrl-C (HONGXIU_REHEARSAL=1: time can be skipped)
	@$(PY) -m cli up

demo: $(RUN) ## play a quarter of a subdistrict's life on a running stack in rehearsal
	@$(PY) -m cli demo $(ARGS)

# Folders of its own: another session's pytest closes the shared one to the user that PostgreSQL runs as.
FOLDER = folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && PYTEST_DEBUG_TEMPROOT="$$folder"
PYTEST = $(FOLDER) HONGXIU_TEST_NOW="$(NOW)" $(PY) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

test: $(DEV) ## all tests but the long ones, on real PostgreSQL and Temporal
	@$(PYTEST) -m "not long" $(ARGS)

test-long: $(DEV) ## what is long by nature: the whole demo, the storm, thorough Hypothesis, and other days
	@export HYPOTHESIS_PROFILE=thorough; $(PYTEST) -m "long or property" $(ARGS)
	@$(FOLDER) $(PY) -m tests.days $(DAYS)

lint: $(DEV) ## ruff, mypy --strict, and the walls between rooms
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo --no-cache

format: $(DEV) ## let ruff lay the code out
	@$(PY) -m ruff check --fix-only .
	@$(PY) -m ruff format .

bench: $(DEV) ## measure, each figure beside its baseline
	@$(PY) -m bench $(ARGS)

LOCK := $(PY) -m uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock: $(DEV) ## write requirements*.lock anew from requirements/*.in (ARGS=--upgrade: newest versions)
	@$(LOCK) $(ARGS) requirements/run.in -o requirements.lock
	@$(LOCK) $(ARGS) requirements/dev.in -o requirements-dev.lock

clean: ## remove what was built; the data in .hongxiu stays
	@rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One environment, built anew when the lock or the folder's own path has changed; the stamps' names say so.
$(VENV):
	@sh requirements/venv.sh
	@echo "Installing what it needs, from requirements.lock (once) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@touch "$@"

$(RUN): $(VENV)
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch "$@"

$(DEV): $(RUN)
	@echo "Installing what tests and checks need, from requirements-dev.lock (once) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch "$@"
