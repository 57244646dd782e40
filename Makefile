# Starcrossed: what people do with it, each line as one could type it. `make help` lists it.

RUST_VERSION = $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 22

run: build ## build it and serve it on http://127.0.0.1:3000 (ARGS="--upstream http://127.0.0.1:11434/v1" for a model of yours)
	target/release/starcrossed $(ARGS)

build: setup ## make target/release/starcrossed, the whole program in one file
	.ci/test build

watch: setup ## build for development, serve, and do it again at every change
	. target/tools.env && cargo leptos watch --split

check: setup ## the quick half of the tests: format, spelling, licences, lints, unit tests
	.ci/setup-hygiene
	.ci/test format hygiene lint unit

test: setup ## everything: format, lints, unit tests, release build, browser tests in Chromium, Firefox and WebKit
	.ci/setup-fates
	.ci/setup-browsers
	.ci/setup-hygiene
	.ci/setup-dist
	.ci/test

browsers: setup ## the slow half of the tests: release build, what a release has, tests in Chromium, Firefox and WebKit
	.ci/setup-fates
	.ci/setup-browsers
	.ci/setup-dist
	.ci/test build package examples browser engines

dist: build ## put what a release has into target/dist: tarball, Debian package, lists of crates, checksums
	.ci/setup-dist
	.ci/dist

dist-test: dist ## the same, and try it: the Debian package is installed, started, asked and removed, as root
	.ci/dist-test

portable: ## compile the program for this system without running it, also where the tests don't run (Windows)
	cargo check --locked --workspace --exclude frontend

rust-version: ## print the oldest Rust that Cargo.toml promises to do with
	@echo $(RUST_VERSION)

oldest: ## compile it with the oldest Rust that Cargo.toml promises (rustup installs that)
	cargo +$(RUST_VERSION) check --locked --workspace --exclude frontend

fates: build ## measure how soon the model stops, for each cause, in three browsers, through three proxies (an hour and a half)
	.ci/setup-fates
	.ci/setup-browsers
	. target/tools.env && cd end2end && npm run --silent stop-latency

load: build ## hold five thousand streams, drop them all at once, and find the rate that is too much (five minutes)
	. target/tools.env && cargo build --release -p load
	target/release/load hold; held=$$?; target/release/load limit && exit $$held

soak: build ## ten minutes of everything that can happen, at random (SOAK_SECONDS=600)
	. target/tools.env && cargo build --release -p load
	target/release/load soak

fuzz: setup ## throw arbitrary bytes at what reads model servers (a minute each, FUZZ_SECONDS=60)
	.ci/setup-fuzz
	server/fuzz/run

setup: ## install what is missing (the first time a minute, or fifteen where the tools have to be built)
	.ci/setup

.PHONY: help run build watch check test browsers dist dist-test portable rust-version oldest fates load soak fuzz setup
