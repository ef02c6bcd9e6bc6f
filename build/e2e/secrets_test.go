//go:build e2e

package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// record keeps whatever Go tells the page from now on, over restarts too: answers of bound methods, events, and what
// the asset server answers. [app.mustNotHold] looks through it. What the page asked for before is asked for again.
func (a *app) record() {
	a.t.Helper()
	a.js(`window.replies = [];
	for (const name of ["Callback", "EventsNotify"]) {
		const plain = window.wails[name];
		window.wails[name] = (message) => { replies.push(name + " " + message); return plain(message); };
	}
	const plain = window.fetch;
	window.fetch = async (...args) => {
		const r = await plain(...args);
		const path = new URL(args[0]?.url ?? args[0], location).pathname;
		r.clone().text().then((s) => replies.push(path + " " + s + JSON.stringify([...r.headers])), () => {});
		return r;
	};`)
	a.await("window.go.app.Servers.List()")
	a.await("window.go.app.Connections.List(0)")
	a.keepReplies()
}

// keepReplies takes over what the page has recorded.
func (a *app) keepReplies() {
	if a.webdriver == nil {
		return // the command line: it keeps what it printed itself
	}
	all, err := a.tryJS(`return (window.replies ?? []).splice(0)`)
	if err != nil {
		return // the window is gone
	}
	list, _ := all.([]any)
	for _, r := range list {
		s, _ := r.(string)
		a.replies = append(a.replies, s)
	}
}

// mustHaveHeard fails the test when nothing that Go told the page holds a text: then the recording shows nothing.
func (a *app) mustHaveHeard(wanted ...string) {
	a.t.Helper()
	a.keepReplies()
	for _, w := range wanted {
		if !slices.ContainsFunc(a.replies, func(r string) bool { return strings.Contains(r, w) }) {
			a.t.Errorf("none of the %d recorded replies holds %q", len(a.replies), w)
		}
	}
}

// mustNotShow fails the test when the page, its fields or what it stores hold one of the secrets now.
func (a *app) mustNotShow(secrets ...string) {
	a.t.Helper()
	page, _ := a.js(`return document.documentElement.outerHTML + [...document.querySelectorAll("input, textarea")].map((e) => e.value).join(" ")
		+ JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }) + document.title + location`).(string)
	a.noneIn("the page", []byte(page), secrets)
}

// mustNotHold fails the test when a file of the home folder or of the artefacts, its name, the program's log, or
// anything that was recorded of what Go told the page holds one of the secrets, as it is or encoded.
func (a *app) mustNotHold(secrets ...string) {
	a.t.Helper()
	a.keepReplies()
	for _, r := range a.replies {
		name, _, _ := strings.Cut(r, " ")
		a.noneIn("what Go told the page by "+name, []byte(r), secrets)
	}
	a.mustNotKeep(secrets...)
}

// mustNotKeep is mustNotHold but for what Go told the page: for the state of an authorization request, which stands in
// the address that the user may copy.
func (a *app) mustNotKeep(secrets ...string) {
	a.t.Helper()
	a.noneIn("the program's log", []byte(a.log()), secrets)
	for _, folder := range []string{a.home, fromRunner(a.t, "E2E_ARTIFACTS")} {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return nil //nolint:nilerr // WebKit removes its own files at any time
			}
			a.noneIn("the name "+path, []byte(path), secrets)
			if !d.Type().IsRegular() {
				return nil
			}
			if b, err := os.ReadFile(path); err == nil {
				a.noneIn(path, b, secrets)
			}
			return nil
		})
		if err != nil {
			a.t.Error(err)
		}
	}
}

// noneIn fails the test when data holds a secret.
func (a *app) noneIn(where string, data []byte, secrets []string) {
	a.t.Helper()
	for _, s := range secrets {
		for form, v := range map[string]string{
			"as it is": s, "in base64": base64.StdEncoding.EncodeToString([]byte(s)),
			"in URL-safe base64": base64.RawURLEncoding.EncodeToString([]byte(s)),
			"in hexadecimal":     hex.EncodeToString([]byte(s)), "percent-encoded": url.QueryEscape(s),
			"in UTF-16": utf16(s),
		} {
			if bytes.Contains(data, []byte(v)) {
				a.t.Errorf("%s holds the secret %q %s", where, s, form)
			}
		}
	}
}

// utf16 is how WebKit stores text: little endian.
func utf16(s string) string {
	b := make([]byte, 0, 2*len(s))
	for _, r := range s {
		b = append(b, byte(r), byte(r>>8))
	}
	return string(b)
}
