package export

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/sightglass-dev/sightglass/app/wire"
)

const maxFailures = 100 // failures that a report lists

// Facts are what a report says besides the traffic.
type Facts struct {
	Program     string     // "Sightglass 1.2.3"
	System      string     // "linux/amd64, …"
	About       string     // what the user wrote
	Connections []FactConn //
}

// FactConn is one connection of a report.
type FactConn struct {
	ConnInfo
	State string   // "connected", "refused", …
	Error string   // why it failed; empty: it did not
	More  []string // the raw challenge, its findings, what to do: a line each
}

// Report writes what happened as Markdown. Words of servers stand in code spans and blocks only, so that they are text.
func Report(s Source, f Facts) (string, error) {
	var b strings.Builder
	b.WriteString("# MCP bug report\n\n")
	if f.About != "" {
		b.WriteString(block(f.About))
	}
	fmt.Fprintf(&b, "- Written by %s on %s, %s\n", inline(f.Program), inline(f.System), time.Now().UTC().Format("2006-01-02 15:04 UTC"))
	for _, c := range f.Connections {
		connection(&b, c)
	}
	n, failures, err := failed(s)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&b, "\n## Traffic\n\n%d entries: %d messages, %d HTTP exchanges, %d lines of standard error, %d steps of a sign-in.\n", n.all, n.frames, n.http, n.stderr, n.auth)
	if len(failures) == 0 {
		b.WriteString("\nNothing failed, and nothing was found that breaks the specification.\n")
		return b.String(), nil
	}
	b.WriteString("\n## What failed\n\n| entry | time | what | how |\n|---|---|---|---|\n")
	for _, row := range failures {
		b.WriteString(row)
	}
	if n.failed > len(failures) {
		fmt.Fprintf(&b, "\n%d more are in the capture.\n", n.failed-len(failures))
	}
	return b.String(), nil
}

func connection(b *strings.Builder, c FactConn) {
	name := c.Name
	if name == "" {
		name = c.Conn
	}
	fmt.Fprintf(b, "\n## %s\n\n", inline(name))
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(b, "- %s: %s\n", what, inline(text))
		}
	}
	var info struct{ Name, Version string }
	_ = json.Unmarshal([]byte(c.Server), &info) // what is no object is shown as it is
	if info.Name != "" {
		line("Server", strings.TrimSpace(info.Name+" "+info.Version))
	} else {
		line("Server", c.Server)
	}
	line("Reached by", c.Launch)
	line("Transport", c.Transport)
	line("Protocol", strings.TrimSpace(c.Version+" "+c.Era))
	line("State", c.State)
	if c.Error != "" {
		b.WriteString("\n" + block(strings.Join(append([]string{c.Error}, c.More...), "\n")))
	}
}

type counts struct{ all, frames, http, stderr, auth, failed int }

func failed(s Source) (n counts, rows []string, err error) {
	err = s.Entries(func(e wire.Entry) error {
		n.all++
		switch e.Kind {
		case wire.KindFrame:
			n.frames++
		case wire.KindHTTP:
			n.http++
		case wire.KindStderr:
			n.stderr++
		case wire.KindAuth:
			n.auth++
		default: // counted in all
		}
		how := reasons(e)
		if len(how) == 0 {
			return nil
		}
		if n.failed++; len(rows) < maxFailures {
			what := strings.TrimSpace(strings.Join([]string{string(e.Message), e.Method, e.Name}, " "))
			rows = append(rows, fmt.Sprintf("| %d | %s | %s | %s |\n", e.Seq, time.UnixMicro(e.Time).UTC().Format("15:04:05.000"), inline(what), inline(strings.Join(how, "; "))))
		}
		return nil
	})
	return n, rows, err
}

// reasons says what is wrong with an entry, nothing when all is well.
func reasons(e wire.Entry) (out []string) {
	if e.Kind == wire.KindHTTP && e.Status >= 400 {
		out = append(out, fmt.Sprintf("HTTP %d", e.Status))
	}
	if e.Message == wire.MsgError {
		out = append(out, fmt.Sprintf("JSON-RPC error %d", e.Code))
	}
	if e.ToolErr {
		out = append(out, "the tool reported an error")
	}
	if e.Message == wire.MsgInvalid {
		out = append(out, e.Note)
	}
	return append(out, e.Findings...)
}

// inline is hostile text as a code span in a line or a table.
func inline(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || hidden(r) {
			return ' '
		}
		return r
	}, s)
	s = strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", "\u2502") // no escape works both in a table and in code
	if s == "" {
		return ""
	}
	if len(s) > 500 {
		s = strings.ToValidUTF8(s[:500], "") + "…"
	}
	ticks := fence(s, 1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return ticks + s + ticks
}

// block is hostile text as a code block.
func block(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || hidden(r) {
			return ' '
		}
		return r
	}, s)
	f := fence(s, 3)
	return f + "\n" + strings.TrimRight(s, "\n") + "\n" + f + "\n"
}

// fence is a run of backquotes longer than any in s.
func fence(s string, least int) string {
	run := 0
	for _, r := range s {
		if r == '`' {
			run++
			least = max(least, run+1)
			continue
		}
		run = 0
	}
	return strings.Repeat("`", least)
}
