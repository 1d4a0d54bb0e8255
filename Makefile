# Needs only make and Python >= 3.11 with venv. Nothing is installed outside .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
BENCH  := .venv-benchmark
ORIGIN ?= Xi'an
DEST   ?= Duisburg
WORKERS ?= 2

.DELETE_ON_ERROR:
.PHONY: help demo maps test lint benchmarks startup-benchmark geodata tables clean

help:
	@echo "make demo               install into .venv, compare Xi'an - Duisburg, draw maps/xian-duisburg.html"
	@echo "make maps               draw the gallery in maps/ again"
	@echo "make test               install the test tools, then lint, types, import rules and all tests"
	@echo "make benchmarks         every ratio beside other libraries, into docs/performance.md"
	@echo "make startup-benchmark  cold start of one comparison beside 'import geopandas'"
	@echo "make geodata            rebuild the packaged network from its published sources"
	@echo "make tables             after an edit of geodata/curated: compile what follows from it"
	@echo "make clean              remove .venv and caches"

# The stamp makes a second run start at once.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "corridors needs Python 3.11 or later; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Try: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "This Python has no venv/ensurepip. On Debian or Ubuntu: apt install python3-venv  (on Fedora it is part of python3-libs)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.installed

demo: $(VENV)/.installed
	@mkdir -p maps
	$(BIN)/corridors map "$(ORIGIN)" "$(DEST)" --out maps/xian-duisburg.html
	$(BIN)/corridors compare "$(ORIGIN)" "$(DEST)"

# The commands of maps/README.md, whose pictures these are.
maps: $(VENV)/.installed
	$(BIN)/corridors map "Xi'an" Duisburg --out maps/xian-duisburg.html
	$(BIN)/corridors map "Xi'an" Duisburg --corridor northern --corridor titr --corridor pakistan \
	  --out maps/three-corridors.html
	$(BIN)/corridors map Aktau Poti --corridor titr --out maps/caspian.html
	$(BIN)/corridors map "Xi'an" Duisburg --scenario red-sea-2023 --out maps/red-sea.html
	$(BIN)/corridors map "Xi'an" Duisburg \
	  --scenario-buttons red-sea-2023,poland-belarus-2025,caspian-closed --out maps/what-if.html
	$(BIN)/corridors projects --map maps/upgrades.html >/dev/null
	$(BIN)/corridors isochrones Almaty --mode rail,sea,ferry --map maps/isochrones-almaty.html >/dev/null
	$(BIN)/corridors criticality "Xi'an" Duisburg --kind chokepoint,crossing,port \
	  --map maps/chokepoints.html >/dev/null
	$(BIN)/corridors profile "Xi'an" Duisburg --out maps/xian-duisburg-days.png
	$(BIN)/corridors profile "Xi'an" Duisburg --of usd --out maps/xian-duisburg-usd.png

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

# As a user has it: a wheel with its bytecode compiled, not an editable install with its import hook.
startup-benchmark: $(VENV)/bin/python
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --force-reinstall .
	$(BENCH)/bin/python benchmarks/startup.py --runs 11

# All of them, with the peers: half an hour or more.
benchmarks: $(VENV)/bin/python
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check '.[bench]'
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps .
	$(BENCH)/bin/python benchmarks/run.py --runs 11

geodata: $(VENV)/.installed
	$(BIN)/corridors build --packaged --out geodata

tables: $(VENV)/.installed
	$(BIN)/corridors build --tables --out geodata

clean:
	rm -rf $(VENV) $(BENCH) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
