# Two commands do everything: `make run` and `make test`. Each sets up what it needs first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test soak lint schema released web lock bench bench-quick bench-memory clean

run: $(VENV)/.run-ready  ## The gateway and a pretend operator; PORT and SANDBOX_PORT move them, TOKENS=1 wants tokens.
	@exec $(BIN)/switchboard run $(if $(PORT),--port $(PORT)) $(if $(SANDBOX_PORT),--control-port $(SANDBOX_PORT)) $(if $(CUSTOMERS),--customers $(CUSTOMERS)) $(if $(TOKENS),--tokens)

test: $(VENV)/.test-ready  ## Every test with reduced counts; what the machine lacks is skipped, visibly.
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not soak"

soak: $(VENV)/.test-ready  ## The full counts and the latency bars.
	SWITCHBOARD_SOAK=1 $(BIN)/pytest

lint: $(VENV)/.test-ready  ## Style, types, the one-way floors, and no change of the graph that breaks clients.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/switchboard schema --against schema/released.graphql

schema: $(VENV)/.run-ready  ## Print the graph, and who may read what of it, into schema/.
	$(BIN)/switchboard schema > schema/schema.graphql
	$(BIN)/switchboard schema --policies > schema/policies.tsv

released: $(VENV)/.run-ready  ## At a release: later changes of the graph are compared with what it is now.
	$(BIN)/switchboard schema > schema/released.graphql

web:  ## Build GraphiQL's page from web/ (needs Node.js; the built page is committed).
	cd web && npm ci --ignore-scripts --no-audit --no-fund && npm run build

lock: $(VENV)/.test-ready  ## Pin the newest fitting versions, with hashes and without addresses.
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--upgrade pyproject.toml deploy/build-requirements.in -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--upgrade pyproject.toml deploy/build-requirements.in --group dev -c requirements.lock -o requirements-dev.lock

bench: $(VENV)/.test-ready  ## Measure beside the peers and write docs/performance.md (half an hour, a quiet machine with two cores).
	$(BIN)/python -m bench

bench-quick: $(VENV)/.test-ready  ## The same in a few minutes, to see that all works; the page goes to .cache/bench.
	$(BIN)/python -m bench --quick

bench-memory: $(VENV)/.test-ready  ## 200,000 requests of 10,000 operations (25 minutes at most); adds to the last results and the page.
	$(BIN)/python -m bench --add --parts memory

clean:  ## Remove what the other targets made.
	rm -rf $(VENV) .cache build *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Switchboard needs Python 3.11 or newer: make PYTHON=/path/to/python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "This Python has no venv module (Debian: apt-get install python3-venv)."; exit 1; }

$(VENV)/.run-ready: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the gateway needs ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test-ready: requirements-dev.lock $(VENV)/.run-ready
	@echo "Installing what the tests need ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
