# Thin: the work is in scripts/ and in SwiftPM.
PREFIX ?= /usr/local
DESTDIR ?=
# Of Package.swift, with commas between: TRAITS= leaves out the daemon, the commands for packages, and their libraries.
TRAITS ?= Daemon
FUZZ_SECONDS ?= 600
QUICK ?=

.PHONY: help build demo test test-kernels fuzz bench lint install clean

help: ## Say what there is to make
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | sed 's/|/                    /; s/^\(.\{24\}\) */\1/'

build: ## Build periscope, for developing
	scripts/install-dependencies build
	swift build

demo: ## Show mirror and collector at work, in namespaces (root)
	scripts/demo

test: ## Run all tests (root)
	scripts/test

test-kernels: ## Run the kernel programs under older and newer kernels, in qemu (root)
	scripts/install-dependencies build kernels
	swift build --configuration release --static-swift-stdlib --product periscope --disable-default-traits
	scripts/test-kernels

fuzz: ## Fuzz what reads bytes from outside, for FUZZ_SECONDS (600)
	scripts/fuzz -s $(FUZZ_SECONDS)

bench: ## Measure what it costs and publish that in docs/benchmarks; QUICK=1: a first look (root)
	scripts/bench $(if $(QUICK),--quick)

lint: ## Check the form of the sources
	scripts/lint

install: ## Build for use and install below PREFIX; TRAITS=: without the daemon and packages
	scripts/install-dependencies build
	swift build --configuration release --static-swift-stdlib --product periscope \
		$(if $(TRAITS),--traits $(TRAITS),--disable-default-traits)
	install -D -m 755 "$$(swift build --configuration release --show-bin-path)/periscope" \
		"$(DESTDIR)$(PREFIX)/bin/periscope"
	install -D -m 644 Packaging/man/periscope.1 "$(DESTDIR)$(PREFIX)/share/man/man1/periscope.1"
	install -d "$(DESTDIR)$(PREFIX)/share/bash-completion/completions" \
		"$(DESTDIR)$(PREFIX)/share/zsh/site-functions" "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d"
	"$(DESTDIR)$(PREFIX)/bin/periscope" --generate-completion-script bash \
		>"$(DESTDIR)$(PREFIX)/share/bash-completion/completions/periscope"
	"$(DESTDIR)$(PREFIX)/bin/periscope" --generate-completion-script zsh \
		>"$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_periscope"
	"$(DESTDIR)$(PREFIX)/bin/periscope" --generate-completion-script fish \
		>"$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/periscope.fish"

clean: ## Remove what was built
	rm -rf .build Fuzz/.build Benchmarks/.build
