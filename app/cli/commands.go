package cli

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// connected opens a core, connects to the target the arguments name and runs with. Everything is closed at the end.
func connected(ctx context.Context, s streams, f *flags, args []string, with func(c *core.Core, v core.Connection, more []string) error) error {
	command, rest, err := f.parse(args)
	if err != nil {
		return err
	}
	c, err := open(s)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	id, more, err := f.target(c, command, rest)
	if err != nil {
		return fail(s, f.json, err)
	}
	v, err := c.ConnectWait(ctx, id)
	if err != nil {
		if f.traffic {
			_ = printTraffic(s, c, f.json)
		}
		return fail(s, f.json && !f.traffic, err)
	}
	return with(c, v, more)
}

// report is what inspect prints for machines.
type report struct {
	Server       string            `json:"server"`
	Transport    string            `json:"transport"`
	Era          string            `json:"era"`
	Version      string            `json:"protocolVersion"`
	How          string            `json:"how"`
	TookMS       float64           `json:"tookMs"`
	Steps        []core.Step       `json:"steps"`
	ServerInfo   json.RawMessage   `json:"serverInfo"`
	Capabilities json.RawMessage   `json:"capabilities"`
	Instructions string            `json:"instructions,omitempty"`
	Tools        []json.RawMessage `json:"tools"`
	Findings     []string          `json:"findings"`
	ToolsError   any               `json:"toolsError,omitempty"`
}

func inspect(ctx context.Context, s streams, args []string) error {
	f := newFlags("inspect", "inspect TARGET [flags]", s)
	return connected(ctx, s, f, args, func(c *core.Core, v core.Connection, more []string) error {
		if len(more) > 0 {
			return usagef("inspect takes one TARGET: %q is too much", more[0])
		}
		list, err := c.Tools(ctx, v.Profile, true)
		if err != nil {
			return fail(s, f.json, err)
		}
		if f.json {
			return printJSON(s.out, makeReport(c, v, list))
		}
		return printReport(s.out, c, v, list)
	})
}

func makeReport(c *core.Core, v core.Connection, list core.ToolList) report {
	r := report{
		Server: nameOf(c, v.Profile), Transport: v.Transport, Era: v.Era, Version: v.Version, How: v.How, TookMS: float64(v.Took) / 1000, Steps: v.Steps,
		ServerInfo: rawOrNull(v.ServerInfo), Capabilities: rawOrNull(v.Capabilities), Instructions: v.Instructions,
		Tools: []json.RawMessage{}, Findings: list.Findings,
	}
	for _, t := range list.Tools {
		if d, err := c.Tool(v.Profile, t.Index); err == nil {
			r.Tools = append(r.Tools, json.RawMessage(d.Raw))
		}
	}
	if list.Err != nil {
		r.ToolsError = list.Err
	}
	return r
}

func nameOf(c *core.Core, id string) string {
	for _, p := range c.Servers().Profiles {
		if p.ID == id {
			return p.Name
		}
	}
	return id
}

func rawOrNull(s string) json.RawMessage {
	if s == "" {
		return json.RawMessage("null")
	}
	return json.RawMessage(s)
}

