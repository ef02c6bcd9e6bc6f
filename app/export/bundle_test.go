package export

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/wire"
)

const word = `J. "Dœ/😀`

// talkative has a word in every place that holds text.
func talkative() []wire.Draft {
	inJSON, _ := json.Marshal(map[string]string{"name": word})
	twice, _ := json.Marshal(map[string]string{"text": string(inJSON)})
	return []wire.Draft{
		{Entry: wire.Entry{Seq: 1, Conn: "c1", Kind: wire.KindLifecycle, Note: "hello " + word}},
		{Entry: wire.Entry{Seq: 2, Conn: "c1", Kind: wire.KindFrame, Message: wire.MsgRequest, Method: word, Name: word, Findings: []string{word}}, Message: inJSON},
		{Entry: wire.Entry{Seq: 3, Conn: "c1", Kind: wire.KindFrame, Message: wire.MsgInvalid, Note: word}, Message: twice},
		{
			Entry:    wire.Entry{Seq: 4, Conn: "c1", Kind: wire.KindHTTP, Name: "x", Status: 500},
			Exchange: &wire.Exchange{URL: "http://h/?q=J.+%22D%C5%93%2F%F0%9F%98%80", RequestHeaders: []wire.Header{{Name: "A", Value: word}}, Err: word},
			Request:  []byte(`{"a":"J. \"D\u0153/\ud83d\ude00"}`), Response: []byte("\xff" + word + "\x00"),
		},
	}
}

