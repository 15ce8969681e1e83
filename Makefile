# From the printed numbers of a case to its report. `make` alone lists what there is to make.
#
# `python -m analysis build` runs the steps whose inputs have changed, by content, and leaves a record
# of each in .build. The committed outputs alone count for nothing: a fresh clone, which has no records,
# really makes them all again.

# The variables that a command may set; no others.
CASE    := segelec
# A report on a period: 2024Q1, 2024-02, 2023H2 or 2023; BASE=previous compares with the period
# before; READING="target_kind=points" reads targets in another way.
PERIOD  :=
BASE    :=
READING :=
# DETAIL=1 adds the annex to a firm's report.
DETAIL  :=
# Of one target each: case, bench, lock.
NAME    :=
FORM    := csv
FROM    :=
LANGUAGE :=
PART    :=
ROUNDS  :=
UPGRADE :=
PYTHON  := python3
VENV    := .venv
JOBS    := $(or $(shell getconf _NPROCESSORS_ONLN 2>/dev/null),2)
VARIABLES := CASE PERIOD BASE READING DETAIL NAME FORM FROM LANGUAGE PART ROUNDS UPGRADE PYTHON VENV JOBS

ifeq ($(filter output-sync,$(.FEATURES)),)
$(error This Makefile needs GNU make 4.0 or newer; this is $(MAKE_VERSION))
endif
# Another variable would be ignored, and the wrong report be made: it is refused, with the one nearest to it.
define NEAREST
function least(a, b) { return a < b ? a : b }
BEGIN { count = split(known, names, " "); nearest = length(given) / 2
  for (k = 1; k <= count; k++) { name = names[k]
    for (j = 0; j <= length(name); j++) row[0, j] = j
    for (i = 1; i <= length(given); i++) { row[i, 0] = i
      for (j = 1; j <= length(name); j++)
        row[i, j] = least(least(row[i - 1, j], row[i, j - 1]) + 1, row[i - 1, j - 1] + \
          (toupper(substr(given, i, 1)) != substr(name, j, 1))) }
    if (row[length(given), length(name)] <= nearest) {
      nearest = row[length(given), length(name)]; found = name } }
  print found }
endef
GONE    := QUARTER MONTH HALF
UNKNOWN := $(firstword $(filter-out $(VARIABLES) SHELL MAKEFLAGS MFLAGS -%,$(foreach name,$(.VARIABLES),\
  $(if $(findstring command line,$(origin $(name))),$(name)))))
ifneq ($(UNKNOWN),)
MEANT := $(shell awk -v given='$(UNKNOWN)' -v known='$(VARIABLES) $(GONE)' '$(NEAREST)')
$(error There is no variable $(UNKNOWN)$(if $(filter $(GONE),$(MEANT)),: PERIOD=$($(UNKNOWN)) says it now,$(if \
  $(MEANT),; did you mean $(MEANT)?,: the variables are $(VARIABLES))))
endif
ifneq ($(words $(CASE))$(findstring /,$(CASE))$(findstring .,$(CASE)),1)
$(error CASE is the name of one folder of data/raw, not “$(CASE)”)
endif
ifneq ($(filter-out 0 1,$(words $(PERIOD)) $(words $(BASE))),)
$(error A report is on one period and one base, not “$(strip $(PERIOD) $(BASE))”)
endif
# The name of the report: acme, segelec-2024Q1, segelec-2024-02-previous-target_kind-points
EDITION := $(subst $() ,-,$(strip $(CASE) $(PERIOD) $(BASE) $(subst =,-,$(sort $(READING)))))
ASKED   := $(strip --case $(CASE) $(PERIOD:%=--period %) $(BASE:%=--base %) $(READING:%=--reading %))
ifneq ($(words $(ASKED))$(findstring /,$(ASKED)),$(words $(ASKED)))
$(error No period, base or reading holds a slash: “$(strip $(PERIOD) $(BASE) $(READING))”)
endif
ifneq ($(EDITION),$(CASE))
ifneq ($(filter dashboard case check lab verify test,$(MAKECMDGOALS)),)
$(error Only report and figures heed a period, a base or a reading)
endif
endif
ifneq ($(and $(DETAIL),$(filter segelec,$(CASE))),)
$(error DETAIL=1 adds the annex to the report of a firm: name it by CASE)
endif
ifeq ($(if $(filter report watch dashboard figures test,$(MAKECMDGOALS)),$(CASE)),kowalczyk)
$(error kowalczyk is set beside segelec: make report makes report/kowalczyk.pdf too)
endif
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
NOTEBOOKS := $(sort $(wildcard notebooks/[0-9][0-9]_*.ipynb))

PY := "$(VENV)/bin/python"
BUILD = $(PY) -m analysis build $(ASKED) $(if $(DETAIL),--detail) --jobs $(JOBS)
# The environment made here is set up as needed; one that was named (VENV=...) is taken as it is.
environment = $(if $(filter file,$(origin VENV)),.venv/.$1)

# A copy of this folder runs its own code, whichever environment it borrows.
export PYTHONPATH := $(CURDIR)/src
# The steps' messages in any locale.
export PYTHONIOENCODING := utf-8
# Nobody's own IPython settings get into a notebook.
export IPYTHONDIR := $(CURDIR)/.build/ipython
# Steps run side by side, so each keeps to one core.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
# Modules are compiled once, not by every process that imports them.
unexport PYTHONDONTWRITEBYTECODE

##@ To read

