package export

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"time"
)

// The files of a bug report.
const (
	FileReport  = "report.md"
	FileCapture = "capture.sightglass"
	FileHAR     = "traffic.har"
	FileProfile = "server.json"
)

const maxPreview = 256 << 10 // bytes of a text file that a preview shows

// Bundle is a bug report: a zip of a summary, a capture file, a HAR and the server's settings.
type Bundle struct {
	Source   Source
	By       Creator
	Manifest Manifest
	Facts    Facts
	Profile  string   // the saved servers as other clients write them, without secrets; empty: none
	Words    []string // strings that are replaced everywhere
	Leave    []string // files that are left out
}

// BundleFile is one file of a report, as it will be.
type BundleFile struct {
	Name  string `json:"name"`
	About string `json:"about"`
	Bytes int64  `json:"bytes"`
	Text  string `json:"text"` // of a text file, the first 256 KiB
	Cut   bool   `json:"cut"`
	Left  bool   `json:"left"` // it is left out
}

// Preview is everything in a report before it is saved.
type Preview struct {
	Files []BundleFile `json:"files"`
	Hits  []Hit        `json:"hits"` // what still looks like a secret
	Count int          `json:"count"`
}

type bundleFile struct {
	name, about string
	text        bool
	write       func(io.Writer) error
}

func (b Bundle) files() ([]bundleFile, Source, error) {
	r, err := NewRedactor(b.Words)
	if err != nil {
		return nil, nil, err
	}
	s := r.Source(b.Source)
	m := r.Manifest(b.Manifest)
	out := []bundleFile{
		{FileReport, "what happened, as Markdown", true, func(w io.Writer) error {
			text, err := Report(s, b.Facts)
			if err == nil {
				_, err = io.WriteString(w, r.Text(text))
			}
			return err
		}},
		{FileCapture, "every entry, to be opened in Sightglass", false, func(w io.Writer) error {
			_, err := WriteCapture(w, s, m)
			return err
		}},
		{FileHAR, "HTTP exchanges and messages, to be opened in a browser's tools", false, func(w io.Writer) error {
			_, err := HAR(w, s, b.By, m.Connections)
			return err
		}},
	}
	if b.Profile != "" {
		out = append(out, bundleFile{FileProfile, "the server's settings, without secrets", true, func(w io.Writer) error {
			_, err := io.WriteString(w, r.Text(b.Profile))
			return err
		}})
	}
	return out, s, nil
}

// Preview makes every file and throws it away, but for what is shown.
func (b Bundle) Preview() (Preview, error) {
	files, s, err := b.files()
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Files: []BundleFile{}}
	var extra bytes.Buffer
	for _, f := range files {
		v := BundleFile{Name: f.name, About: f.about, Left: slices.Contains(b.Leave, f.name)}
		var text bytes.Buffer
		n := &counted{w: io.Discard}
		if f.text {
			n.w = &text
		}
		if err := f.write(n); err != nil {
			return Preview{}, fmt.Errorf("prepare %s: %w", f.name, err)
		}
		v.Bytes = n.n
		if f.text {
			if !v.Left {
				extra.WriteString(text.String() + "\n")
			}
			v.Text, v.Cut = text.String(), text.Len() > maxPreview
			if v.Cut {
				v.Text = string(bytes.ToValidUTF8(text.Bytes()[:maxPreview], nil))
			}
		}
		p.Files = append(p.Files, v)
	}
	if p.Hits, err = Leaks(s); err != nil {
		return Preview{}, err
	}
	l := leaks{at: map[string]int{}, patterns: suspicions(), hits: p.Hits}
	for i, h := range p.Hits {
		l.at[h.Text] = i
	}
	l.look(0, "report or settings", extra.String())
	p.Hits, p.Count = l.hits, len(l.hits)
	return p, nil
}

// Write writes the report as a zip.
func (b Bundle) Write(w io.Writer) error {
	files, _, err := b.files()
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	for _, f := range files {
		if slices.Contains(b.Leave, f.name) {
			continue
		}
		method := zip.Deflate
		if f.name == FileCapture {
			method = zip.Store // it is packed already
		}
		to, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: method, Modified: time.Now().UTC()})
		if err == nil {
			err = f.write(to)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
