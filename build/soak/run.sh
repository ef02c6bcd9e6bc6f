#!/usr/bin/env bash
# Loads the bridge between page and Go in a real window and counts on which stack WebKit's signal handlers ran.
#
#   build/soak/run.sh short    20 s with the headroom and added signals (probe/usr1.c says what those are)
#   build/soak/run.sh long     rounds of: WebKit's own signals, then added ones, each with and without the headroom
#
# It fails when a run with the headroom crashes, overwrites a stack, or has less room than app/webview promises.
# SOAK_ROUNDS (4) and SOAK_SECONDS (60) change the long form, which takes more than ten minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ -z "${SOAK_INSIDE:-}" ]; then
	SOAK_INSIDE=1 exec build/private-session.sh "$0" "$@"
fi

form=${1:-short}
least_room=$((400 * 1024)) # bytes that app/webview promises
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p build/artifacts/soak
failures=0

"${CC:-gcc}" -shared -fPIC -O1 -Wall -Wextra -o "$work/usr1.so" build/soak/probe/usr1.c
go build -tags soak,desktop,production,webkit2_41 -o "$work/soak" ./build/soak

row='%-5s %-8s %-8s %9s %9s %9s %8s %7s %6s %8s %9s %9s  %s\n'
header() {
	# shellcheck disable=SC2059 # row is the format
	printf "$row" run headroom signals calls events 'C stack' 'Go stack' frame over- 'least' stack 'in use' end
	# shellcheck disable=SC2059
	printf "$row" '' '' '' '' '' handlers handlers bytes runs 'room' bytes bytes ''
}

field() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$2"; }

# one RUN HEADROOM(true|false) SIGNALS(webkit|added) SECONDS
one() {
	local log=build/artifacts/soak/$1-$2-$3 status=0 every=0 numbers end=ok
	[ "$3" = webkit ] || every=100
	# The inner shell reports a crash into the log too.
	(
		USR1_EVERY=$every USR1_PROBE=$work/counts LD_PRELOAD=$work/usr1.so "$work/soak" -seconds "$4" -headroom="$2" || exit $?
	) >"$log.json" 2>"$log.log" || status=$?
	[ "$status" = 0 ] || end="exit $status: $(grep -a -m 1 -o -E 'fatal error.*|panic:.*|^soak:.*|Segmentation fault' "$log.log" || echo 'no message')"
	mapfile -t numbers < <(od -An -v -t d8 -w8 "$work/counts" | tr -d ' ')
	[ "$3" = webkit ] || numbers=("${numbers[@]:8}")
	# shellcheck disable=SC2059
	printf "$row" "$1" "$2" "$3" "$(field calls "$log.json")" "$(field events "$log.json")" "${numbers[0]}" \
		"${numbers[1]}" "${numbers[2]}" "${numbers[4]}" "${numbers[5]}" "${numbers[6]}" "${numbers[7]}" "$end"
	[ "$2" = true ] || return 0
	[ "$status" = 0 ] || fail "$log: the run with headroom ended with $end"
	[ "${numbers[4]}" = 0 ] || fail "$log: a signal frame overran a stack"
	[ "${numbers[3]}" = 0 ] || [ "${numbers[5]}" -ge "$least_room" ] || fail "$log: less than $least_room bytes of room"
	[ "$3" = webkit ] || [ "${numbers[1]}" -gt 0 ] || fail "$log: no handler ran on a goroutine's stack: nothing was shown"
}

fail() {
	printf 'soak: %s\n' "$*" >&2
	failures=$((failures + 1))
}

header
case $form in
short)
	one 1 true added 20
	;;
long)
	for round in $(seq "${SOAK_ROUNDS:-4}"); do
		one "$round" true webkit "${SOAK_SECONDS:-60}"
		one "$round" false webkit "${SOAK_SECONDS:-60}"
		one "$round" true added "$((${SOAK_SECONDS:-60} / 2))"
		one "$round" false added "$((${SOAK_SECONDS:-60} / 2))"
	done
	;;
*)
	echo "usage: build/soak/run.sh [short|long]" >&2
	exit 2
	;;
esac
[ "$failures" = 0 ]
