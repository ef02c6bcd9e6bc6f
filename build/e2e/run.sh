#!/usr/bin/env bash
# Drives a production binary in a real window, in a desktop session of its own. Pictures and logs go to
# build/artifacts/e2e.
#
#   build/e2e/run.sh BINARY [GO TEST FLAG...]     E2E_RUN=REGEXP picks tests
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ -z "${E2E_SESSION:-}" ]; then
	E2E_SESSION=1 exec build/private-session.sh "$0" "$@"
fi

E2E_BINARY=$(realpath "${1:?usage: build/e2e/run.sh BINARY [GO TEST FLAG...]}")
shift
E2E_ARTIFACTS=$PWD/build/artifacts/e2e
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
E2E_SHIM=$work/automation.so
export E2E_BINARY E2E_ARTIFACTS E2E_SHIM

if ! cmp -s build/e2e/package-lock.json build/e2e/node_modules/.sightglass-lock; then
	(cd build/e2e && npm ci --no-audit --no-fund --loglevel=error)
	cp build/e2e/package-lock.json build/e2e/node_modules/.sightglass-lock
fi
export E2E_NODE=$PWD/build/e2e/node_modules/.bin/node
if ! "$E2E_NODE" --version >/dev/null 2>&1; then
	echo 'e2e: node 22 was not installed: npm must be allowed to run the install script of the package "node"' >&2
	exit 1
fi
export E2E_EVERYTHING=$PWD/build/e2e/node_modules/@modelcontextprotocol/server-everything/dist/index.js

rm -rf "$E2E_ARTIFACTS"
mkdir -p "$E2E_ARTIFACTS"
# shellcheck disable=SC2046 # flags are words
"${CC:-gcc}" -shared -fPIC -O1 -Wall -Wextra -o "$E2E_SHIM" build/e2e/shim/automation.c $(pkg-config --cflags --libs webkit2gtk-4.1)
log=$E2E_ARTIFACTS/tests.log
if ! go test -tags e2e -count=1 -timeout 40m -v ${E2E_RUN:+-run "$E2E_RUN"} "$@" ./build/e2e 2>&1 | tee "$log"; then
	# What a failed test said stands far above: once more, with the first words of each last.
	awk '
		/^=== (RUN|NAME|CONT) / { name = $3; if (!(name in text)) order[++n] = name; next }
		/^ *--- FAIL: / { failed[$3] = 1; next }
		/^ *--- / || name == "" { next }
		{ text[name] = text[name] $0 "\n" }
		!(name in first) && /_test\.go:[0-9]+: / && !/: window open after |moved away from a click/ { first[name] = $0 }
		END {
			for (i = 1; i <= n; i++) if (order[i] in failed) printf "\n--- FAIL: %s\n%s", order[i], text[order[i]]
			print ""
			for (i = 1; i <= n; i++) if (order[i] in failed) printf "FAIL %s %s\n", order[i], first[order[i]]
		}' "$log"
	exit 1
fi
