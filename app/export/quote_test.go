package export

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzShellQuote(f *testing.F) {
	for _, s := range nasty() {
		f.Add(s)
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		f.Skip("there is no sh here")
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ReplaceAll(s, "\x00", "")
		if len(s) > 4096 {
			return
		}
		got := run(t, "", nil, "printf '%s' "+shellQuote(s), sh)
		if got != s {
			t.Errorf("quoted: got %q, want %q", got, s)
		}
	})
}

func FuzzPrintfFormat(f *testing.F) {
	for _, s := range nasty() {
		f.Add(s)
	}
	f.Add("\x00a\x001\xff8")
	sh, err := exec.LookPath("sh")
	if err != nil {
		f.Skip("there is no sh here")
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 4096 {
			return
		}
		if got := run(t, "", nil, "printf '"+strings.ReplaceAll(printfFormat(s), "'", `'\''`)+"'", sh); got != s {
			t.Errorf("format: got %q, want %q", got, s)
		}
	})
}

// FuzzScriptQuote reads the literals with an evaluator of its own: JSON knows all of the escapes but \x.
func FuzzScriptQuote(f *testing.F) {
	for _, s := range nasty() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		var got string
		if err := json.Unmarshal([]byte(xToU(scriptQuote(s))), &got); err != nil || got != s {
			t.Errorf("got %q, %v, want %q", got, err, s)
		}
		for _, text := range []string{jsText(s), pyText(s)} {
			if text[0] != '"' || strings.HasPrefix(text, `"""`) {
				inner := strings.TrimSuffix(strings.TrimPrefix(strings.Trim(text, "`"), `"""`), `"""`)
				if strings.ContainsAny(inner, "\\\r") || inner != s && text[0] != '`' {
					t.Errorf("a literal over lines changes %q: %q", s, text)
				}
			}
		}
	})
}

// xToU rewrites \xNN, which JSON lacks.
func xToU(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if s[i+1] == 'x' {
				b.WriteString(`\u00`)
			} else {
				b.WriteString(s[i : i+2])
			}
			i++
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
