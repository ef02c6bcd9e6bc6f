package export

import (
	"regexp"
	"strings"

	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	maxHits  = 200     // hits that are shown: who has more looks at the source
	maxSeen  = 8 << 20 // bytes of a body that are looked at
	maxQuote = 200     // bytes of a hit
)

// Hit is something in a source that looks as if it should not be handed on.
type Hit struct {
	Seq   uint64 `json:"seq"`   // the first entry it stands in
	Where string `json:"where"` // message, request, response, header Cookie, URL, note
	Kind  string `json:"kind"`  // what it looks like: a JSON Web Token
	Text  string `json:"text"`  // it, at most 200 bytes: what a redactor takes
	Count int    `json:"count"` // how often it stands there
}

type suspicion struct {
	kind    string
	pattern *regexp.Regexp // its last group is the hit
}

// credentials is how many of suspicions are those of credentials: the first ones.
const credentials = 5

// suspicions are patterns of credentials and of what names a person or a machine.
func suspicions() []suspicion {
	re := regexp.MustCompile
	return []suspicion{
		{"a private key", re(`(-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/=\\nr\s]{0,100})`)},
		{"a JSON Web Token", re(`(eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)`)},
		{"an API key", re(`\b(sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{30,}|hf_[A-Za-z0-9]{20,})`)},
		{"a bearer token", re(`(?i)\bbearer\s+([A-Za-z0-9._~+/-]{12,}=*)`)},
		{"a credential by its name", re(`(?i)["']?[a-z0-9_-]*(?:password|passwd|secret|api[_-]?key|access[_-]?token|refresh[_-]?token|credential)s?\\?["']?\s*[:=]\s*\\?["']?([^\s"'\\‹,;&{}\[\]]{6,200})`)},
		{"an e-mail address", re(`([A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})`)},
		{"a folder of a user", re(`(?:/home/|/Users/|[A-Za-z]:\\+Users\\+)([^/\\\s"':<>|]{2,64})`)},
	}
}

// Credential says what kind of credential stands in a text, or "". What the tap masked is none.
func Credential(text string) string {
	l := leaks{at: map[string]int{}, patterns: suspicions()[:credentials], hits: []Hit{}}
	if l.look(0, "", text[:min(len(text), maxSeen)]); len(l.hits) > 0 {
		return l.hits[0].Kind
	}
	return ""
}

// harmless are values of a credential's name that are words of the protocol and of schemas.
func harmless(text string) bool {
	switch strings.ToLower(text) {
	case "string", "object", "number", "boolean", "integer", "required", "optional", "password", "secret", "undefined", "bearer":
		return true
	}
	return false
}

// Leaks looks for what should not be handed on. What the tap masked is a placeholder already and no hit.
func Leaks(s Source) ([]Hit, error) {
	l := leaks{at: map[string]int{}, patterns: suspicions(), hits: []Hit{}}
	err := s.Entries(func(e wire.Entry) error {
		l.look(e.Seq, "note", e.Note)
		x, err := s.Exchange(e.Seq)
		if err != nil {
			return err
		}
		if x != nil {
			l.look(e.Seq, "URL", x.URL)
			for _, h := range append(append([]wire.Header{}, x.RequestHeaders...), x.ResponseHeaders...) {
				l.look(e.Seq, "header "+h.Name, h.Name+": "+h.Value)
			}
		}
		for _, b := range bodies {
			body, _, err := s.Body(e.Seq, b.part, 0, maxSeen)
			if err != nil {
				return err
			}
			if len(body) > 0 {
				l.look(e.Seq, string(b.part), string(body))
			}
		}
		return nil
	})
	return l.hits, err
}

type leaks struct {
	patterns []suspicion
	hits     []Hit
	at       map[string]int // text -> index in hits
}

func (l *leaks) look(seq uint64, where, text string) {
	for _, p := range l.patterns {
		for _, m := range p.pattern.FindAllStringSubmatch(text, -1) {
			found := m[len(m)-1]
			if len(found) > maxQuote {
				found = found[:maxQuote]
			}
			if harmless(found) || masked.MatchString(found) {
				continue
			}
			if i, ok := l.at[found]; ok {
				l.hits[i].Count++
				continue
			}
			if len(l.hits) == maxHits {
				return
			}
			l.at[found] = len(l.hits)
			l.hits = append(l.hits, Hit{seq, where, p.kind, found, 1})
		}
	}
}
