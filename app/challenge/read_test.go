package challenge

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const meta = "https://mcp.example/.well-known/oauth-protected-resource"

func TestRead(t *testing.T) {
	tests := []struct {
		name     string
		in       Input
		metadata string
		scopes   []string
		code     string
		next     string   // how it starts
		findings []string // how each starts, syntax left out
	}{
		{
			name: "as MCP wants it", in: Input{Status: 401, Header: www(`Bearer resource_metadata="` + meta + `", scope="a b"`)},
			metadata: meta, scopes: []string{"a", "b"}, next: "Sign in: the server names its metadata at " + meta,
		},
		{
			name: "no header", in: Input{Status: 401},
			next: "Ask the server's owner how to sign in", findings: []string{"The server answered 401 without"},
		},
		{
			name: "no metadata", in: Input{Status: 401, Header: www(`Bearer realm="x"`)},
			next: "Sign in: the server names no metadata", findings: []string{"The challenge names no resource_metadata"},
		},
		{
			name: "the challenge with metadata counts", in: Input{Status: 401, Header: www(`Bearer scope="x"`, `Basic realm="y", dpop resource_metadata="`+meta+`", scope=z`)},
			metadata: meta, scopes: []string{"z"}, next: "Sign in: the server names its metadata",
		},
		{
			name: "metadata without a scheme is still read", in: Input{Status: 401, Header: www(`resource_metadata="` + meta + `"`)},
			metadata: meta, next: "Sign in: the server names", findings: []string{"No challenge has the scheme", "No scheme stands", "WWW-Authenticate 1, byte 0"},
		},
		{
			name: "token refused", in: Input{Status: 401, TokenSent: true, Header: www(`Bearer resource_metadata="` + meta + `", error="invalid_token", error_description="It expired."`)},
			metadata: meta, code: "invalid_token", next: "The token was refused: It expired. Sign in again",
		},
		{
			name: "token refused, no reason", in: Input{Status: 401, TokenSent: true, Header: www(`Bearer resource_metadata="` + meta + `"`)},
			metadata: meta, next: "The token was refused. Sign in again", findings: []string{"The token was refused without a reason"},
		},
		{
			name: "error without a token", in: Input{Status: 401, Header: www(`Bearer resource_metadata="` + meta + `", error="invalid_token"`)},
			metadata: meta, code: "invalid_token", next: "Sign in: ", findings: []string{"The challenge has an error although"},
		},
		{
			name: "step-up", in: Input{Status: 403, TokenSent: true, Header: www(`Bearer error="insufficient_scope", scope="w", resource_metadata="` + meta + `"`)},
			metadata: meta, scopes: []string{"w"}, code: "insufficient_scope", next: "Sign in again for the scopes w.",
		},
		{
			name: "step-up without scopes", in: Input{Status: 403, TokenSent: true, Header: www(`Bearer error="insufficient_scope"`)},
			code: "insufficient_scope", next: "Ask the server's owner which scopes", findings: []string{"insufficient_scope without a scope"},
		},
		{
			name: "403 alone", in: Input{Status: 403, Body: []byte(`{"error":"nope","error_description":"not you"}`)},
			next: "Ask the server's owner for permission", findings: []string{"A 403 without a challenge", "Only the body says why: nope: not you"},
		},
		{
			name: "403 with another error", in: Input{Status: 403, TokenSent: true, Header: www(`Bearer error="invalid_token"`)},
			code: "invalid_token", next: "Ask the server's owner for permission",
			findings: []string{"A 403 whose challenge does not say", "The error invalid_token belongs to status 401"},
		},
		{
			name: "on a 200", in: Input{Status: 200, Header: www(`Bearer resource_metadata="` + meta + `"`)},
			metadata: meta, next: "Nothing has to be done", findings: []string{"A WWW-Authenticate header came with status 200"},
		},
		{
			name: "Basic", in: Input{Status: 401, Header: www(`Basic realm="x", charset="UTF-8"`)},
			next: "Add an Authorization header with a user name", findings: []string{"No challenge has the scheme Bearer or DPoP"},
		},
		{
			name: "Negotiate", in: Input{Status: 401, Header: www(`Negotiate`, `NTLM`)},
			next: "Ask the server's owner for another way in: Sightglass does not do Negotiate.", findings: []string{"No challenge has the scheme"},
		},
		{
			name: "unknown scheme", in: Input{Status: 401, Header: www(`Magic x=y`)},
			next: "Ask the server's owner which credentials", findings: []string{"No challenge has the scheme"},
		},
		{
			name: "scopes divided by commas", in: Input{Status: 401, Header: www(`Bearer resource_metadata="` + meta + `", scope="a,b"`)},
			metadata: meta, scopes: []string{"a,b"}, next: "Sign in", findings: []string{`The scope "a,b" holds`},
		},
		{
			name: "two metadata URLs", in: Input{Status: 401, Header: www(`Bearer resource_metadata="`+meta+`"`, `Bearer resource_metadata="https://other.example/x"`)},
			metadata: meta, next: "Sign in", findings: []string{"2 different resource_metadata URLs"},
		},
		{
			name: "relative metadata", in: Input{Status: 401, Header: www(`Bearer resource_metadata="/.well-known/x"`)},
			metadata: "/.well-known/x", next: "Tell the server's owner", findings: []string{"resource_metadata is not an absolute URL"},
		},
		{
			name: "metadata of another scheme", in: Input{Status: 401, Header: www(`Bearer resource_metadata="file:///etc/passwd"`)},
			metadata: "file:///etc/passwd", next: "Tell the server's owner", findings: []string{"resource_metadata is not an absolute URL"},
		},
		{
			name: "ftp metadata", in: Input{Status: 401, Header: www(`Bearer resource_metadata="ftp://mcp.example/x"`)},
			metadata: "ftp://mcp.example/x", next: "Tell the server's owner", findings: []string{`resource_metadata has the scheme "ftp"`},
		},
		{
			name: "plain http, user info and fragment", in: Input{Status: 401, Header: www(`Bearer resource_metadata="http://u:p@mcp.example/x#y"`)},
			metadata: "http://u:p@mcp.example/x#y", next: "Sign in",
			findings: []string{"resource_metadata is an http URL", "resource_metadata holds a user name", "resource_metadata has a fragment", "resource_metadata is on another origin"},
		},
		{
			name: "metadata of a server that thinks it is local", in: Input{Status: 401, Header: www(`Bearer resource_metadata="http://localhost:3000/x"`)},
			metadata: "http://localhost:3000/x", next: "Sign in",
			findings: []string{"resource_metadata is on this computer", "resource_metadata is on another origin"},
		},
		{
			name: "HTML", in: Input{Status: 401, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: []byte("<html>")},
			next: "Ask the server's owner", findings: []string{"The server answered 401 without", "The body is an HTML page"},
		},
		{
			name: "nonce wanted", in: Input{Status: 401, TokenSent: true, Header: www(`DPoP error="use_dpop_nonce", resource_metadata="` + meta + `"`)},
			metadata: meta, code: "use_dpop_nonce", next: "Repeat the request with a DPoP proof",
		},
		{
			name: "empty header", in: Input{Status: 401, Header: www("")},
			next: "Ask the server's owner how", findings: []string{"The WWW-Authenticate header is empty"},
		},
		{
			name: "repeated parameter", in: Input{Status: 401, Header: www(`Bearer resource_metadata="` + meta + `", scope=a, scope=b`)},
			metadata: meta, scopes: []string{"a"}, next: "Sign in", findings: []string{"The parameter scope occurs more than once"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Resource = "https://MCP.example:443/mcp"
			c := Read(tt.in)
			if c.ResourceMetadata != tt.metadata || c.Error != tt.code || !strings.HasPrefix(c.Next, tt.next) {
				t.Errorf("got metadata %q, error %q, next %q", c.ResourceMetadata, c.Error, c.Next)
			}
			if diff := cmp.Diff(append([]string{}, tt.scopes...), c.Scopes); diff != "" {
				t.Errorf("scopes (-want +got):\n%s", diff)
			}
			for _, want := range tt.findings {
				if !hasFinding(c, want) {
					t.Errorf("no finding %q in %+v", want, c.Findings)
				}
			}
			if got := len(c.Findings); got != len(tt.findings) {
				t.Errorf("%d findings, want %d: %+v", got, len(tt.findings), c.Findings)
			}
		})
	}
}

