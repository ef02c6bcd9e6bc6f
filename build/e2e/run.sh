#!/usr/bin/env bash
# Drives a production binary in a real window, each test in a process of its own, two at a time, in desktop sessions of
# their own. Pictures and logs go to build/artifacts/e2e.
#
#   build/e2e/run.sh BINARY [TEST BINARY FLAG...]     E2E_RUN=REGEXP picks tests, E2E_LANES=N runs N at a time
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "${1:-}" = --lane ]; then # takes tests from the list until it is empty
	shift
	while name=$(flock "$E2E_WORK/lock" sed -i -e '1w /dev/stdout' -e 1d "$E2E_WORK/todo") && [ -n "$name" ]; do
		log=$E2E_WORK/$name.log
		status=PASS began=$SECONDS
		(cd build/e2e && timeout -k 10 1200 "$E2E_WORK/e2e.test" -test.run "^$name\$$E2E_REST" -test.v -test.timeout 19m "$@") 2>&1 | tee "$log" >"${E2E_SHOW:-/dev/null}" || status=FAIL
		if [ "$status" = PASS ] && grep -q '^--- SKIP' "$log"; then status=SKIP; fi
		printf '%s %s (%d s)\n' "$status" "$name" $((SECONDS - began)) | tee -a "$E2E_WORK/done"
	done
	exit
fi

E2E_BINARY=$(realpath "${1:?usage: build/e2e/run.sh BINARY [GO TEST FLAG...]}")
shift
E2E_ARTIFACTS=$PWD/build/artifacts/e2e
work=$(mktemp -d)
lanes=()
finish() {
	for lane in "${lanes[@]}"; do kill "$lane" 2>/dev/null || true; done
	wait
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
E2E_SHIM=$work/automation.so
E2E_WORK=$work
export E2E_BINARY E2E_ARTIFACTS E2E_SHIM E2E_WORK

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
go test -c -tags e2e -o "$work/e2e.test" ./build/e2e

# The list of tests knows top-level names only: what a pattern says of subtests goes to the run.
pattern=${E2E_RUN:-.}
E2E_REST=
case $pattern in */*) E2E_REST=/${pattern#*/} pattern=${pattern%%/*} ;; esac
export E2E_REST
"$work/e2e.test" -test.list "$pattern" | grep '^Test' >"$work/todo" || true
count=$(wc -l <"$work/todo")
if [ "$count" = 0 ]; then
	echo "e2e: no test is named $pattern" >&2
	exit 1
fi
: >"$work/lock"
: >"$work/done"
[ "$count" != 1 ] || export E2E_SHOW=/dev/stdout # alone it says what it does
for ((i = 0; i < ${E2E_LANES:-2} && i < count; i++)); do
	build/private-session.sh "$0" --lane "$@" &
	lanes+=($!)
done
for lane in "${lanes[@]}"; do wait "$lane"; done
lanes=()

# A host that withholds its cores fails one test now and then. One or two that failed among many get a second run, alone;
# what they said first is printed even when that one passes.
failed=$(sed -n 's/^FAIL \(Test[^ ]*\) .*/\1/p' "$work/done")
again=0
if [ "$count" -gt 10 ] && [ -n "$failed" ] && [ "$(wc -l <<<"$failed")" -le 2 ]; then
	again=1
	for name in $failed; do
		printf '%s failed among the others and runs once more, alone. It said:\n' "$name"
		grep -E '_test\.go:[0-9]+: |^panic: ' "$work/$name.log" | head -n 20 || true
		mv "$work/$name.log" "$work/$name.first.log"
	done
	sed -i '/^FAIL /d' "$work/done"
	printf '%s\n' "$failed" >"$work/todo"
	build/private-session.sh "$0" --lane "$@" &
	lanes=($!)
	wait "${lanes[0]}"
	lanes=()
fi

log=$E2E_ARTIFACTS/tests.log
cat "$work"/*.log >"$log"
echo "$(grep -c '^PASS ' "$work/done") of $count tests passed"
if [ "$again" = 1 ]; then printf 'unsteady, ran twice: %s\n' $failed; fi
if [ "$(grep -c '^\(PASS\|SKIP\) ' "$work/done")" != "$count" ]; then
	sed -n 's/^FAIL \(Test[^ ]*\) .*/\1/p' "$work/done" | while read -r name; do
		if ! grep -q '^--- FAIL: ' "$work/$name.log"; then # it did not come to its end
			printf '\n--- FAIL: %s, ended by force\n' "$name"
			tail -n 200 "$work/$name.log"
		fi
	done
	# What a failed test said: each whole, and the first words of each last.
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
