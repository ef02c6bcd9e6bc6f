#!/usr/bin/env bash
# Measures the production program against floors taken in the same run and prints a table. BENCH_JSON=FILE also writes
# it as JSON. Not a test: a figure that misses its target is printed, not failed.
#
#   build/bench/run.sh BINARY
set -euo pipefail
cd "$(dirname "$0")/../.."

BENCH=1 E2E_RUN='^TestBench$' build/e2e/run.sh "$1" | grep -v -e '^=== ' -e '^    app_test.go' -e '^Spi' -e '^PASS' -e '^1 of 1 tests'
BENCH=1 go test -count=1 -v -run '^TestBenchSignIn$' ./app/core | grep '^sign-in '
BENCH=1 go test -count=1 -v -run '^TestBenchAnswers$' ./app/core | grep '^elicitations '
BENCH=1 go test -count=1 -v -run '^TestBenchFlood$' ./app/core | grep '^flood: '
BENCH=1 go test -count=1 -v -timeout 30m -run '^TestBenchStore$' ./app/capture | grep '^store: '
BENCH=1 go test -count=1 -v -timeout 30m -run '^TestBenchViews$' ./app/core | grep '^views: '
