#!/bin/sh
# Runs the official MCP conformance suite (client scenarios) against the real core, transport and session.
#
#   build/conformance/run.sh            both requirement sets, then both again with the era found by itself, then the
#                                       suites of the extensions and of backward compatibility, and the scenarios
#                                       that stand in no set
#   build/conformance/run.sh 2025-11-25 one set, pinned era
#
# Scenarios listed in expected-failures.yml may fail: none is. A listed one that passes fails the run.
# Exit status: 0 when every run ended as expected.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out="$here/results"
cd "$here" || exit 2

if ! cmp -s package-lock.json node_modules/.sightglass-lock; then
	echo "conformance: npm ci"
	npm ci --no-audit --no-fund || exit 2
	cp package-lock.json node_modules/.sightglass-lock
fi
node="$here/node_modules/.bin/node"
if ! "$node" --version >/dev/null 2>&1; then
	echo "conformance: node 22 was not installed: npm must be allowed to run the install script of the package \"node\"" >&2
	exit 2
fi

rm -rf "$out"
mkdir -p "$out"
echo "conformance: building the driver"
(cd "$root" && go build -o "$out/driver" ./app/internal/conformance) || exit 2

failed=0
summary=""

# one SET ERA: runs the scenarios of a requirement set or of a suite, or a single one. ERA "pinned" is the one the suite names.
# SPEC is the revision that a single scenario is run at.
one() {
	set=$1
	era=$2
	spec=${3:-}
	case $set in
	20*) which=--requirements ;;
	sep-* | json-*) which=--scenario ;;
	*) which=--suite ;;
	esac
	echo
	echo "=== $set, era $era${spec:+, $spec}"
	if [ "$era" = pinned ]; then
		unset SIGHTGLASS_CONFORMANCE_ERA
	else
		SIGHTGLASS_CONFORMANCE_ERA=$era
		export SIGHTGLASS_CONFORMANCE_ERA
	fi
	log="$out/$set-$era${spec:+-$spec}.log"
	"$node" node_modules/@modelcontextprotocol/conformance/dist/index.js client \
		--command "$out/driver" "$which" "$set" ${spec:+--spec-version "$spec"} \
		--expected-failures expected-failures.yml -o "$out/$set-$era${spec:+-$spec}" >"$log" 2>&1
	status=$?
	grep -E '^ *(✓|✗|~|Total)|Baseline check|^.{0,6}(Unexpected|Stale)' "$log"
	if [ $status -eq 0 ]; then
		summary="$summary
  ok      $set, era $era${spec:+, $spec}"
	else
		summary="$summary
  FAILED  $set, era $era (see $log)"
		failed=1
	fi
}

if [ $# -gt 0 ]; then
	for set in "$@"; do one "$set" pinned; done
else
	one 2025-11-25 pinned
	one 2026-07-28 pinned
	one 2025-11-25 auto
	one 2026-07-28 auto
	one extensions pinned
	one backcompat pinned
	for spec in 2025-11-25 2026-07-28; do one json-schema-2020-12-preservation pinned "$spec"; done
	for scenario in no-prefetch verify-digest verify-size verify-frontmatter; do
		one sep-2640-client-$scenario auto
	done
fi
echo
echo "conformance:$summary"
exit $failed
