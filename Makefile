# Thin on purpose: the work is done by the console command `workshop` and by the tools named in pyproject.toml,
# so that Windows, conda and Binder users, who have no make, have the same.

VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
READY := $(VENV)/.ready
# More words for the command behind a target: make run ARGS="--from 03 -p weights=70,30"
ARGS ?=

# What JupyterLab writes about the language when it saves a notebook, and nbstripout removes again.
LEFT_OUT := codemirror_mode mimetype nbconvert_exporter pygments_lexer version

# Some machines forbid Python to keep bytecode. Each of the many processes here would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup lab run cloud test rehearse check lint types contracts wheel differences bench clean

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)$$/  make \1@\2/' | awk -F@ '{printf "%-18s %s\n", $$1, $$2}'

setup: $(READY) ## Install everything into .venv (needs Python >= 3.11), say how terminals find `workshop`
	@$(BIN)/python -m workshop_cli.terminals

# Installed again when the list of dependencies or the tested versions change. uv installs in seconds what takes
# pip most of a minute; bytecode is left to the first import, because compiling all of it takes longer than it saves.
# The local cloud is imported once here, so that its first start is as quick as every other.
$(READY): pyproject.toml constraints.txt
	@set -e; python="$(PYTHON)"; \
	if [ ! -x $(BIN)/python ]; then \
	  for candidate in "$$python" python3 python3.14 python3.13 python3.12 python3.11 python; do \
	    [ -n "$$candidate" ] || continue; \
	    if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python="$$candidate"; break; fi; \
	    python=""; \
	  done; \
	  if [ -z "$$python" ]; then \
	    echo "The workshop needs Python 3.11 or newer, and found none (looked for python3, python3.11 … python3.14)." >&2; \
	    echo "Install one from https://www.python.org/downloads/, or name yours: make setup PYTHON=/path/to/python3.12" >&2; \
	    exit 1; \
	  fi; \
	  echo "Making $(VENV) with $$("$$python" --version)"; \
	  "$$python" -m venv --without-pip $(VENV); \
	  "$$python" -m pip --disable-pip-version-check --python $(BIN)/python install -q -c constraints.txt uv 2>/dev/null \
	    || { "$$python" -m venv $(VENV); $(BIN)/python -m pip install -q -c constraints.txt uv; }; \
	fi
	@$(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install -q -c constraints.txt uv
	$(BIN)/python -m uv pip install -q --python $(BIN)/python -c constraints.txt pip -e '.[dev]'
	@$(BIN)/python -c "import local_cloud.cloud"
	@git config diff.notebook.textconv "jupytext --from ipynb --to py:percent --opt notebook_metadata_filter=-all --output -" 2>/dev/null || true
	@git config filter.nbstripout.extrakeys "$(addprefix metadata.language_info.,$(LEFT_OUT))" 2>/dev/null || true
	@touch $(READY)

lab: $(READY) ## Open the workshop in JupyterLab, the local cloud running
	$(BIN)/workshop lab $(ARGS)

run: $(READY) ## Run notebooks 00 to 06 in a local cloud of their own; report: build/run/index.html
	$(BIN)/workshop run $(ARGS)

cloud: $(READY) ## Run the local cloud alone and print its addresses; Ctrl-C ends it
	$(BIN)/workshop cloud $(ARGS)

# With COVERAGE set, the tests take about half as long again. Python 3.11 sometimes fails to trace a thread that starts
# while others start. That thread is lost, and the warning about it is no error.
LOST_THREAD := ignore:Exception ignored in thread started by:pytest.PytestUnraisableExceptionWarning
check: export COVERAGE := yes
check: lint types contracts test wheel ## Everything CI runs, in the same order; measures coverage

lint: $(READY) ## Style and mistakes: ruff; notebooks without outputs: nbstripout
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/nbstripout --keep-id --verify notebooks/*.ipynb

types: $(READY) ## Types: mypy, strict
	$(BIN)/mypy

contracts: $(READY) ## Who may import whom: import-linter
	$(BIN)/lint-imports

# Two workers more than the smallest machine has cores: the end-to-end run and the browser spend most of their time
# waiting.
test: $(READY) ## All tests, without coverage; the end-to-end run of the notebooks is one of them
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(if $(COVERAGE),--cov --cov-report= -W "$(LOST_THREAD)") $(ARGS)
	$(if $(COVERAGE),@$(BIN)/python -m tests.floor)

rehearse: $(READY) ## AWS mode at AWS's own host names, before a local cloud; ARGS=--slow for slow forms (docs/aws.md)
	$(BIN)/python -m tests.rehearsal $(ARGS)

wheel: $(READY) ## Build the wheel, install it outside the checkout, and run notebooks 00 and 01 from it
	$(BIN)/python -m tests.wheel

differences: $(READY) ## Write docs/aws-differences.md from the conformance cases
	$(BIN)/python -m tests.conformance.differences

bench: $(READY) ## What we claim about speed, measured here
	$(BIN)/python -m benchmarks $(ARGS)

clean: ## Remove what was built (keeps .venv)
	rm -rf build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
