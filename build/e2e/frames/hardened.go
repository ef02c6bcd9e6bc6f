//go:build frames && !stock

package main

import _ "github.com/sightglass-dev/sightglass/app/webview" // for what it links in
