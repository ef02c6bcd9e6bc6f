package export

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// sample has an entry of every kind, with texts that break careless writers.
func sample() []wire.Draft {
	bin := "\x00\xff\xfe<&>\u2028"
	all := strings.Join(nasty(), "|")
	const t0 = 1_795_286_541_237_259
	return []wire.Draft{
		{Entry: wire.Entry{Seq: 1, Conn: "c1", Time: t0, Kind: wire.KindLifecycle, Note: all}},
		{Entry: wire.Entry{Seq: 2, Conn: "c1", Time: t0 + 1, Kind: wire.KindFrame, Dir: wire.Out, Message: wire.MsgRequest, Method: "tools/call", Name: "e c/ho?", ID: `"s1"`, Pair: 5, Took: 1234, Bytes: 9}, Message: []byte(`{"jsonrpc":"2.0","id":"s1"}`)},
		{Entry: wire.Entry{Seq: 3, Conn: "c1", Time: t0 + 2, Kind: wire.KindStderr, Dir: wire.In, Bytes: 4, Note: "x"}, Message: []byte(bin)},
		{Entry: wire.Entry{Seq: 4, Conn: "c1", Time: t0 + 2, Kind: wire.KindFrame, Dir: wire.In, Message: wire.MsgInvalid, Bytes: 4, Note: "not JSON"}, Message: []byte(bin)},
		{Entry: wire.Entry{Seq: 5, Conn: "c1", Time: t0 + 3, Kind: wire.KindFrame, Dir: wire.In, Message: wire.MsgError, Code: -32602, Method: "tools/call", ID: `"s1"`, Pair: 2, Took: 1234, Findings: []string{all}}, Message: []byte(all)},
		{
			Entry: wire.Entry{Seq: 1 << 33, Conn: "c2", Time: t0 + 9, Kind: wire.KindHTTP, Dir: wire.Out, Method: "POST", Name: "http://h/mcp", Status: 401, Took: 9000, Bytes: 5, ReqBytes: 3, Purpose: "probe"},
			Exchange: &wire.Exchange{
				Method: "POST", URL: "http://h/mcp?token=‹token #3f2a›&b=%20", Proto: "HTTP/1.1", Status: 401, StatusText: "Unauthorized", RemoteAddr: "127.0.0.1:80", TLS: "TLS 1.3", Err: all,
				RequestHeaders:  []wire.Header{{Name: "Cookie", Value: "a=1; b=2"}, {Name: "Content-Type", Value: "application/json"}},
				ResponseHeaders: []wire.Header{{Name: "WWW-Authenticate", Value: all}, {Name: "Set-Cookie", Value: "k=v; Path=/"}, {Name: "X", Value: "1"}, {Name: "X", Value: "2"}},
				Trailers:        []wire.Header{{Name: "T", Value: "1"}},
				Timing:          wire.Timing{DNS: 10, Connect: 200, TLS: 3000, Wait: 40_000, Transfer: 500, Total: 50_000},
			}, Request: []byte(bin), Response: []byte(all),
		},
		{Entry: wire.Entry{Seq: 1<<33 + 1, Conn: "c2", Time: t0 + 10, Kind: wire.KindFrame, Dir: wire.Out, Message: wire.MsgRequest, Method: "ping", ID: "1", Exchange: 1 << 33}, Message: []byte(`{}`)},
		{Entry: wire.Entry{Seq: 1<<33 + 2, Conn: "c2", Time: t0 + 11, Kind: wire.KindSSE, Dir: wire.In, Exchange: 1 << 33, Name: "message"}, Message: []byte("data")},
	}
}

// same compares records; empty and missing are equal.
func same(t testing.TB, got, want []wire.Draft) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func captureOf(t testing.TB, list []wire.Draft) []byte {
	t.Helper()
	var b bytes.Buffer
	n, err := WriteCapture(&b, Memory(list), Manifest{Program: "Sightglass test", Connections: []ConnInfo{{Conn: "c1", Name: "n"}}})
	if err != nil || n != len(list) {
		t.Fatalf("wrote %d entries, %v", n, err)
	}
	return b.Bytes()
}

func readAll(b []byte, l Limits) (Manifest, []wire.Draft, error) {
	r, err := OpenCapture(bytes.NewReader(b), l)
	if err != nil {
		return Manifest{}, nil, err
	}
	var out []wire.Draft
	for {
		d, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r.Manifest(), out, nil
		}
		if err != nil {
			return r.Manifest(), out, err
		}
		out = append(out, d)
	}
}

func TestCaptureFileHoldsEverything(t *testing.T) {
	m, got, err := readAll(captureOf(t, sample()), Limits{})
	must(t, err)
	same(t, got, sample())
	if m.Version != 1 || m.Program != "Sightglass test" || len(m.Connections) != 1 {
		t.Errorf("manifest: %+v", m)
	}
}

func unzip(t testing.TB, b []byte) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	must(t, err)
	plain, err := io.ReadAll(z)
	must(t, err)
	return string(plain)
}

func pack(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, text)
	_ = z.Close()
	return b.Bytes()
}

func TestHostileCaptureFilesAreRefusedWithTheirPlace(t *testing.T) {
	good := captureOf(t, sample())
	text := unzip(t, good)
	lines := strings.SplitAfter(text, "\n")
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 0xff
	for name, c := range map[string]struct {
		file   []byte
		limits Limits
		want   string
	}{
		"empty":            {nil, Limits{}, "no capture file"},
		"text":             {[]byte("hello, this is not gzip"), Limits{}, "no capture file"},
		"another gzip":     {pack("hello\n"), Limits{}, "line 1: this is no capture file"},
		"truncated":        {good[:len(good)-40], Limits{}, "a part of a capture only"},
		"without its end":  {pack(strings.Join(lines[:4], "")), Limits{}, "line 5: the file ends here"},
		"within a line":    {pack(text[:len(text)/2]), Limits{}, "the file ends here"},
		"newer":            {pack(strings.Replace(text, `"version":1`, `"version":2`, 1)), Limits{}, "version 2 of the format, and this Sightglass knows 1"},
		"no version":       {pack(strings.Replace(text, `"version":1`, `"version":0`, 1)), Limits{}, "which there never was"},
		"changed":          {pack(strings.Replace(text, `"id":"\"s1\""`, `"id":"\"s2\""`, 1)), Limits{}, "checksum does not match"},
		"an entry less":    {pack(strings.Join(append(append([]string{}, lines[:2]...), lines[3:]...), "")), Limits{}, "says it has 8 entries, and has 7"},
		"out of order":     {pack(lines[0] + lines[2] + lines[1]), Limits{}, "line 3: entry 1 stands behind entry 2"},
		"no JSON":          {pack(lines[0] + "{nonsense\n"), Limits{}, "line 2: the entry cannot be read"},
		"no base64":        {pack(lines[0] + `{"seq":1,"kind":"frame","body":"%%","base64":true}` + "\n"), Limits{}, "line 2: body is not base64"},
		"more behind":      {pack(text + "x"), Limits{}, "something behind the last line"},
		"damaged":          {flipped, Limits{}, ""},
		"too many":         {good, Limits{Entries: 3}, "line 5: there are more than 3 entries"},
		"a line too long":  {good, Limits{Line: 50}, "longer than 50 bytes"},
		"too large":        {good, Limits{Bytes: 500}, "unpacks to more than 500 bytes"},
		"a bomb":           {pack(lines[0] + strings.Repeat(" ", 80<<20)), Limits{}, "made to fill memory"},
		"members too many": {pack(lines[0] + `{"seq":-1}` + "\n"), Limits{}, "line 2: the entry cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := readAll(c.file, c.limits)
			var f *FileError
			if !errors.As(err, &f) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want a FileError with %q", err, c.want)
			}
		})
	}
}

func TestAnUnknownMemberIsLeftOut(t *testing.T) {
	text := unzip(t, captureOf(t, nil))
	text = strings.Replace(text, `"version":1`, `"future":{"a":[1]},"version":1`, 1)
	if _, _, err := readAll(pack(text), Limits{}); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("got %v: only the sum may tell", err)
	}
}

func TestBodiesAreStreamed(t *testing.T) {
	// Characters lie across the borders of the pieces in which a body is read.
	body := []byte(strings.Repeat("xé😀", chunk/3))
	list := []wire.Draft{{Entry: wire.Entry{Seq: 1, Kind: wire.KindFrame, Message: wire.MsgRequest}, Message: body}}
	_, got, err := readAll(captureOf(t, list), Limits{})
	must(t, err)
	same(t, got, list)
	var b bytes.Buffer
	_, err = JSONLines(&b, Memory(list))
	must(t, err)
	if strings.Contains(b.String()[:200], "base64") {
		t.Error("text was taken for binary")
	}
}

func TestJSONLinesAreOneEntryALine(t *testing.T) {
	var b bytes.Buffer
	n, err := JSONLines(&b, Memory(sample()))
	must(t, err)
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if n != len(sample()) || len(lines) != n {
		t.Fatalf("%d entries, %d lines", n, len(lines))
	}
	for i, l := range lines {
		var v map[string]any
		must(t, json.Unmarshal([]byte(l), &v))
		if uint64(v["seq"].(float64)) != sample()[i].Entry.Seq {
			t.Errorf("line %d: seq %v", i+1, v["seq"])
		}
	}
}

func harBytes(t testing.TB, list []wire.Draft) []byte {
	t.Helper()
	var b bytes.Buffer
	_, err := HAR(&b, Memory(list), Creator{"Sightglass", "test"}, nil)
	must(t, err)
	return b.Bytes()
}

func TestHARIsWhatTheSpecificationSays(t *testing.T) {
	var got struct {
		Log struct {
			Version string
			Creator Creator
			Pages   []map[string]any
			Entries []struct {
				StartedDateTime string
				Time            float64
				Request         harRequest
				Response        harResponse
				Timings         harTimings
				Connection      string
				ServerIPAddress string
				RPC             []harRPC `json:"_jsonrpc"`
			}
		}
	}
	must(t, json.Unmarshal(harBytes(t, sample()), &got))
	l := got.Log
	if l.Version != "1.2" || l.Creator.Name != "Sightglass" || len(l.Pages) != 2 || len(l.Entries) != 3 {
		t.Fatalf("got version %q by %v, %d pages, %d entries", l.Version, l.Creator, len(l.Pages), len(l.Entries))
	}
	if e := l.Entries[0]; e.Request.URL != "mcp+stdio://c1/tools/call?name=e+c%2Fho%3F" || e.Response.Status != 200 || e.Timings.Wait != 1.234 || len(e.RPC) != 2 {
		t.Errorf("a message over stdio: %+v", e)
	}
	e := l.Entries[2]
	want := harTimings{Blocked: -1, DNS: 0.01, Connect: 3.2, SSL: 3, Send: 6.29, Wait: 40, Receive: 0.5}
	if e.Timings != want || e.Time != 50 {
		t.Errorf("timings: got %+v in %v, want %+v in 50", e.Timings, e.Time, want)
	}
	if _, err := time.Parse(time.RFC3339, e.StartedDateTime); err != nil {
		t.Error(err)
	}
	if e.Request.PostData.Encoding != "base64" || e.Response.Content.Encoding != "" || len(e.RPC) != 1 || e.ServerIPAddress != "127.0.0.1" || e.Connection != "80" {
		t.Errorf("exchange: %+v", e)
	}
	if d := cmp.Diff([]harCookie{{"a", "1"}, {"b", "2"}}, e.Request.Cookies); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]harPair{{"token", "‹token #3f2a›"}, {"b", " "}}, e.Request.Query); d != "" {
		t.Error(d)
	}
}

func TestHARComesBack(t *testing.T) {
	b := harBytes(t, sample())
	got, err := ReadHAR(bytes.NewReader(b))
	must(t, err)
	var want []wire.Draft
	for _, d := range sample() {
		if d.Entry.Kind == wire.KindHTTP || plainFrame(d.Entry) {
			want = append(want, d)
		}
	}
	same(t, got, want)
}

