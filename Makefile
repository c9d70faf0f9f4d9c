# The developer's tasks; `make` lists them.

PYTHON := $(shell for p in python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo $$p && break; done)
NODE_MAJOR := $(shell node --version 2>/dev/null | sed 's/^v//; s/\..*//')
BIN := .venv/bin
UV := .venv/.uv
VENV := .venv/.installed
CHECKS := .venv/.checks
RETRIEVAL := .venv/.retrieval
NODE := node_modules/.package-lock.json
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
LANGCHAIN := .venv/.langchain
CHECKOV_BIN := .venv-checkov/bin
CHECKOV := .venv-checkov/.installed
INSTALLED = $(and $(wildcard $(VENV)),$(wildcard $(NODE)))
NEEDED_MB := 1500
# Prints what is installed and how long it took; on a terminal, uv also shows its progress.
define install
	@started=$$(date +%s); quiet=$$(test -t 2 || echo --quiet); \
	echo "Installing $$(grep -c '==' $1) Python packages into $(or $3,.venv) (up to $2 MB to download) ..."; \
	$(BIN)/uv pip install $$quiet --python $(or $3,.venv)/bin/python --require-hashes --requirement $1 && \
	echo "Installed them in $$(($$(date +%s) - started)) s"
endef
# Says all that is missing, before anything is installed; with the packages of the checks that is 1,400 MB.
define preflight
	@missing=; say() { missing=1; echo "$$1" >&2; }; \
	test -n "$(if $(filter python,$1),$(PYTHON),not needed)" || say "Python 3.11 is needed and none of python3.11, \
	python3, python is it; install it from https://www.python.org/downloads/"; \
	test "$(if $(filter node,$1),$(or $(NODE_MAJOR),0),20)" -ge 20 || say "Node 20 or newer is needed and \
	$(if $(NODE_MAJOR),node is version $(NODE_MAJOR),there is none); install it from https://nodejs.org/"; \
	test -w . || say "$$PWD cannot be written to; change its permissions, or clone the project elsewhere"; \
	free=$$(df -Pm . | awk 'NR == 2 { print $$4 }'); \
	test "$$free" -ge $(NEEDED_MB) || say "$$PWD has $$free MB free and $(NEEDED_MB) MB are needed; free some"; \
	test -z "$$missing" || exit 2
endef
LOCK = $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --custom-compile-command "make lock"
CODE := app.py tastetrend_stack lambda_src ops local samples
ENVIRONMENTS := local dev staging prod
given = $(or $($1),$(error $1 is missing; name it, as in `make $@ $1=staging`))
# Values of the CDK's context, as in CONTEXT="boundary=on large_files=fargate".
context = --context env=$(ENV) $(foreach value,$(CONTEXT),--context '$(value)')

# uv installs packages without bytecode; Python must be able to keep what it compiles, or each run would compile it again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install venv node_modules demo up down test check format lint types pytest fuzz lock synth clean
.PHONY: browser chromium bench quality scan audit sbom diff deploy policy promote rollback releases

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z_]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## Install what the demo and the commands need: Python packages and the CDK command line
	$(if $(INSTALLED),,$(call preflight,python node))
	$(if $(INSTALLED),,@echo "This is the first run: $(or $(FIRST_RUN),installing takes a minute with a fast connection).")
	@$(MAKE) --silent --jobs=2 $(VENV) $(NODE) $(if $(RAG),$(RETRIEVAL))

venv: $(VENV) ## Install the Python packages into .venv
$(UV): locks/uv.txt
	$(call preflight,python)
	@echo "Creating .venv with uv in it (5 s) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement locks/uv.txt
	@touch $@

$(VENV): $(UV) locks/requirements.txt pyproject.toml
	$(call install,locks/requirements.txt,190)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(RETRIEVAL): $(VENV) locks/retrieval.txt
	$(call install,locks/retrieval.txt,60)
	@touch $@

