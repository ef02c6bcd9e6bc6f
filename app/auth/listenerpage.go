package auth

import (
	"io"
	"log"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The pages a browser lands on: static, so that they echo nothing, and without anything to load. The empty icon keeps
// browsers from asking for one.
const (
	pageHead = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">` +
		`<link rel="icon" href="data:,"><title>Sightglass</title></head><body>`
	pageDone    = pageHead + `<h1>You can close this tab</h1><p>Sightglass has received the answer. The sign-in goes on in its window.</p></body></html>`
	pageNothing = pageHead + `<h1>Nothing here</h1><p>No sign-in of Sightglass waits for this address. You can close this tab.</p></body></html>`
)

// Bounds of a stray as listed, in bytes and in names.
const (
	maxStrayPath   = 200
	maxStrayName   = 40
	maxStrayNames  = 12
	maxStrayMethod = 20
)

// stray lists r, without the values of its parameters: one may be a code.
func (l *listener) stray(r *http.Request, why string) {
	s := Stray{At: l.now().UnixMicro(), Method: cutText(r.Method, maxStrayMethod), Target: strayTarget(r.RequestURI), Why: why}
	l.mu.Lock()
	if len(l.strays) < maxStrays {
		l.strays = append(l.strays, s)
	} else {
		l.more++
	}
	tell := l.onStray
	l.mu.Unlock()
	if tell != nil {
		tell()
	}
}

// strayTarget is a request target with the names of its parameters, sorted, and none of their values.
func strayTarget(target string) string {
	path, query, _ := strings.Cut(target, "?")
	if u, err := url.Parse(path); err == nil && u.Host != "" {
		path = u.EscapedPath()
	}
	path = cutText(path, maxStrayPath)
	var names []string
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if name = cutText(name, maxStrayName); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
		if len(names) > maxStrayNames {
			names[maxStrayNames] = "…"
			break
		}
	}
	if len(names) == 0 {
		return path
	}
	return path + " (" + strings.Join(names, ", ") + ")"
}

// cutText makes a peer's text one short line: control characters become blanks, more than limit bytes are cut.
func cutText(s string, limit int) string {
	if len(s) > limit {
		s = s[:limit] + "…"
	}
	return strings.Map(func(r rune) rune {
		switch { // control characters of all kinds, and what turns the direction of the text around it
		case r < ' ', r >= 0x7f && r < 0xa0, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c:
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// quietLog swallows net/http's remarks about broken requests: every one of them is somebody knocking.
func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }
