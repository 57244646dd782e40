# Starcrossed: what people do with it, each line as one could type it. `make help` lists it.

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 14

run: build ## build it and serve it on http://127.0.0.1:3000 (ARGS="--upstream http://127.0.0.1:11434/v1" for a model of yours)
	target/release/starcrossed $(ARGS)

build: setup ## make target/release/starcrossed, the whole program in one file
	.ci/test build

watch: setup ## build for development, serve, and do it again at every change
	. target/tools.env && cargo leptos watch --split

check: setup ## the quick half of the tests: format, lints, unit tests
	.ci/test format lint unit

test: setup ## everything: format, lints, unit tests, release build, browser tests in Chromium, Firefox and WebKit
	.ci/setup-fates
	.ci/setup-browsers
	.ci/test

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

setup: ## install what is missing (the first time, some fifteen minutes)
	.ci/setup

.PHONY: help run build watch check test fates load soak fuzz setup
