package core

import (
	"net/url"
	"path/filepath"
	"strings"
)

// FolderURI is the file URI (RFC 8089) of an absolute path of this machine.
func FolderURI(path string) string {
	p := filepath.ToSlash(path)
	host := ""
	if rest, ok := strings.CutPrefix(p, "//"); ok { // a share of Windows: its server is the host
		host, p, _ = strings.Cut(rest, "/")
	}
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return (&url.URL{Scheme: "file", Host: host, Path: p}).String()
}