func printReport(w io.Writer, c *core.Core, v core.Connection, list core.ToolList) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: connected in %s over %s, MCP %s (%s)\n", clean(nameOf(c, v.Profile)), micros(v.Took), v.Transport, clean(v.Version), v.Era)
	fmt.Fprintf(&b, "  %s\n", clean(v.How))
	for _, st := range v.Steps {
		fmt.Fprintf(&b, "  %-8s %-24s %8s  %s\n", st.State, clean(st.Name), micros(st.Took), clean(st.Text))
	}
	fmt.Fprintf(&b, "Server        %s\nCapabilities  %s\n", clean(v.ServerInfo), clean(v.Capabilities))
	if v.Instructions != "" {
		fmt.Fprintf(&b, "Instructions\n%s", indent(clean(v.Instructions)))
	}
	fmt.Fprintf(&b, "Tools         %d\n", len(list.Tools))
	for _, t := range list.Tools {
		fmt.Fprintf(&b, "  %-24s %s\n", clean(t.Name), oneLine(clean(t.Summary)))
		for _, p := range []string{t.Excluded, t.Problem} {
			if p != "" {
				fmt.Fprintf(&b, "  %-24s ! %s\n", "", clean(p))
			}
		}
	}
	for _, f := range list.Findings {
		fmt.Fprintf(&b, "! %s\n", clean(f))
	}
	if list.Err != nil {
		fmt.Fprintf(&b, "! the list of tools could not be read: %s\n", clean(list.Err.Message))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func micros(us int64) string {
	return (time.Duration(us) * time.Microsecond).Round(10 * time.Microsecond).String()
}

func traffic(ctx context.Context, s streams, args []string) error {
	f := newFlags("traffic", "traffic TARGET [flags]", s)
	f.traffic = true
	return connected(ctx, s, f, args, func(c *core.Core, v core.Connection, more []string) error {
		if len(more) > 0 {
			return usagef("traffic takes one TARGET: %q is too much", more[0])
		}
		if _, err := c.Tools(ctx, v.Profile, true); err != nil {
			return fail(s, f.json, err)
		}
		c.Disconnect(v.Profile)
		return printTraffic(s, c, f.json)
	})
}

// line is one entry as JSON Lines: the summary, the HTTP side and the bodies, masked.
type line struct {
	wire.Entry
	HTTP     *wire.Exchange `json:"http,omitempty"`
	Body     string         `json:"body,omitempty"`
	Request  string         `json:"requestBody,omitempty"`
	Response string         `json:"responseBody,omitempty"`
	Base64   bool           `json:"base64,omitempty"` // the bodies are base64: one is not UTF-8
}

func printTraffic(s streams, c *core.Core, asJSON bool) error {
	enc := json.NewEncoder(s.out)
	enc.SetEscapeHTML(false)
	for _, e := range allEntries(c) {
		var err error
		if asJSON {
			err = enc.Encode(makeLine(c, e))
		} else {
			_, err = fmt.Fprintln(s.out, rowText(c, e))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// allEntries pulls the whole log and puts it into the order of the wire.
func allEntries(c *core.Core) []wire.Entry {
	bySeq := map[uint64]wire.Entry{}
	var after, last uint64
	for {
		p := c.Page(after, 0)
		for _, e := range p.Entries {
			bySeq[e.Seq] = e
		}
		last = p.Last
		if p.Next == after || len(p.Entries) == 0 {
			break
		}
		after = p.Next
	}
	out := make([]wire.Entry, 0, len(bySeq))
	for seq := uint64(1); seq <= last; seq++ {
		if e, ok := bySeq[seq]; ok {
			out = append(out, e)
		}
	}
	return out
}

func makeLine(c *core.Core, e wire.Entry) line {
	l := line{Entry: e}
	if x, err := c.Exchange(e.Seq); err == nil {
		l.HTTP = &x
	}
	parts := map[wire.Part]*string{wire.PartMessage: &l.Body}
	if e.Kind == wire.KindHTTP {
		parts = map[wire.Part]*string{wire.PartRequest: &l.Request, wire.PartResponse: &l.Response}
	}
	bodies := map[wire.Part][]byte{}
	for p := range parts {
		if b, err := c.Body(e.Seq, p, 0, 0); err == nil {
			bodies[p] = b.Bytes
			l.Base64 = l.Base64 || !utf8.Valid(b.Bytes)
		}
	}
	for p, b := range bodies {
		if *parts[p] = string(b); l.Base64 {
			*parts[p] = base64.StdEncoding.EncodeToString(b)
		}
	}
	return l
}

func rowText(c *core.Core, e wire.Entry) string {
	arrow := map[wire.Dir]string{wire.Out: "->", wire.In: "<-"}[e.Dir]
	at := time.UnixMicro(e.Time).Format("15:04:05.000000")
	what := strings.TrimSpace(strings.Join([]string{string(e.Message), e.Method, e.Name}, " "))
	if e.Kind == wire.KindStderr || e.Kind == wire.KindLifecycle || e.Kind == wire.KindGap {
		what = e.Note
	}
	s := fmt.Sprintf("%5d %s %2s %-9s %s", e.Seq, at, arrow, e.Kind, clean(oneLine(what)))
	if e.Status != 0 {
		s += fmt.Sprintf("  %d", e.Status)
	}
	if e.Took != 0 {
		s += "  " + micros(e.Took)
	}
	if e.Kind == wire.KindFrame {
		if b, err := c.Body(e.Seq, wire.PartMessage, 0, 300); err == nil {
			s += "\n      " + clean(oneLine(string(b.Bytes)))
		}
	}
	for _, f := range e.Findings {
		s += "\n      ! " + clean(f)
	}
	return s
}