$(CHECKS): $(RETRIEVAL) locks/requirements-dev.txt
	$(call install,locks/requirements-dev.txt,80)
	@touch $@

$(LANGCHAIN): $(CHECKS) locks/langchain.txt
	$(call install,locks/langchain.txt,10)
	@touch $@

# An environment of its own: checkov pins another boto3.
$(CHECKOV): $(UV) locks/checkov.txt
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-checkov
	$(call install,locks/checkov.txt,60,.venv-checkov)
	@touch $@

node_modules: $(NODE) ## Install the CDK command line and what checks the pages into node_modules
$(NODE): package-lock.json
	$(call preflight,node)
	@started=$$(date +%s); \
	echo "Installing the CDK command line and checks of pages into node_modules (up to 20 MB to download) ..."; \
	npm ci --no-audit --no-fund --silent && echo "Installed node_modules in $$(($$(date +%s) - started)) s"
	@touch $@

demo: FIRST_RUN = with a fast connection it takes 2 to 3 minutes, half of them to install what later runs use again
demo: install ## Run the pipeline on the AWS emulator: the samples, or FILES="a.csv folder"; RAG=1 also embeds reviews
	@$(BIN)/tastetrend demo $(if $(RAG),--rag) $(FILES)

up: install ## Start the emulator in the background with the stack deployed; PORT=4566 sets the port, RAG=1 adds retrieval
	@$(BIN)/tastetrend up $(if $(PORT),--port $(PORT)) $(if $(RAG),--rag)

down: $(VENV) ## Stop the emulator that `make up` started
	@$(BIN)/tastetrend down

test: install format lint types pytest ## Check the formatting, the code and the types, and run all tests

check: test scan browser ## Run all checks that a change must pass: `make test`, `make scan` and `make browser`

format: $(CHECKS)
	$(BIN)/ruff format --check