func hasFinding(c Challenge, start string) bool {
	for _, f := range c.Findings {
		if strings.HasPrefix(f.Text, start) {
			return true
		}
	}
	return false
}

func www(values ...string) http.Header { return http.Header{"Www-Authenticate": values} }

func TestReadOtherOrigin(t *testing.T) {
	for _, tt := range []struct {
		resource, metadata string
		want               bool
	}{
		{"https://a.example/mcp", "https://a.example:443/x", false},
		{"https://a.example/mcp", "https://A.EXAMPLE/x", false},
		{"http://a.example/mcp", "http://a.example:80/x", false},
		{"https://a.example/mcp", "http://a.example/x", true},
		{"https://a.example/mcp", "https://a.example:8443/x", true},
		{"https://a.example/mcp", "https://b.example/x", true},
		{"https://a.example/mcp", "/x", false},
		{"http://[::1]:80/mcp", "http://[::1]/x", false},
	} {
		c := Read(Input{Status: 401, Resource: tt.resource, Header: www(`Bearer resource_metadata="` + tt.metadata + `"`)})
		if c.ResourceMetadataOther != tt.want {
			t.Errorf("%s from %s: other origin %v, want %v", tt.metadata, tt.resource, c.ResourceMetadataOther, tt.want)
		}
	}
}

