package drift

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// About tells which snapshot is compared.
type About struct {
	ID       string `json:"id,omitempty"`   // empty: it is not kept
	Name     string `json:"name,omitempty"` // given by the user
	At       int64  `json:"at"`             // Unix microseconds
	Version  string `json:"version"`        // the server's own
	Protocol string `json:"protocol"`
}

// Report is a comparison to be handed on.
type Report struct {
	Server string `json:"server"`
	Was    About  `json:"was"`
	Now    About  `json:"now"`
	Result
}

// JSON is the report for machines.
func (r *Report) JSON() string {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil { // cannot happen: texts and numbers
		return err.Error()
	}
	return string(b) + "\n"
}

// Markdown is the report for people: what a pull request or an issue takes.
func (r *Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Interface changes of %s\n\n", plain(r.Server))
	fmt.Fprintf(&b, "From %s to %s: %s.\n", r.Was.markdown(), r.Now.markdown(), r.Counts)
	for _, n := range r.NotCompared {
		fmt.Fprintf(&b, "\n> %s\n", plain(n))
	}
	for _, s := range Severities() {
		r.section(&b, s)
	}
	if r.Cut > 0 {
		fmt.Fprintf(&b, "\n%d further changes are not listed.\n", r.Cut)
	}
	return b.String()
}

func (r *Report) section(b *strings.Builder, s Severity) {
	first := true
	for _, c := range r.Changes {
		if c.Severity != s {
			continue
		}
		if first {
			fmt.Fprintf(b, "\n## %s\n\n", strings.ToUpper(string(s[:1]))+string(s[1:]))
			first = false
		}
		fmt.Fprintf(b, "- %s %s %s", c.where(), plain(c.Text), plain(c.Why))
		if c.Was != "" {
			b.WriteString(" Was " + code(c.Was) + ".")
		}
		if c.Now != "" {
			b.WriteString(" Now " + code(c.Now) + ".")
		}
		b.WriteString("\n")
	}
}

func (c *Change) where() string {
	if c.Kind == OfServer {
		return "**Server** " + code(c.Path) + ":"
	}
	name := fmt.Sprintf("**%s** %s", strings.ToUpper(string(c.Kind[:1]))+string(c.Kind[1:]), code(c.Name))
	if c.Path != "" {
		name += " " + code(c.Path)
	}
	return name + ":"
}

func (a *About) markdown() string {
	at := time.UnixMicro(a.At).UTC().Format("2006-01-02 15:04 UTC")
	what := at
	if a.Name != "" {
		what = plain(a.Name) + " (" + at + ")"
	}
	if a.Version != "" {
		what += ", version " + plain(clip(a.Version, maxName))
	}
	return what
}

// String is the counts in words: "3 changes, 1 breaking, 2 additive".
func (c Counts) String() string {
	total := c.Total()
	if total == 0 {
		return "no changes"
	}
	out := fmt.Sprintf("%d changes", total)
	if total == 1 {
		out = "1 change"
	}
	for _, s := range []struct {
		n    int
		name Severity
	}{{c.Breaking, Breaking}, {c.Risky, Risky}, {c.Additive, Additive}, {c.Minor, Minor}} {
		if s.n > 0 {
			out += fmt.Sprintf(", %d %s", s.n, s.name)
		}
	}
	return out
}

// plain keeps a server's words from being Markdown or HTML.
func plain(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "#", `\#`, "|", `\|`, "!", `\!`, "@", "@\u200b").Replace(s)
}

// code is a server's words as code; the fence is longer than any run of backticks in them.
func code(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || s == "" {
		s = " " + s + " "
	}
	return fence + s + fence
}
