package export

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	maxWords = 100 // strings to replace: each is looked for in every body
	minWord  = 3   // characters of one: shorter ones stand in everything
)

// Redactor replaces strings that the user named by placeholders: ‹redacted #0001› for the first. It knows a string as
// it is, as JSON escapes it and as URLs do; not inside of base64 or anything packed.
type Redactor struct {
	r     *strings.Replacer
	words int
}

// NewRedactor makes a redactor of strings; equal and empty ones are one and none.
func NewRedactor(words []string) (*Redactor, error) {
	var list []string
	for _, w := range words {
		if w = strings.TrimSpace(w); w != "" && !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	if len(list) > maxWords {
		return nil, fmt.Errorf("redact: %d strings, more than %d", len(list), maxWords)
	}
	type form struct{ from, to string }
	var forms []form
	seen := map[string]bool{}
	for i, w := range list {
		if len([]rune(w)) < minWord {
			return nil, fmt.Errorf("redact: %q is shorter than %d characters and stands in too many places", w, minWord)
		}
		if strings.ContainsAny(w, "‹›") {
			return nil, fmt.Errorf("redact: %q holds a placeholder, which is no secret", w)
		}
		to := fmt.Sprintf("‹redacted #%04x›", i+1)
		for _, from := range spellings(w) {
			if !seen[from] {
				seen[from] = true
				forms = append(forms, form{from, to})
			}
		}
	}
	// Of two that begin at one place the longer is meant.
	slices.SortStableFunc(forms, func(a, b form) int { return len(b.from) - len(a.from) })
	pairs := make([]string, 0, 2*len(forms))
	for _, f := range forms {
		pairs = append(pairs, f.from, f.to)
	}
	return &Redactor{strings.NewReplacer(pairs...), len(list)}, nil
}

// spellings are the ways in which a string may stand in a body, a header or a URL.
func spellings(w string) []string {
	out := []string{w, url.QueryEscape(w), url.PathEscape(w)}
	if plain, err := encode(w); err == nil {
		inner := string(plain[1 : len(plain)-1])
		var ascii strings.Builder
		for _, r := range inner {
			switch {
			case r < 0x80:
				ascii.WriteRune(r)
			case r < 0x10000:
				fmt.Fprintf(&ascii, `\u%04x`, r)
			default:
				fmt.Fprintf(&ascii, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
			}
		}
		out = append(out, inner, ascii.String(), strings.ReplaceAll(inner, "/", `\/`))
		if twice, err := encode(inner); err == nil { // JSON inside of a text
			out = append(out, string(twice[1:len(twice)-1]))
		}
	}
	if html, err := json.Marshal(w); err == nil {
		out = append(out, string(html[1:len(html)-1]))
	}
	return out
}

// Text is s without the strings.
func (r *Redactor) Text(s string) string {
	if r == nil || r.words == 0 {
		return s
	}
	return r.r.Replace(s)
}

// Manifest is m without the strings, as it stands before a capture or names the connections of a HAR.
func (r *Redactor) Manifest(m Manifest) Manifest {
	m.Title, m.Comment, m.Connections = r.Text(m.Title), r.Text(m.Comment), slices.Clone(m.Connections)
	for i := range m.Connections {
		c := &m.Connections[i]
		for _, f := range []*string{&c.Name, &c.Server, &c.Launch} {
			*f = r.Text(*f)
		}
	}
	return m
}

// Source is s without the strings. Bodies are held whole, one at a time.
func (r *Redactor) Source(s Source) Source {
	if r == nil || r.words == 0 {
		return s
	}
	return &redacted{Source: s, r: r}
}

type redacted struct {
	Source
	r *Redactor

	mu   sync.Mutex // guards the body that was read last
	seq  uint64
	part wire.Part
	body []byte
}

func (s *redacted) Entries(yield func(wire.Entry) error) error {
	return s.Source.Entries(func(e wire.Entry) error {
		for _, f := range []*string{&e.Method, &e.Name, &e.ID, &e.Withheld, &e.Note} {
			*f = s.r.Text(*f)
		}
		e.Findings = slices.Clone(e.Findings)
		for i := range e.Findings {
			e.Findings[i] = s.r.Text(e.Findings[i])
		}
		return yield(e)
	})
}

func (s *redacted) Exchange(seq uint64) (*wire.Exchange, error) {
	x, err := s.Source.Exchange(seq)
	if x == nil || err != nil {
		return nil, err
	}
	c := *x
	for _, f := range []*string{&c.Method, &c.URL, &c.StatusText, &c.RemoteAddr, &c.TLS, &c.Err} {
		*f = s.r.Text(*f)
	}
	for _, hs := range []*[]wire.Header{&c.RequestHeaders, &c.ResponseHeaders, &c.Trailers} {
		*hs = slices.Clone(*hs)
		for i := range *hs {
			(*hs)[i] = wire.Header{Name: s.r.Text((*hs)[i].Name), Value: s.r.Text((*hs)[i].Value)}
		}
	}
	return &c, nil
}

func (s *redacted) Body(seq uint64, part wire.Part, offset, length int64) ([]byte, int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seq != seq || s.part != part || s.body == nil {
		b, err := Whole(s.Source, seq, part)
		if err != nil {
			return nil, 0, err
		}
		s.seq, s.part, s.body = seq, part, []byte(s.r.Text(string(b)))
	}
	kept := int64(len(s.body))
	offset = min(max(offset, 0), kept)
	if length < 0 || length > kept-offset {
		length = kept - offset
	}
	return s.body[offset : offset+length], kept, nil
}
