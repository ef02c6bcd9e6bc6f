#!/usr/bin/env bash
# Installs what Sightglass needs from the system, or says what to install. It changes nothing when all is there.
#
#   build/setup.sh run     what building and running the window needs (the default)
#   build/setup.sh test    and what the tests need: a private X server, D-Bus, keyring, WebDriver and a browser
set -euo pipefail
cd "$(dirname "$0")/.."

part=${1:-run}
node_wanted="20.19"

run_packages=(gcc libc6-dev pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev)
test_packages=(xvfb xauth gnome-keyring webkit2gtk-driver xdotool scrot fonts-dejavu-core
	fonts-noto-color-emoji adwaita-icon-theme procps)
browser_packages=(chromium chromium-driver) # the user's browser of the sign-in tests

say() { printf 'setup: %s\n' "$*"; }
die() {
	printf 'setup: %s\n' "$*" >&2
	exit 1
}

# at_least HAVE WANTED compares dotted versions.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

check_go() {
	local wanted have
	wanted=$(sed -n 's/^go \([0-9.]*\)$/\1/p' go.mod)
	command -v go >/dev/null || die "Go is not installed, or not on the PATH: install Go $wanted or newer from https://go.dev/dl/"
	have=$(go env GOVERSION 2>/dev/null || true) # inside the module this is the toolchain that go.mod asks for
	have=${have#go}
	[ -n "$have" ] || die "Go cannot provide version $wanted: $(go version 2>&1 | tail -n 1). Install it from https://go.dev/dl/"
	at_least "${have%% *}" "$wanted" || die "Go $have is too old: install Go $wanted or newer from https://go.dev/dl/"
}

check_node() {
	local have
	command -v node >/dev/null || die "Node.js is not installed, or not on the PATH: install version $node_wanted or newer from https://nodejs.org/"
	command -v npm >/dev/null || die "npm is not installed: it comes with Node.js from https://nodejs.org/"
	have=$(node --version)
	at_least "${have#v}" "$node_wanted" || die "Node.js $have is too old: install version $node_wanted or newer from https://nodejs.org/"
}

# missing prints those of its arguments that are not installed.
missing() {
	local installed package
	installed=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
	for package in "$@"; do
		grep -qx "installed $package" <<<"$installed" || printf '%s\n' "$package"
	done
}

install_debian() {
	local sudo=() wanted
	mapfile -t wanted < <(missing "$@")
	[ ${#wanted[@]} -gt 0 ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || die "as root, run: apt-get install ${wanted[*]}"
		sudo=(sudo)
	fi
	say "installing ${wanted[*]}${sudo:+ (sudo may ask for your password)}"
	"${sudo[@]}" apt-get update -qq || die "apt-get update did not work: see above"
	"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}" ||
		die "apt-get install did not work: see above"
}

setup_linux() {
	local packages=("${run_packages[@]}")
	if [ "$part" = test ]; then
		packages+=("${test_packages[@]}")
		command -v chromedriver >/dev/null || packages+=("${browser_packages[@]}")
		command -v dbus-daemon >/dev/null || packages+=(dbus) # Ubuntu 22.04 has no package of the daemon alone
	fi
	if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
		install_debian "${packages[@]}"
	elif ! command -v pkg-config >/dev/null || ! pkg-config --exists webkit2gtk-4.1 gtk+-3.0; then
		die "install the development packages of GTK 3 and WebKitGTK 4.1, pkg-config and gcc, for example:
  Fedora:  sudo dnf install gcc pkgconf gtk3-devel webkit2gtk4.1-devel
  Arch:    sudo pacman -S gcc pkgconf gtk3 webkit2gtk-4.1
  openSUSE: sudo zypper install gcc pkgconf gtk3-devel webkit2gtk3-devel"
	fi
}

setup_darwin() {
	xcode-select -p >/dev/null 2>&1 || die "install Apple's command line tools: xcode-select --install"
}

setup_windows() {
	say "the window needs the WebView2 runtime, which Windows 11 has; for Windows 10 it is at"
	say "https://developer.microsoft.com/microsoft-edge/webview2/"
}

case $part in run | test) ;; *) die "usage: build/setup.sh [run|test]" ;; esac
check_go
check_node
case $(uname -s) in
Linux) setup_linux ;;
Darwin) setup_darwin ;;
MINGW* | MSYS* | CYGWIN*) setup_windows ;;
*) die "Sightglass is built on Linux, macOS and Windows; this is $(uname -s)" ;;
esac
