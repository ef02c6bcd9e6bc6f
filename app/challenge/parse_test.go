package challenge

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// show writes schemes in short: Scheme@start-end token68 name=value name="value" !offset.
func show(schemes []Scheme) []string {
	out := []string{}
	for _, s := range schemes {
		line := fmt.Sprintf("%s@%d-%d", s.Name, s.Start, s.End)
		if s.Token68 != "" {
			line += " 68:" + s.Token68
		}
		for _, p := range s.Params {
			if p.Quoted {
				line += fmt.Sprintf(" %s=%q", p.Name, p.Value)
			} else {
				line += fmt.Sprintf(" %s=%s", p.Name, p.Value)
			}
		}
		for _, e := range s.Problems {
			line += fmt.Sprintf(" !%d", e.Offset)
		}
		out = append(out, line)
	}
	return out
}

func TestParse(t *testing.T) {
	tests := []struct {
		name string
		in   []string
		want []string
	}{
		{"none", nil, []string{}},
		{"empty value", []string{""}, []string{}},
		{"only commas", []string{" , ,"}, []string{}},
		{"scheme alone", []string{"Bearer"}, []string{"Bearer@0-6"}},
		{"one parameter", []string{`Bearer realm="x"`}, []string{`Bearer@0-16 realm="x"`}},
		{
			"MCP's own",
			[]string{`Bearer resource_metadata="https://a.example/.well-known/oauth-protected-resource", scope="files:read files:write"`},
			[]string{`Bearer@0-113 resource_metadata="https://a.example/.well-known/oauth-protected-resource" scope="files:read files:write"`},
		},
		{"case kept", []string{`bEaReR ReAlM=x`}, []string{`bEaReR@0-14 ReAlM=x`}},
		{
			"several schemes in one value",
			[]string{`Basic realm="a", Bearer realm="b", error="invalid_token"`},
			[]string{`Basic@0-15 realm="a"`, `Bearer@17-56 realm="b" error="invalid_token"`},
		},
		{
			"RFC 9110 section 11.6.1",
			[]string{`Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\""`},
			[]string{`Basic@0-20 realm="simple"`, `Newauth@22-77 realm="apps" type=1 title="Login to \"apps\""`},
		},
		{"several values", []string{`Bearer realm=a`, `Basic realm=b`}, []string{`Bearer@0-14 realm=a`, `Basic@0-13 realm=b`}},
		{
			"scheme without parameters among others",
			[]string{`Negotiate, NTLM, Bearer realm=x`},
			[]string{"Negotiate@0-9", "NTLM@11-15", "Bearer@17-31 realm=x"},
		},
		{"token68", []string{`Negotiate YII.-_~+/==`}, []string{"Negotiate@0-21 68:YII.-_~+/=="}},
		{
			"token68 without padding, then another",
			[]string{`Negotiate abc, Basic realm=x`},
			[]string{"Negotiate@0-13 68:abc", "Basic@15-28 realm=x"},
		},
		{"token68 with one =", []string{`NTLM TlRM=`}, []string{"NTLM@0-10 68:TlRM="}},
		{"white space around =", []string{"Bearer realm = \"x\" ,\tscope\t=\ty"}, []string{`Bearer@0-30 realm="x" scope=y`}},
		{"empty list elements", []string{`,, Bearer , realm="x",, scope=a,`}, []string{`Bearer@3-31 realm="x" scope=a`}},
		{"tab behind the scheme", []string{"Bearer\trealm=x"}, []string{"Bearer@0-14 realm=x !6"}},
		{"duplicates are kept", []string{`Bearer scope=a, scope=b`}, []string{"Bearer@0-23 scope=a scope=b"}},
		{"comma in quotes", []string{`Bearer error_description="a, b=c", error=x`}, []string{`Bearer@0-42 error_description="a, b=c" error=x`}},
		{"escapes", []string{`Bearer realm="a\\b\"c\d"`}, []string{`Bearer@0-24 realm="a\\b\"cd"`}},
		{"comma missing between parameters", []string{`Bearer realm="x" scope="y"`}, []string{`Bearer@0-26 realm="x" scope="y" !17`}},
		{"nothing between parameters", []string{`Bearer realm="x"scope="y"`}, []string{`Bearer@0-25 realm="x" scope="y" !16`}},
		{"comma missing between challenges", []string{`Bearer realm="x" Basic realm="y"`}, []string{`Bearer@0-16 realm="x" !17`, `Basic@17-32 realm="y"`}},
		{"comma missing between schemes", []string{`Negotiate NTLM`}, []string{"Negotiate@0-9 !10", "NTLM@10-14"}},
		{"quote never closed", []string{`Bearer realm="x`}, []string{`Bearer@0-15 realm="x" !13`}},
		{"quote never closed, more behind", []string{`Bearer realm="x, scope=y`}, []string{`Bearer@0-24 realm="x" scope=y !13`}},
		{
			"quote lost between two",
			[]string{`Bearer realm="x, error="invalid_token", scope="a"`},
			[]string{`Bearer@0-49 realm="x" error="invalid_token" scope="a" !13`},
		},
		{"backslash at the end", []string{`Bearer realm="x\`}, []string{`Bearer@0-16 realm="x\\" !13`}},
		{
			"unquoted URL",
			[]string{`Bearer resource_metadata=https://a.example/x?a=b, scope=y`},
			[]string{`Bearer@0-57 resource_metadata=https://a.example/x?a=b scope=y !25`},
		},
		{
			"unquoted words",
			[]string{`Bearer error=invalid_token, error_description=The token expired, scope=a b c`},
			[]string{`Bearer@0-76 error=invalid_token error_description=The token expired scope=a b c !46 !71`},
		},
		{"unquoted words, then a parameter without a comma", []string{`Bearer scope=a b realm="x"`}, []string{`Bearer@0-26 scope=a b realm="x" !13 !17`}},
		{"single quotes", []string{`Bearer scope='a b', realm=x`}, []string{`Bearer@0-27 scope='a b' realm=x !13`}},
		{"value missing", []string{`Bearer realm=, scope=a`}, []string{`Bearer@0-22 realm= scope=a !13`}},
		{"known parameter without its value", []string{`Bearer realm=`}, []string{`Bearer@0-13 realm= !13`}},
		{"no scheme", []string{`realm="x", scope=y`}, []string{`@0-18 realm="x" scope=y !0`}},
		{"no scheme, then one", []string{`realm="x", Bearer scope=y`}, []string{`@0-9 realm="x" !0`, `Bearer@11-25 scope=y`}},
		{"junk between", []string{`Bearer realm=x, ?? {}, scope=y`}, []string{`Bearer@0-30 realm=x scope=y !16 !19`}},
		{"junk before", []string{`"quoted, thing", Bearer realm=x`}, []string{`@0-0 !0`, `Bearer@17-31 realm=x`}},
		{"bytes above 127", []string{"Bearer realm=\"caf\xe9\", scope=y"}, []string{`Bearer@0-28 realm="caf\xe9" scope=y !13`}},
		{"UTF-8 in quotes", []string{`Bearer realm="café"`}, []string{`Bearer@0-20 realm="café"`}},
		{"curly quotes", []string{`Bearer realm=“x”, scope=y`}, []string{`Bearer@0-29 realm=“x” scope=y !13`}},
		{"colon for =", []string{`Bearer realm:"x", scope=y`}, nil},
		{"token68 and parameters", []string{`Bearer abc, realm=x`}, []string{`Bearer@0-19 68:abc realm=x !12`}},
		{"control character", []string{"Bearer realm=\"a\x01b\""}, []string{`Bearer@0-18 realm="a\x01b" !15`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := show(Parse(tt.in))
			if tt.name == "colon for =" { // how it is cut up does not matter: what stands behind it is read
				if !strings.Contains(strings.Join(got, "\n"), "scope=y") {
					t.Errorf("scope was lost: %q", got)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("schemes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseExplains(t *testing.T) {
	got := Parse([]string{`Bearer resource_metadata="x", error="invalid_token", error_uri=a, custom=1, Digest nonce=1`, `DPoP algs="ES256"`, `Foo`})
	type row struct{ Name, Source string }
	var rows []row
	for _, s := range got {
		rows = append(rows, row{s.Name, s.Source})
		if s.Meaning == "" {
			t.Errorf("%s has no meaning", s.Name)
		}
		for _, p := range s.Params {
			rows = append(rows, row{p.Name, p.Source})
			if p.Meaning == "" {
				t.Errorf("%s has no meaning", p.Name)
			}
		}
	}
	want := []row{
		{"Bearer", "RFC 6750 section 3"},
		{"resource_metadata", "RFC 9728 section 5.1"},
		{"error", "RFC 6750 section 3.1"},
		{"error_uri", "RFC 6750 section 3"},
		{"custom", ""},
		{"Digest", "RFC 7616 section 3.3"},
		{"nonce", "RFC 7616 section 3.3"},
		{"DPoP", "RFC 9449 section 7.1"},
		{"algs", "RFC 9449 section 7.1"},
		{"Foo", ""},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`Bearer realm="x", scope=a b`, `Negotiate abc==, Basic realm="a\"b"`, `, ,=`, `Bearer realm="x, error="y"z`, "\x80\"=\\", `a=b c d=`,
		`Bearer resource_metadata=https://a/b#c`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, v string) {
		schemes := Parse([]string{"Basic", v})
		for i, s := range schemes[1:] {
			if s.Header != 1 || s.Start < 0 || s.End < s.Start || s.End > len(v) || v[s.Start:][:len(s.Name)] != s.Name {
				t.Fatalf("scheme %d at %d-%d of %q: %q", i, s.Start, s.End, v, s.Name)
			}
			if (s.Problem == nil) != (len(s.Problems) == 0) {
				t.Fatalf("problem and problems disagree: %v", s)
			}
			for _, p := range s.Params {
				if p.Start < s.Start || p.Start >= s.End || v[p.Start:][:len(p.Name)] != p.Name {
					t.Fatalf("parameter %q at %d, scheme at %d-%d of %q", p.Name, p.Start, s.Start, s.End, v)
				}
			}
			for _, p := range s.Problems {
				if p.Offset < 0 || p.Offset > len(v) {
					t.Fatalf("problem at %d of %d bytes", p.Offset, len(v))
				}
			}
		}
		c := Read(Input{Status: 401, Resource: "https://a.example/mcp", Header: map[string][]string{"Www-Authenticate": {v}}, Body: []byte(v)})
		if _, err := json.Marshal(c); err != nil {
			t.Fatal(err)
		}
	})
}
