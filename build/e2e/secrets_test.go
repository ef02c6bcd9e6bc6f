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
)

// mustNotHold fails the test when a file of the home folder, its name, or the program's log holds one of the secrets,
// as it is or encoded.
func (a *app) mustNotHold(secrets ...string) {
	a.t.Helper()
	a.noneIn("the program's log", []byte(a.log()), secrets)
	err := filepath.WalkDir(a.home, func(path string, d fs.DirEntry, err error) error {
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
