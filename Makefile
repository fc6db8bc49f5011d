# make demo    install into .venv once, then run the main experiment into the next free folder of runs/
# make test    the same, with the test tools, then the tests
# make bench   speed and memory on this machine
# make warning which indicators warn of a crisis: docs/early-warning.md (about a minute)
# make gallery every real rule against its baseline: docs/gallery.md (about two minutes)
# make korea   Korea's card crisis of 2002-2004 replayed: docs/korea-2002.png (about a minute)
# make korea-window  its market fitted to the months up to June 2003 again, and what becomes of those after (about five minutes)
# make validate the market beside published figures: the table of the README (about five minutes on four cores)
# make lint    style
# make clean   remove .venv (never a result)

PYTHON ?= python3
BIN    := .venv/bin
DEMO   ?= multi-lender-cut --borrowers 50000 --months 72 --seeds 20

.PHONY: demo test bench warning gallery korea korea-window validate lint clean

demo: .venv/installed
	$(BIN)/rollover run $(DEMO)

test: .venv/installed-dev
	$(BIN)/python -m pytest -n auto

bench: .venv/installed-dev
	$(BIN)/python -m analysis.benchmark

warning: .venv/installed
	$(BIN)/python -m analysis.early_warning

gallery: .venv/installed
	$(BIN)/python -m analysis.gallery

korea: .venv/installed
	$(BIN)/python -m analysis.validation.korea

korea-window: .venv/installed
	$(BIN)/python -m analysis.calibration.window --steps 2

validate: .venv/installed
	$(BIN)/rollover validate

lint: .venv/installed-dev
	$(BIN)/ruff check .

clean:
	rm -rf .venv

# Installed once: again only when what is to be installed changes.
.venv/installed: pyproject.toml constraints.txt | .venv
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --editable . --constraint constraints.txt
	@touch $@

.venv/installed-dev: pyproject.toml constraints.txt | .venv
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --editable ".[dev]" --constraint constraints.txt
	@touch $@ .venv/installed

.venv:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 or later, or name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Rollover needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make environments. On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing Rollover into .venv (about a minute, once)"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