.PHONY: help
help: ## list what there is to make
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile
	@printf '\nReports on a period: make report PERIOD=2024Q1 (or 2024-02, 2023H2, 2023), against the year before\n'
	@printf 'or with BASE=previous; READING="target_kind=points" reads targets in another way.\n'
	@printf '\nVariables: CASE=NAME, another folder of data/raw; PYTHON=python3.12, another Python;\n'
	@printf 'VENV=/a/folder, an environment that has all packages; JOBS=1, one step at a time;\n'
	@printf 'DETAIL=1, the report of a firm with its annex.\n'

##@ To use

.PHONY: report watch case check dashboard figures lab verify test
report: | $(call environment,report) ## report/segelec.pdf with all that leads to it
	@$(BUILD) report

watch: | $(call environment,report) ## write and look: after each edit, what it concerns is made again
	@$(BUILD) report --watch

dashboard: | $(call environment,report) ## report/segelec.html alone, for any browser, offline
	@$(BUILD) dashboard

case: | $(call environment,report) ## make a case from your export (NAME=acme FROM=export.csv), or copy an example (FORM=claims)
	@$(PY) -m analysis new-case --name="$(NAME)" --form="$(FORM)" --from="$(FROM)" --language="$(LANGUAGE)"

check: | $(call environment,report) ## list everything that is wrong with the files of CASE, writing nothing
	@$(PY) -m analysis check --case $(CASE)

figures: | $(call environment,report) ## run the notebooks that a change concerns, which draw their figures; make no PDF
	@$(BUILD) figures

lab: | $(call environment,lab) ## open the notebooks, with exercises, in JupyterLab
	@mkdir -p .build/ipython
	@$(PY) -m jupyter lab $$([ "$$(id -u)" != 0 ] || echo --allow-root) --notebook-dir=. notebooks/00_overview.ipynb

verify: | $(call environment,report) ## build again in another folder and compare every byte with SHA256SUMS
	@$(PY) -m analysis verify

test: lint report | $(call environment,test) ## style and types, then all tests, and every notebook against its outputs
	@$(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder \
	  --nbval --doctest-modules tests src/analysis $(NOTEBOOKS)

##@ To develop

.PHONY: quick lint docs bench lock clean distclean
quick: lint ## style and types, then the fast tests: half a minute
	@$(PY) -m pytest -n 2 --dist loadfile -m "not slow" --doctest-modules tests src/analysis

lint: | $(call environment,test) ## style, formatting, types and the order of the rooms
	@$(PY) -m ruff check --quiet src tests benchmarks
	@$(PY) -m ruff format --quiet --check src tests benchmarks
	@$(PY) -m mypy --no-error-summary -n $(JOBS)
	@mkdir -p .build
	@$(PY) -c "from importlinter.cli import lint_imports_command as c; c()" --no-cache >.build/rooms || { cat .build/rooms; exit 1; }
	@echo "style, types and rooms: clean"

docs: | $(call environment,docs) ## the modules and functions as pages to browse, in .build/docs
	@$(PY) -W ignore -m pdoc --docformat numpy --output-directory .build/docs analysis
	@echo "docs: .build/docs/index.html"

bench: | $(call environment,test) ## measure speed, false alarms, size and builds (an hour; PART=scale, one of them; ROUNDS=3, not 5)
	@$(PY) -m benchmarks $(PART) $(if $(ROUNDS),--rounds $(ROUNDS))

clean: ## forget what was built, so that all is made again; the outputs stay
	@rm -rf .build .mypy_cache .pytest_cache .ruff_cache .hypothesis

distclean: clean ## clean, and remove the environment
	@rm -rf .venv

# ---- The environment ---------------------------------------------------------------------------
# Hashed locks, installed by uv, which is itself locked; by pip where uv is not to be had.

LOCKS := report lab big test bench docs
PIP    = .venv/bin/python -m pip --quiet --disable-pip-version-check install --only-binary :all:
UV     = .venv/bin/uv pip install --quiet --python .venv --compile-bytecode --only-binary :all:

.venv/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "Name another one, for instance: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@echo "environment: .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv
	@$(PIP) --require-hashes -r $< 2>/dev/null || echo "environment: no uv here, so pip installs (slower)"
	@touch $@

$(LOCKS:%=.venv/.%): .venv/.%: requirements/%.txt pyproject.toml .venv/.uv
	@echo "environment: installing requirements/$*.txt"
	@install="$(UV)"; [ -x .venv/bin/uv ] || install="$(PIP)"; \
	  $$install --require-hashes -r $< && $$install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.lab .venv/.big .venv/.test .venv/.bench .venv/.docs: | .venv/.report # one after the other

# All groups are locked together first; then each one alone, keeping to those versions.
COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --custom-compile-command "make lock"
lock: .venv/.test ## renew requirements/ (UPGRADE=1: to the newest versions); then environment.yml by hand
	@rm -rf .build/lock && mkdir -p .build/lock && cp requirements/uv.txt .build/lock
	@cat $(wildcard $(LOCKS:%=requirements/%.txt)) >.build/lock/all
	@$(COMPILE) pyproject.toml $(LOCKS:%=--group %) $(if $(UPGRADE),--upgrade) -o .build/lock/all
	@for lock in $(LOCKS); do cp .build/lock/all .build/lock/$$lock.txt; \
	  $(COMPILE) pyproject.toml --group $$lock -o .build/lock/$$lock.txt || exit 1; done
	@$(COMPILE) --group pyproject.toml:uv $(if $(UPGRADE),--upgrade) -o .build/lock/uv.txt
	@mv .build/lock/*.txt requirements/
