package demo

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const readings = "time,level\n08:00,3.1\n09:00,3.4\n10:00,2.9\n"

const reportText = `# Report

All is **well**. The level stood at *3.1 m* in the morning.

| time | level |
|------|------:|
| 08:00 | 3.1 |
| 09:00 | 3.4 |

- [readings](sample://readings.csv)
- ` + "`sample://level.json` changes with the tool `measure`" + `
`

const page = `<!doctype html><meta charset="utf-8"><title>A page</title>
<h1>A page of the sample server</h1><p id="say">Scripts did not run.</p>
<script>document.getElementById("say").textContent = "Scripts ran."</script>
`

// maxRows bounds the table that is made on demand.
const maxRows = 200_000

// stations are the places of the template with completion: a river's stations depend on the river.
var stations = map[string][]string{
	"elbe":  {"dresden", "hamburg", "magdeburg", "wittenberg"},
	"main":  {"bamberg", "frankfurt", "schweinfurt", "wuerzburg"},
	"rhine": {"basel", "bonn", "cologne", "mainz", "speyer", "worms"},
}

func addResources(s *server.MCPServer, l *live) {
	add := func(uri, name, about, mime string, read server.ResourceHandlerFunc, more ...mcp.ResourceOption) {
		more = append([]mcp.ResourceOption{mcp.WithMIMEType(mime), mcp.WithResourceDescription(about)}, more...)
		s.AddResource(mcp.NewResource(uri, name, more...), read)
	}
	add("sample://report.md", "report.md", "A short report", "text/markdown", fixed("text/markdown", reportText),
		mcp.WithResourceTitle("Morning report"), mcp.WithResourceSize(int64(len(reportText))), mcp.WithAnnotations([]mcp.Role{mcp.RoleUser}, 0.8, "2026-08-22T10:15:00Z"))
	add("sample://readings.csv", "readings.csv", "Readings of one morning", "text/csv", fixed("text/csv", readings), mcp.WithResourceSize(int64(len(readings))))
	add(levelURI, "level.json", "The level, which changes with the tool measure: subscribe to it", "application/json", l.read)
	icon := mcp.Icon{Src: "data:image/png;base64," + base64.StdEncoding.EncodeToString(lens(32)), MIMEType: "image/png", Sizes: []string{"32x32"}}
	add("sample://lens.png", "lens.png", "The sample picture", "image/png", blob("image/png", func() []byte { return lens(240) }), mcp.WithResourceIcons(icon))
	add("sample://tone.wav", "tone.wav", "One second of 440 Hz", "audio/wav", blob("audio/wav", func() []byte { return tone(440, 1e9) }))
	add("sample://trace.bin", "trace.bin", "Bytes that are no text", "application/octet-stream", blob("application/octet-stream", trace), mcp.WithResourceSize(traceSize))
	add("sample://page.html", "page.html", "A page with a script", "text/html", fixed("text/html", page))
	add("sample://bundle", "bundle", "Three contents in one answer", "text/plain", bundle)
	addTemplates(s)
}

func addTemplates(s *server.MCPServer) {
	add := func(template, name, about, mime string, read server.ResourceTemplateHandlerFunc) {
		s.AddResourceTemplate(mcp.NewResourceTemplate(template, name, mcp.WithTemplateMIMEType(mime), mcp.WithTemplateDescription(about)), read)
	}
	add("sample://squares/{n}", "square", "The square of a number", "text/plain", func(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		var n int
		if _, err := fmt.Sscanf(r.Params.URI, "sample://squares/%d", &n); err != nil {
			return nil, fmt.Errorf("read %s: n must be a whole number", r.Params.URI)
		}
		return words(r, "text/plain", fmt.Sprint(n*n)), nil
	})
	add("sample://tables/{rows}", "table", "A table of as many rows as asked for, up to 200,000", "text/csv", table)
	add("sample://rivers/{river}/{station}{?unit,year}", "station", "A station's level. Complete the river first: its stations depend on it", "application/json", station)
}

func words(r mcp.ReadResourceRequest, mime, body string) []mcp.ResourceContents {
	return []mcp.ResourceContents{mcp.TextResourceContents{URI: r.Params.URI, MIMEType: mime, Text: body}}
}

func fixed(mime, body string) server.ResourceHandlerFunc {
	return func(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		return words(r, mime, body), nil
	}
}

func blob(mime string, make func() []byte) server.ResourceHandlerFunc {
	return func(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		return []mcp.ResourceContents{mcp.BlobResourceContents{URI: r.Params.URI, MIMEType: mime, Blob: base64.StdEncoding.EncodeToString(make())}}, nil
	}
}

const traceSize = 4096

// trace are bytes with a pattern that a hex view shows.
func trace() []byte {
	b := make([]byte, traceSize)
	for i := range b {
		b[i] = byte(i*i>>4) ^ byte(i)
	}
	return b
}

func bundle(ctx context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
	out := words(r, "text/plain", "The first of three.")
	out = append(out, mcp.TextResourceContents{URI: "sample://readings.csv", MIMEType: "text/csv", Text: readings})
	r.Params.URI = "sample://lens.png"
	picture, err := blob("image/png", func() []byte { return lens(64) })(ctx, r)
	return append(out, picture...), err
}

func table(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
	var n int
	if _, err := fmt.Sscanf(r.Params.URI, "sample://tables/%d", &n); err != nil || n < 0 || n > maxRows {
		return nil, fmt.Errorf("read %s: rows must be a whole number up to %d", r.Params.URI, maxRows)
	}
	var b strings.Builder
	b.WriteString("row,square,note\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "%d,%d,\"row %d, quoted\"\n", i, i*i, i)
	}
	return words(r, "text/csv", b.String()), nil
}

func station(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
	u, err := url.Parse(r.Params.URI)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", r.Params.URI, err)
	}
	river, name, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if !slices.Contains(stations[river], name) {
		return nil, fmt.Errorf("read %s: there is no such station", r.Params.URI)
	}
	q := u.Query()
	return words(r, "application/json", fmt.Sprintf(`{"river":%q,"station":%q,"unit":%q,"year":%q,"level":%d.%d}`,
		river, name, orElse(q.Get("unit"), "m"), orElse(q.Get("year"), "2026"), len(name)%5+1, len(river)%10)), nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
