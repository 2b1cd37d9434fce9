# make serve: environment, build of the graph, checks, service on port 8000.  make test: environment with test tools, all tests.
.PHONY: serve test build check bench lock clean
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
UV_VERSION := 0.13.9
# Tests that compute: two files at a time. Those that serve, stop and measure run one after another.
COMPUTED := $(addprefix tests/,check client docs graph ontology publish questions read shapes) \
  $(patsubst %,tests/web/test_%.py,audit language pages questions resources search)
# The certificates of the machine, so that an institution's own proxy is trusted as pip trusts it.
export UV_SYSTEM_CERTS := true

serve: build check
	$(BIN)/zhengtu serve

build: .venv/run
	$(BIN)/zhengtu build

check: .venv/run
	$(BIN)/zhengtu check

test: .venv/test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadfile $(COMPUTED)
	$(BIN)/pytest $(addprefix --ignore=,$(COMPUTED))

bench: .venv/bench
	$(BIN)/python -m tests.bench

# The locks name every package with its hash; renew them after a change of dependencies in pyproject.toml.
lock: .venv/uv
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --upgrade --extra build -o requirements.lock pyproject.toml
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --extra build --extra test -c requirements.lock -o requirements-test.lock pyproject.toml
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --extra build --extra test --extra bench -c requirements-test.lock -o requirements-bench.lock pyproject.toml

.venv/uv:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv==$(UV_VERSION)
	touch $@

.venv/run: requirements.lock pyproject.toml | .venv/uv
	$(UV) pip install --quiet --require-hashes -r requirements.lock
	$(UV) pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

.venv/test: requirements-test.lock pyproject.toml | .venv/uv
	$(UV) pip install --quiet --require-hashes -r requirements-test.lock
	$(UV) pip install --quiet --no-deps --no-build-isolation -e .
	touch $@ .venv/run

.venv/bench: requirements-bench.lock pyproject.toml | .venv/uv
	$(UV) pip install --quiet --require-hashes -r requirements-bench.lock
	$(UV) pip install --quiet --no-deps --no-build-isolation -e .
	touch $@ .venv/test .venv/run

clean:
	rm -rf .venv build dist
