# Sightglass. `make run` opens the window and `make test` runs every check, each on a fresh machine with Go and Node.
# CONTRIBUTING.md says what the other targets are for.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run build dev test lint fmt check bindings bench fuzz conformance soak soak-short e2e keyring \
	setup-run setup-test frontend-install frontend frontend-check frontend-lint frontend-test go-lint vet go-test \
	windows headless release licences icons clean

wails_version := v2.13.0
golangci_version := v2.15.0
winres_version := v0.3.3

version ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
os := $(shell go env GOOS)
ldflags := -s -w -X main.version=$(version)
binary := build/bin/sightglass
lint_dir := .cache/golangci-lint-$(golangci_version)
golangci := GOLANGCI_LINT_CACHE=$(CURDIR)/.cache/golangci-lint $(lint_dir)/golangci-lint

window_tags := desktop,production
ifeq ($(os),linux)
window_tags := desktop,production,webkit2_41
endif
ifeq ($(os),darwin)
export CGO_LDFLAGS += -framework UniformTypeIdentifiers
endif
ifeq ($(os),windows)
binary := build/bin/sightglass.exe
ldflags += -H windowsgui
endif

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup-run build ## install what is missing, build, and open the window
	$(binary)

build: frontend ## build the window's program into build/bin
	go build -trimpath -tags $(window_tags) -ldflags '$(ldflags)' -o $(binary) .

headless: ## build the command line alone: no window, no GTK, no frontend
	CGO_ENABLED=0 go build -trimpath -ldflags '$(ldflags)' -o build/bin/sightglass-headless .

dev: setup-run frontend-install ## open the window on Vite's server: the frontend reloads, Go is rebuilt
	go run github.com/wailsapp/wails/v2/cmd/wails@$(wails_version) dev -m $(if $(filter linux,$(os)),-tags webkit2_41)

test: ## set up and run every check; prints what failed and how long each step took
	build/test.sh

check: lint vet go-test frontend-check frontend-test ## the checks that need no window

setup-run:
	build/setup.sh run

setup-test:
	build/setup.sh test

# npm leaves this file behind once an installation is complete.
frontend/node_modules/.package-lock.json: frontend/package.json frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund --loglevel=error
	touch $@

frontend-install: frontend/node_modules/.package-lock.json

frontend: frontend-install
	cd frontend && npm run --silent build

frontend-check: frontend-install
	cd frontend && npm run --silent check

frontend-lint: frontend-install
	cd frontend && npm run --silent lint && npm run --silent knip

frontend-test: frontend-install
	cd frontend && npm run --silent test

bindings: ## regenerate frontend/wailsjs, and fail when that changes what is committed
	tsoutputtype=interfaces go run -tags bindings .
	@git -c core.fileMode=false diff --exit-code -- frontend/wailsjs || { echo 'bindings: frontend/wailsjs was out of date: commit what is there now' >&2; exit 1; }
	@test -z "$$(git ls-files --others --exclude-standard -- frontend/wailsjs)" || { echo 'bindings: frontend/wailsjs has new files: commit them' >&2; exit 1; }

$(lint_dir)/golangci-lint:
	GOBIN=$(CURDIR)/$(lint_dir) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(golangci_version)

go-lint: $(lint_dir)/golangci-lint
	$(golangci) run --allow-parallel-runners ./...
	$(golangci) run --allow-parallel-runners --build-tags e2e ./build/e2e ./app/peers

lint: go-lint frontend-lint ## golangci-lint, eslint, prettier, knip

fmt: $(lint_dir)/golangci-lint frontend-install ## format everything
	$(golangci) fmt ./...
	cd frontend && npm run --silent format

# macOS is vetted without cgo: every package, the window's program as its headless form. On Windows the window needs no
# cgo and is vetted whole.
vet: ## go vet for Linux, Windows and macOS
ifeq ($(os),linux)
	go vet -tags $(window_tags) ./...
	go vet -tags dev,webkit2_41 .
	go vet -tags soak,$(window_tags) ./build/soak
	go vet -tags e2e ./build/e2e ./app/peers
endif
	go vet ./...
	GOOS=windows CGO_ENABLED=0 go vet -tags desktop,production ./...
	GOOS=darwin CGO_ENABLED=0 go vet ./...

go-test:
	CGO_ENABLED=1 go test -race ./...

keyring: ## the tests of secrets against a real gnome-keyring; the keychain's own lock theirs at the end
	SIGHTGLASS_TEST_KEYRING=1 build/private-session.sh go test -race -count=1 ./app/keychain
	SIGHTGLASS_TEST_KEYRING=1 build/private-session.sh go test -race -count=1 -run TestRealKeyring ./app/core

conformance: ## the official MCP conformance suite
	build/conformance/run.sh

windows: ## the Windows programs, amd64 and arm64, into build/bin
	for arch in amd64 arm64; do \
		GOOS=windows GOARCH=$$arch CGO_ENABLED=0 go build -trimpath -tags desktop,production \
			-ldflags '-s -w -X main.version=$(version) -H windowsgui' -o build/bin/sightglass-$$arch.exe .; \
	done

e2e: ## the production program in a real window; pictures go to build/artifacts/e2e. E2E_RUN picks tests
	build/e2e/run.sh $(binary)

soak: ## load the bridge for more than ten minutes, with and without the headroom, and print a table
	build/soak/run.sh long

soak-short:
	build/soak/run.sh short

bench: build ## print what issue budgets name; BENCH_JSON=FILE writes them too
	build/bench/run.sh $(binary)

fuzz_time ?= 30s
fuzz: ## every fuzz target for fuzz_time (30s)
	@grep -rl --include='*_test.go' '^func Fuzz' app | while read -r file; do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$file"); do \
			echo "== $$(dirname "$$file") $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(fuzz_time) "./$$(dirname "$$file")"; \
		done; \
	done

# Wails' Windows resources: icon, manifest and version, linked by go build because of the file names.
winres := go run github.com/tc-hib/go-winres@$(winres_version)
release: build ## build and the Windows programs with their icon
	$(winres) make --in build/windows/winres.json --out rsrc --arch amd64,arm64
	$(MAKE) windows

licences: ## write the licences of the Go modules again, after a change of go.mod
	go run ./build/licences

icons: ## render the icon again from build/appicon.svg
	go run ./build/icon

clean: ## delete what was built
	rm -rf build/bin build/artifacts rsrc_windows_*.syso
	find frontend/dist frontend/packed -mindepth 1 ! -name .gitkeep -delete
