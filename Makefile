# What a developer does; `make` alone lists it.

PYTHON := $(shell for p in python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo $$p && break; done)
NODE_MAJOR := $(shell node --version 2>/dev/null | sed 's/^v//; s/\..*//')
BIN := .venv/bin
VENV := .venv/.installed
NODE := node_modules/.package-lock.json
ENVIRONMENTS := local dev staging prod
given = $(or $($1),$(error $1 is missing; name it, as in `make $@ $1=staging`))

.DEFAULT_GOAL := help
.PHONY: help venv node_modules demo up down test check format lint types pytest synth clean
.PHONY: bench diff deploy promote rollback releases

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z_]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(VENV) ## Install the Python packages into .venv
$(VENV): requirements.txt requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 is needed and none of python3.11, python3, python is it; \
	install it from https://www.python.org/downloads/" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

node_modules: $(NODE) ## Install the CDK command line into node_modules
$(NODE): package-lock.json
	@test "$(or $(NODE_MAJOR),0)" -ge 18 || { echo "Node 18 or newer is needed and \
	$(if $(NODE_MAJOR),node is version $(NODE_MAJOR),there is none); install it from https://nodejs.org/" >&2; exit 2; }
	npm ci --no-audit --no-fund --silent
	@touch $@

demo: $(VENV) $(NODE) ## Run the pipeline on an emulator of AWS: the samples, or FILES="a.csv b.txt"
	@$(BIN)/python -m local demo $(FILES)

up: $(VENV) $(NODE) ## Leave the emulator running with the stack deployed; PORT=4566 chooses the port
	@$(BIN)/python -m local up $(if $(PORT),--port $(PORT))

down: $(VENV) ## End what `make up` left running
	@$(BIN)/python -m local down

test: format lint types pytest ## Check the formatting, the code and the types, and run all tests

check: test synth ## All that must hold before a change goes in

format: $(VENV)
	$(BIN)/ruff format --check

lint: $(VENV)
	$(BIN)/ruff check
	$(BIN)/actionlint .github/workflows/*.yml
	$(BIN)/zizmor --quiet --offline .github

types: $(VENV)
	$(BIN)/mypy

pytest: $(VENV) $(NODE)
	$(BIN)/pytest

bench: $(VENV) ## Measure the engine against pandas, polars and DuckDB; ROWS=100000 leaves out larger files
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement benchmarks/requirements.txt
	$(BIN)/python -m benchmarks $(if $(ROWS),--largest $(ROWS))

synth: $(VENV) $(NODE) ## Synthesise the stack of every environment, without AWS
	@for name in $(ENVIRONMENTS); do \
		echo "synth $$name"; \
		npx cdk synth --strict --quiet --no-notices --context env=$$name --output build/cdk.out/$$name || exit 1; \
	done

diff: $(VENV) $(NODE) ## Write to build/diff what deploying would change, ENV=dev
	@mkdir -p build/diff
	npx cdk diff tastetrend-$(call given,ENV) --context env=$(ENV) --output build/cdk.out/$(ENV) --no-notices \
		--method template --no-color --ci > build/diff/$(ENV).log
	@# Made to be shown to anybody: without the account's number, nor what the CLI says before it begins.
	@sed -n -e 's/[0-9]\{12\}/<account>/g' -e '/^Stack /,$$p' build/diff/$(ENV).log | tee build/diff/$(ENV).txt

deploy: $(VENV) $(NODE) ## Deploy an environment, ENV=dev; what was promoted there stays where it is
	npx cdk deploy tastetrend-$(call given,ENV) --context env=$(ENV) --output build/cdk.out/$(ENV) --no-notices \
		--require-approval never

promote: $(VENV) ## Judge a version and move an alias to it, STAGE=staging ENV=prod
	$(BIN)/python -m ops promote $(call given,STAGE) --env $(call given,ENV)

rollback: $(VENV) ## Move an alias back, STAGE=prod ENV=prod; perhaps TO=3, and REPROCESS=1 to mend what was written
	$(BIN)/python -m ops rollback $(call given,STAGE) --env $(call given,ENV) \
		$${TO:+--to "$$TO"} $(if $(REPROCESS),--reprocess)

releases: $(VENV) ## Tell which version runs where, ENV=prod
	$(BIN)/python -m ops releases --env $(call given,ENV)

clean: down ## Remove all that was made here, the installed packages included
	rm -rf .venv node_modules build cdk.out