func TestReadKeepsHeadersAndBody(t *testing.T) {
	body := strings.Repeat("é", MaxBody/2-1) + "xéy"
	c := Read(Input{
		Status: 401, Body: []byte(body),
		Header: http.Header{"X-B": {"2", "1"}, "X-A": {"0"}, "Www-Authenticate": {"Bearer", "Basic"}},
	})
	if want := body[:MaxBody-1]; c.Body != want || !c.BodyCut {
		t.Errorf("body of %d bytes, cut %v; want %d bytes", len(c.Body), c.BodyCut, len(want))
	}
	want := []Header{{"Www-Authenticate", "Bearer"}, {"Www-Authenticate", "Basic"}, {"X-A", "0"}, {"X-B", "2"}, {"X-B", "1"}}
	if diff := cmp.Diff(want, c.Headers); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Bearer", "Basic"}, c.Raw); diff != "" {
		t.Errorf("raw (-want +got):\n%s", diff)
	}
}

func TestFindingsOfAnotherStatus(t *testing.T) {
	if got := Read(Input{Status: 400, Header: www("Bearer realm=x")}).Findings; len(got) != 1 {
		t.Errorf("got %v, want one finding", got)
	}
}

// A hostile header must not make a giant of the challenge.
func TestFindingsAreBounded(t *testing.T) {
	c := Read(Input{Status: 401, Header: www(strings.Repeat("?,", 5000))})
	if len(c.Findings) > maxFindings {
		t.Errorf("%d findings", len(c.Findings))
	}
}

// Looking ahead must not become quadratic in a header of a megabyte: before it was bounded this took minutes.
func TestReadOfGiantHeaderEnds(t *testing.T) {
	start := time.Now()
	for _, unit := range []string{",", `"`, " ", "a=b ", `a="`, `a=",`, `\`, `="`, `, a=`, "a ", `a="b, c="`, "\x80"} {
		for _, lead := range []string{"", "a=b", `a="`, "a=\x80"} {
			Read(Input{Status: 401, Header: www(lead + strings.Repeat(unit, 1<<20/len(unit)))})
		}
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("took %v", took)
	}
}