lint: $(CHECKS)
	$(BIN)/ruff check
	$(BIN)/bandit --quiet --recursive $(CODE)
	$(BIN)/actionlint .github/workflows/*.yml
	$(BIN)/zizmor --quiet --offline .github

types: $(CHECKS)
	$(BIN)/mypy

pytest: $(CHECKS) $(LANGCHAIN) $(NODE)
	$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# Debian's Chromium, as a browser that npm downloads comes from a host that few networks let through.
browser: chromium $(CHECKS) $(NODE) ## Check the pages in Chromium, and write pictures of them to build/screenshots
	CHROMIUM="$(CHROMIUM)" $(BIN)/pytest tests/browser/in_chromium.py
chromium:
	@test -n "$(CHROMIUM)" || { echo "Chromium is needed and none of chromium, chromium-browser, google-chrome is on \
	the PATH; install it with \`apt-get install chromium\`, or set CHROMIUM to its path" >&2; exit 2; }

fuzz: $(CHECKS) ## Test with new random inputs; COUNT=10000 sets the number of damaged files
	$(BIN)/pytest --numprocesses auto --hypothesis-profile fuzz tests/properties tests/unit/fault_injection/test_order_of_events.py
	$(BIN)/python -m tests.fuzz $(if $(COUNT),--count $(COUNT))

lock: $(UV) ## Write the files in locks/ from the requirements, with the newest compatible versions
	@grep '^uv==' requirements.txt | $(LOCK) - --output-file locks/uv.txt
	@$(LOCK) requirements.txt --output-file locks/requirements.txt
	@$(LOCK) container/requirements.txt --constraint locks/requirements.txt --output-file locks/container.txt
	@$(LOCK) requirements-dev.txt --constraint locks/requirements.txt --output-file locks/requirements-dev.txt
	@$(LOCK) requirements-retrieval.txt --constraint locks/requirements-dev.txt --output-file locks/retrieval.txt
	@$(LOCK) requirements-checkov.txt --output-file locks/checkov.txt
	@$(LOCK) requirements-langchain.txt --constraint locks/requirements-dev.txt --constraint locks/retrieval.txt \
		--output-file locks/langchain.txt

bench: $(CHECKS) ## Measure the engine against pandas, polars, DuckDB and chdb; ROWS=100000 omits larger files
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --requirement benchmarks/requirements.txt
	$(BIN)/python -m benchmarks $(if $(ROWS),--largest $(ROWS))

quality: $(CHECKS) ## Measure how well reviews are found, against a search by words; TITAN=1 by the model of AWS
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --requirement benchmarks/requirements-quality.txt
	$(BIN)/python -m benchmarks.quality $(if $(TITAN),--titan)

synth: $(VENV) $(NODE) ## Synthesise the stack of every environment, without AWS
	@for name in $(ENVIRONMENTS); do \
		echo "synth $$name"; \
		npx cdk synth --strict --quiet --no-notices --context env=$$name --output build/cdk.out/$$name || exit 1; \
	done

scan: synth $(CHECKOV) ## Scan the synthesised templates and the Dockerfile with checkov
	$(CHECKOV_BIN)/checkov --quiet --compact --skip-download \
		--framework cloudformation dockerfile --directory build/cdk.out --directory container

audit: $(CHECKS) ## Report published vulnerabilities of the locked packages; needs the network
	@for lock in locks/*.txt; do \
		echo "audit $$lock"; \
		$(BIN)/pip-audit --progress-spinner off --disable-pip --require-hashes --strict --requirement $$lock || \
		echo "$$lock: see the findings above; without any, the feed could not be reached and NOTHING WAS AUDITED"; \
	done

sbom: $(CHECKS) $(NODE) ## Write CycloneDX bills of materials to build/sbom.json and build/sbom-node.json
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements locks/requirements.txt --output-reproducible --output-file build/sbom.json
	npm sbom --package-lock-only --sbom-format cyclonedx > build/sbom-node.json

diff: $(VENV) $(NODE) ## Write to build/diff the changes that a deployment would make, ENV=dev
	@mkdir -p build/diff
	npx cdk diff tastetrend-$(call given,ENV) $(context) --output build/cdk.out/$(ENV) --no-notices \
		--method template --no-color --ci > build/diff/$(ENV).log
	@# For publication: without the account number and the CLI's messages before the diff.
	@sed -n -e 's/[0-9]\{12\}/<account>/g' -e '/^Stack /,$$p' build/diff/$(ENV).log | tee build/diff/$(ENV).txt

deploy: $(VENV) $(NODE) ## Deploy an environment, ENV=dev CONTEXT="boundary=on"; promoted aliases do not move
	npx cdk deploy tastetrend-$(call given,ENV) $(context) --output build/cdk.out/$(ENV) --no-notices \
		--require-approval never

policy: ## Print what limits the roles or CloudFormation, POLICY=boundary or POLICY=execution, ENV=dev
	@sed 's/<env>/$(call given,ENV)/g' tastetrend_stack/policies/$(call given,POLICY).json

promote: $(VENV) ## Run the quality gate on a version and move an alias to it, STAGE=staging ENV=prod
	$(BIN)/tastetrend promote $(call given,STAGE) --env $(call given,ENV)

rollback: $(VENV) ## Move an alias back, STAGE=prod ENV=prod; TO=3 for a version, REPROCESS=1 to repair outputs
	$(BIN)/tastetrend rollback $(call given,STAGE) --env $(call given,ENV) \
		$${TO:+--to "$$TO"} $(if $(REPROCESS),--reprocess --yes)

releases: $(VENV) ## List which version each alias runs, ENV=prod
	$(BIN)/tastetrend releases --env $(call given,ENV)

clean: ## Remove all generated files, including the installed packages
	@test ! -x $(BIN)/tastetrend || $(BIN)/tastetrend down
	rm -rf .venv .venv-checkov node_modules build cdk.out
