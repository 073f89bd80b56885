# Picasso's commands. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Built crates live in the user's cache, so that a fresh clone builds only what is ours.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/picasso/target
# Real photographs for tests; never part of the repository.
export PICASSO_PHOTOS ?= $(abspath ../shared/photos)

PICASSO := $(CARGO_TARGET_DIR)/debug/picasso

WEB := web/dist/index.html
WEB_SOURCES := $(shell git ls-files --cached --others --exclude-standard -- web proto 2>/dev/null)

.PHONY: help run test check check-web fmt screens bench campaign docs setup servers servers-down

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

setup: ## look for what a build needs; names what is missing
	@scripts/setup

web/node_modules/.package-lock.json: web/package-lock.json
	npm --prefix web ci --silent
	@touch $@

$(WEB): web/node_modules/.package-lock.json $(WEB_SOURCES)
	npm --prefix web run --silent build
	@touch $@

run: setup $(WEB) ## build and start the marketplace on 127.0.0.1:8080, data under .picasso/
	cargo build --quiet --locked -p picasso-cli
	exec $(PICASSO) dev

test: check ## everything: format, lints, all tests, the journeys on the full stack and in a browser too
	@scripts/servers up
	@scripts/chromium
	source <(scripts/servers env) && cargo test --locked --workspace -- --skip browser::
	source <(scripts/servers env) && PICASSO_TEST_STACK=full cargo test --locked -p picasso-cli --test it -- journey command_line
	@# Browsers and two processes of every role want the machine for themselves.
	source <(scripts/servers env) && cargo test --locked -p picasso-cli --test it browser:: -- --test-threads=1
	source <(scripts/servers env) && npm --prefix web run --silent e2e

check: setup check-web ## format and lints only
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

check-web: setup $(WEB)
	scripts/proto-check
	cd web && npm run --silent format:check && npm run --silent lint && npm run --silent typecheck && npm test --silent

fmt: setup web/node_modules/.package-lock.json ## format the code
	cargo fmt --all
	npm --prefix web run --silent format

screens: $(WEB) ## take the pictures of docs/screens anew
	cargo build --quiet --locked -p picasso-cli
	npm --prefix web run --silent screens

campaign: setup ## the long tests in full: kill -9, the order oracle, sabotage of NATS, outages … (hours)
	@scripts/servers up
	source <(scripts/servers env) && PICASSO_CAMPAIGN=full cargo test --locked --workspace -- --nocapture campaign

bench: setup ## benchmarks, as ratios taken in one run
	npm --prefix bench/pictures ci --silent --no-audit --no-fund
	@scripts/servers up postgres nats ferretdb mongojava
	cargo build --quiet --locked --release --manifest-path bench/umadb/Cargo.toml
	cargo build --quiet --locked --release -p picasso-cli
	source <(scripts/servers env) && cargo run --quiet --locked --release -p picasso-bench

docs: ## write the generated pages of docs/ anew
	PICASSO_BLESS=1 cargo test --locked --workspace --quiet generated

servers: ## install and start the real servers for tests: PostgreSQL, NATS, MongoDB's protocol, S3 …
	@scripts/servers up

servers-down: ## stop them
	@scripts/servers down
