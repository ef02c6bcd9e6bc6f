#!/usr/bin/env bash
# Every check, in the order in which it fails soonest. Each step is a target of the Makefile; its output is kept in
# build/artifacts/test and printed when it fails.
#
#   build/test.sh            all steps
#   build/test.sh STEP...    these steps
set -euo pipefail
cd "$(dirname "$0")/.."

steps=(setup-test frontend-install frontend-check frontend-lint frontend-test frontend bindings go-lint vet go-test
	keyring conformance windows headless build e2e soak-short)
[ $# -eq 0 ] || steps=("$@")

logs=build/artifacts/test
mkdir -p "$logs"
began=$SECONDS

for step in "${steps[@]}"; do
	start=$SECONDS
	printf '%-18s' "$step"
	if [ "$step" = setup-test ]; then # it may ask for a password
		echo
		"${MAKE:-make}" --no-print-directory "$step"
		printf '%-18s' ''
	elif ! "${MAKE:-make}" --no-print-directory "$step" >"$logs/$step.log" 2>&1; then
		printf 'FAILED after %d s\n\n' $((SECONDS - start))
		tail -n 400 "$logs/$step.log"
		printf '\n%s failed; all of its output is in %s; run it alone with: make %s\n' "$step" "$logs/$step.log" "$step"
		exit 1
	fi
	printf 'ok %4d s\n' $((SECONDS - start))
done
printf '%-18sok %4d s\n' 'every step' $((SECONDS - began))