// leaves says in what a text a word still stands, in any spelling, packed or not.
func leaves(text string) bool {
	for _, s := range spellings(word) {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

func bundleOf(list []wire.Draft) Bundle {
	return Bundle{
		Source: Memory(list), By: Creator{"Sightglass", "test"}, Profile: `{"mcpServers":{}}`,
		Manifest: Manifest{Connections: []ConnInfo{{Conn: "c1", Name: word, Launch: "run " + word}}},
		Facts:    Facts{Program: "Sightglass test", System: "linux", About: "I am " + word, Connections: []FactConn{{ConnInfo: ConnInfo{Name: word}, Error: word}}},
	}
}

func TestAReportHoldsNoWordThatWasRedacted(t *testing.T) {
	for _, words := range [][]string{nil, {word}} {
		b := bundleOf(talkative())
		b.Words = words
		var out bytes.Buffer
		must(t, b.Write(&out))
		z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
		must(t, err)
		var names []string
		for _, f := range z.File {
			names = append(names, f.Name)
			r, err := f.Open()
			must(t, err)
			raw, err := io.ReadAll(r)
			must(t, err)
			text := string(raw)
			if f.Name == FileCapture {
				text = unzip(t, raw)
			}
			for _, piece := range strings.FieldsFunc(text, func(r rune) bool { return r == '"' }) {
				if p, err := base64.StdEncoding.DecodeString(piece); err == nil {
					text += string(p)
				}
			}
			if f.Name != FileProfile && leaves(text) != (words == nil) {
				t.Errorf("%s with %q: the word is there: %v\n%s", f.Name, words, leaves(text), text)
			}
			if words != nil && f.Name != FileProfile && !strings.Contains(text, "‹redacted #0001›") {
				t.Errorf("%s: no placeholder", f.Name)
			}
		}
		if want := []string{FileReport, FileCapture, FileHAR, FileProfile}; !slices.Equal(names, want) {
			t.Errorf("files: got %q, want %q", names, want)
		}
	}
}

func TestAReportLeavesFilesOut(t *testing.T) {
	b := bundleOf(talkative())
	b.Leave = []string{FileHAR, FileProfile}
	p, err := b.Preview()
	must(t, err)
	var out bytes.Buffer
	must(t, b.Write(&out))
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	must(t, err)
	if len(z.File) != 2 || len(p.Files) != 4 || !p.Files[2].Left || p.Files[0].Left {
		t.Errorf("%d files; preview %+v", len(z.File), p.Files)
	}
	if p.Files[0].Bytes != int64(len(p.Files[0].Text)) || !strings.Contains(p.Files[0].Text, "## What failed") || !strings.Contains(p.Files[0].Text, "HTTP 500") {
		t.Errorf("report: %s", p.Files[0].Text)
	}
}

func TestWordsThatCannotBeRedacted(t *testing.T) {
	for text, words := range map[string][]string{"shorter than 3": {"ab"}, "placeholder": {"‹token #aaaa›"}, "more than 100": func() (out []string) {
		for i := range 101 {
			out = append(out, strings.Repeat("x", i+3))
		}
		return
	}()} {
		if _, err := NewRedactor(words); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %q", err, text)
		}
	}
	if r, err := NewRedactor([]string{"", "  "}); err != nil || r.Text("  x") != "  x" {
		t.Errorf("empty words: %v", err)
	}
}

func TestLeaksAreFound(t *testing.T) {
	jwt := "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"
	list := []wire.Draft{
		{Entry: wire.Entry{Seq: 1, Kind: wire.KindFrame}, Message: []byte(`{"text":"see ` + jwt + ` and ghp_abcdefghijklmnopqrstuvwxyz","password":"hunter22","token":"‹token #3f2a›","api_key":"‹key #aaaa›","type":"string","secret":{"type":"string"}}`)},
		{Entry: wire.Entry{Seq: 2, Kind: wire.KindStderr, Note: "me@example.org reads /home/somebody/x"}, Message: []byte("me@example.org reads /home/somebody/x")},
		{Entry: wire.Entry{Seq: 3, Kind: wire.KindHTTP}, Exchange: &wire.Exchange{URL: "http://x/", RequestHeaders: []wire.Header{{Name: "Authorization", Value: "Bearer ‹token #3f2a›"}, {Name: "X-Auth", Value: "Bearer abcdefghijklmnop"}}}},
	}
	hits, err := Leaks(Memory(list))
	must(t, err)
	var got []string
	for _, h := range hits {
		got = append(got, h.Kind+": "+h.Text)
	}
	want := []string{
		"a JSON Web Token: " + jwt, "an API key: ghp_abcdefghijklmnopqrstuvwxyz", "a credential by its name: hunter22",
		"an e-mail address: me@example.org", "a folder of a user: somebody", "a bearer token: abcdefghijklmnop",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if hits[3].Count != 2 || hits[3].Seq != 2 {
		t.Errorf("the address: %+v", hits[3])
	}
}

func TestHostileWordsStayTextInAReport(t *testing.T) {
	evil := "x` | <script>alert(1)</script> ![](http://evil) \n## Heading\n```\n\u202e"
	s := Memory([]wire.Draft{{Entry: wire.Entry{Seq: 1, Kind: wire.KindFrame, Message: wire.MsgError, Method: evil, Findings: []string{evil}}}})
	text, err := Report(s, Facts{Program: "p", System: "s", Connections: []FactConn{{ConnInfo: ConnInfo{Name: evil}, Error: evil}}})
	must(t, err)
	inside := false
	for _, l := range strings.Split(text, "\n") {
		if strings.HasPrefix(l, "````") {
			inside = !inside
			continue
		}
		if inside || !strings.Contains(l, "script") {
			continue
		}
		// Outside of a block every piece of it stands in one code span: the ticks around it are more than within.
		before, _, _ := strings.Cut(l, "x`")
		if strings.Count(before, "````")%2 != 1 || strings.Contains(l, "\u202e") || strings.Contains(l, " | <") {
			t.Errorf("a word of the server is Markdown: %s", l)
		}
	}
	if inside || strings.Contains(text, "\n## Heading\n```\n\n") {
		t.Errorf("a block is open: %s", text)
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("secret/w", "a secret/w b")
	f.Fuzz(func(t *testing.T, w, body string) {
		r, err := NewRedactor([]string{w})
		if err != nil || strings.TrimSpace(w) == "" {
			return
		}
		w = strings.TrimSpace(w)
		// What was replaced may make a new one only with the placeholder's own characters.
		if strings.ContainsAny(w, "#0123456789 abcdefghijklmnopqrstuvwxyz") {
			return
		}
		if strings.Contains(r.Text(body), w) {
			t.Errorf("%q is still in %q", w, r.Text(body))
		}
	})
}