func TestForeignHARsAreRead(t *testing.T) {
	const foreign = `{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537"},"pages":[],"entries":[
		{"startedDateTime":"2026-01-02T03:04:05.678Z","time":12.5,"request":{"method":"POST","url":"https://x/mcp","httpVersion":"h2","headers":[{"name":"A","value":"b"}],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":2,"postData":{"mimeType":"application/json","text":"{}"}},
		"response":{"status":200,"statusText":"","httpVersion":"h2","headers":[],"cookies":[],"content":{"size":3,"mimeType":"x","text":"b2s=","encoding":"base64"},"redirectURL":"","headersSize":-1,"bodySize":-1},"cache":{},"timings":{"blocked":1,"dns":-1,"connect":3,"ssl":2,"send":0.5,"wait":7,"receive":1}}]},"other":[{"a":1}]}`
	got, err := ReadHAR(strings.NewReader(foreign))
	must(t, err)
	if len(got) != 1 || got[0].Entry.Seq != 1 || string(got[0].Response) != "ok" || got[0].Exchange.Timing.TLS != 2000 || got[0].Exchange.Timing.Connect != 1000 || got[0].Entry.Took != 12_500 {
		t.Errorf("got %+v %+v", got[0].Entry, got[0].Exchange)
	}
	for _, odd := range []string{"{}", `{"startedDateTime":"yesterday"}`, `{"startedDateTime":"0001-01-01T00:00:00Z"}`} {
		if got, err = ReadHAR(strings.NewReader(`{"log":{"entries":[` + odd + `]}}`)); err != nil || got[0].Entry.Time != 0 {
			t.Errorf("%s: %v at %v", odd, err, got)
		}
	}
	for text, want := range map[string]string{
		"":                             "is a part of a HAR only",
		"[]":                           "this is no HAR",
		`{"log":{}}`:                   "no log.entries",
		`{"log":{"entries":[{"time":1`: "a part of a HAR only",
		`{"log":{"entries":[{"time":{`: "a part of a HAR only",
		`{"log":{"entries":[{},[]]}}`:  "entry 2 of the HAR",
		`{"log":{"entries":[{"request":{"postData":{"text":"%","_encoding":"base64"}}}]}}`: "not base64",
	} {
		if _, err := ReadHAR(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

// FuzzHARRoundTrip: what was read is written as it was.
func FuzzHARRoundTrip(f *testing.F) {
	f.Add(harBytes(f, sample()))
	f.Add([]byte(`{"log":{"entries":[{}]}}`))
	f.Add([]byte(`{"log":{"entries":[{"_sightglass":{"entry":{"seq":3,"kind":"frame"},"answer":{"seq":3,"kind":"frame","pair":3}}}]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		first, err := ReadHAR(bytes.NewReader(b))
		if err != nil {
			return
		}
		one := harBytes(t, first)
		second, err := ReadHAR(bytes.NewReader(one))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, one)
		}
		two := harBytes(t, second)
		third, err := ReadHAR(bytes.NewReader(two))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, two)
		}
		if three := harBytes(t, third); !bytes.Equal(two, three) {
			t.Errorf("a second round trip changes\n%s\ninto\n%s", two, three)
		}
	})
}

// FuzzHARWriter: what is written comes back.
func FuzzHARWriter(f *testing.F) {
	f.Add("POST", "http://x/?a=1#f", "H", "v", []byte("body"), []byte{0xff}, int64(1), int64(99), int64(3), 200)
	f.Fuzz(func(t *testing.T, method, url, name, value string, request, response []byte, dns, connect, tls int64, status int) {
		for _, s := range []string{method, url, name, value} {
			if !utf8.ValidString(s) {
				return
			}
		}
		in := []wire.Draft{
			{
				Entry:    wire.Entry{Seq: 4, Kind: wire.KindHTTP, Conn: name, Method: method, Name: url},
				Exchange: &wire.Exchange{Method: method, URL: url, Status: status, RequestHeaders: []wire.Header{{Name: name, Value: value}}, Timing: wire.Timing{DNS: dns, Connect: connect, TLS: tls}},
				Request:  request, Response: response,
			},
			{Entry: wire.Entry{Seq: 5, Kind: wire.KindFrame, Message: wire.MsgRequest, Method: method, Name: value, Pair: 6}, Message: request},
			{Entry: wire.Entry{Seq: 6, Kind: wire.KindFrame, Message: wire.MsgResponse, Pair: 5}, Message: response},
		}
		out, err := ReadHAR(bytes.NewReader(harBytes(t, in)))
		must(t, err)
		same(t, out, in)
	})
}

// FuzzCaptureReader: hostile lines and hostile bytes end in records or in an error, and what was read can be written.
func FuzzCaptureReader(f *testing.F) {
	good := captureOf(f, sample())
	f.Add(good, true)
	f.Add([]byte(unzip(f, good)), false)
	f.Add([]byte(`{"format":"sightglass capture","version":1}`+"\n"+`{"seq":1,"http":{}}`+"\n"+`{"end":true}`+"\n"), false)
	f.Fuzz(func(t *testing.T, b []byte, raw bool) {
		if !raw {
			b = pack(string(b))
		}
		_, list, err := readAll(b, Limits{Bytes: 4 << 20})
		if err != nil {
			var fe *FileError
			if !errors.As(err, &fe) {
				t.Fatalf("an error without a place: %v", err)
			}
		}
		_, again, err := readAll(captureOf(t, list), Limits{})
		must(t, err)
		same(t, again, list)
	})
}

func TestLogIsASource(t *testing.T) {
	l := wire.NewLog(wire.Config{})
	for i := range 3 {
		l.Append(wire.Draft{Entry: wire.Entry{Conn: "c1", Kind: wire.KindFrame, Dir: wire.Out}, Message: fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":"ping"}`, i)})
	}
	got := records(t, Only(Log(l), func(e wire.Entry) bool { return e.Seq != 2 }))
	if len(got) != 2 || string(got[1].Message) != `{"jsonrpc":"2.0","id":2,"method":"ping"}` || got[1].Entry.Method != "ping" {
		t.Errorf("got %+v", got)
	}
}
