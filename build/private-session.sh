#!/usr/bin/env bash
# Runs a command in a desktop session of its own: X server, D-Bus, an unlocked keyring, home folder. Nothing of the
# user's own session is read or changed, and all of it is gone afterwards.
#
#   build/private-session.sh COMMAND [ARGUMENT...]
set -euo pipefail

# Go and npm keep their caches: the home folder is new.
GOCACHE=$(go env GOCACHE) GOMODCACHE=$(go env GOMODCACHE) GOPATH=$(go env GOPATH)
npm_config_cache=$(npm config get cache 2>/dev/null || printf '%s/.npm' "$HOME")
export GOCACHE GOMODCACHE GOPATH npm_config_cache

session=$(mktemp -d "${TMPDIR:-/tmp}/sightglass-session.XXXXXX")
xvfb='' bus='' keyring=''
finish() {
	local pid
	for pid in $keyring $bus $xvfb; do # what the bus started ends with it
		kill "$pid" 2>/dev/null || true
	done
	wait
	rm -rf "$session" 2>/dev/null || true
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# answer NAME waits for the line that a server writes once it is up.
answer() {
	local line
	if ! read -r -t 60 line <"$session/$1.answer"; then
		cat "$session/$1.log" >&2
		echo "private-session: $1 did not start" >&2
		exit 1
	fi
	printf '%s' "$line"
}

mkdir -m 0700 "$session/home" "$session/run"
mkfifo "$session/Xvfb.answer" "$session/dbus.answer"
export HOME="$session/home" XDG_RUNTIME_DIR="$session/run" XDG_SESSION_TYPE=x11
unset WAYLAND_DISPLAY XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME XDG_STATE_HOME DBUS_SESSION_BUS_ADDRESS XAUTHORITY

# The X server picks a free display number itself.
Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp -noreset 3>"$session/Xvfb.answer" >"$session/Xvfb.log" 2>&1 &
xvfb=$!
DISPLAY=:$(answer Xvfb)
export DISPLAY

dbus-daemon --session --nofork --print-address=3 3>"$session/dbus.answer" >"$session/dbus.log" 2>&1 &
bus=$!
DBUS_SESSION_BUS_ADDRESS=$(answer dbus)
export DBUS_SESSION_BUS_ADDRESS

# A line feed is the password that makes and unlocks the login keyring; an empty input would make none.
gnome-keyring-daemon --foreground --unlock --components=secrets >"$session/keyring.log" 2>&1 < <(echo) &
keyring=$!
if ! gdbus wait --session --timeout 60 org.freedesktop.secrets; then
	cat "$session/keyring.log" >&2
	echo "private-session: the keyring did not start" >&2
	exit 1
fi

"$@"
