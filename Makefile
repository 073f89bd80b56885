# Picasso's commands. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Built crates live in the user's cache, so that a fresh clone builds only what is ours.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/picasso/target
# Real photographs for tests; never part of the repository.
export PICASSO_PHOTOS ?= $(abspath ../shared/photos)

PICASSO := $(CARGO_TARGET_DIR)/debug/picasso

.PHONY: help run test check fmt bench campaign docs setup servers servers-down

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

setup: ## look for what a build needs; names what is missing
	@scripts/setup

run: setup ## build and start the marketplace on 127.0.0.1:8080, data under .picasso/
	cargo build --quiet --locked -p picasso-cli
	exec $(PICASSO) dev

test: check ## everything: format, lints, all tests, with the servers they need
	@scripts/servers up
	source <(scripts/servers env) && cargo test --locked --workspace

check: setup ## format and lints only
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

fmt: ## format the code
	cargo fmt --all

campaign: setup ## the long tests in full: kill -9, the order oracle, sabotage of NATS, outages … (hours)
	@scripts/servers up
	source <(scripts/servers env) && PICASSO_CAMPAIGN=full cargo test --locked --workspace -- --nocapture campaign

bench: setup ## benchmarks, as ratios taken in one run
	npm --prefix bench/pictures ci --silent --no-audit --no-fund
	@scripts/servers up postgres nats
	source <(scripts/servers env) && cargo run --quiet --locked --release -p picasso-bench

docs: ## write the generated pages of docs/ anew
	PICASSO_BLESS=1 cargo test --locked --workspace --quiet generated

servers: ## install and start the real servers for tests: PostgreSQL, NATS, MongoDB's protocol, S3 …
	@scripts/servers up

servers-down: ## stop them
	@scripts/servers down
