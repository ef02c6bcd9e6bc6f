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

// connected connects to the target the arguments name and runs with, as targeted does.
func connected(ctx context.Context, s streams, f *flags, args []string, check func(more []string) error, with func(c *core.Core, v core.Connection) error) error {
	f.set.BoolVar(&f.signIn, "sign-in", false, "sign in in the browser when the server refuses; without it a browser is never opened")
	f.set.StringVar(&f.answer, "answer", "", "answer what the server asks by `HOW`: defaults (of the forms), decline, or a JSON file with a list of rules; what no rule answers is declined")
	f.set.StringVar(&f.save, "save", "", "write the traffic into `FILE`: .sightglass (a capture), .har, .jsonl or .zip (a bug report)")
	checked := func(more []string) error {
		if f.save != "" && core.FormatOf(f.save) == "" {
			return usagef("--save %q: the name ends in .sightglass, .har, .jsonl or .zip", f.save)
		}
		return check(more)
	}
	return targeted(s, f, args, checked, func(c *core.Core, id string) error {
		v, err := c.ConnectWait(ctx, id)
		if err != nil {
			if f.traffic {
				_ = printTraffic(s, c, f.json)
			}
			return f.saveTraffic(ctx, s, c, f.fail(s, err))
		}
		return f.saveTraffic(ctx, s, c, with(c, v))
	})
}

// targeted runs with on the target the arguments name. The words behind the target go to check before anything is
// opened. Everything is closed at the end.
func targeted(s streams, f *flags, args []string, check func(more []string) error, with func(c *core.Core, id string) error) error {
	command, rest, err := f.parse(args)
	if err != nil {
		return err
	}
	a, err := f.aim(command, rest)
	if err == nil {
		err = check(a.more)
	}
	if err != nil {
		return f.fail(s, err)
	}
	c, err := open(s, f)
	if err != nil {
		return f.fail(s, err)
	}
	defer func() { _ = c.Close() }()
	id, err := f.use(c, a)
	if err != nil {
		return f.fail(s, err)
	}
	return with(c, id)
}

// hangUp disconnects before anything is printed: a reader that goes away must leave no process behind. It returns a
// refusal that belongs to no call: of the GET stream, a posted answer, the DELETE.
func hangUp(c *core.Core, id string) *core.Error {
	c.Disconnect(id)
	v, _ := c.Connection(id)
	return v.Banner
}

// noWords is the check of a command that takes a target alone.
func noWords(name string) func([]string) error {
	return func(more []string) error {
		if len(more) > 0 {
			return usagef("%s takes one TARGET: %q is too much", name, more[0])
		}
		return nil
	}
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
	ToolsError   *reply            `json:"toolsError,omitempty"`
	Answered     []answered        `json:"questions,omitempty"`
	Banner       *reply            `json:"banner,omitempty"` // a refusal outside of any call
}

func inspect(ctx context.Context, s streams, args []string) error {
	f := newFlags("inspect", "inspect TARGET [flags]", s)
	return connected(ctx, s, f, args, noWords("inspect"), func(c *core.Core, v core.Connection) error {
		list, err := c.Tools(ctx, v.Profile, true)
		if err != nil {
			return f.fail(s, err)
		}
		r := makeReport(c, v, list)
		banner := hangUp(c, v.Profile)
		if f.json {
			r.Banner, r.Answered = maybeReply(banner), f.answers(c)
			err = printJSON(s.out, r)
		} else {
			f.printAnswers(s, c)
			err = printReport(s.out, c, v, list)
			printBanner(s, banner)
		}
		if err != nil || list.Err == nil {
			return err
		}
		if f.json {
			return outcome{codeOf(list.Err)} // it is in the report
		}
		return list.Err
	})
}

func printBanner(s streams, e *core.Error) {
	if e != nil {
		printError(s, e)
	}
}

func maybeReply(e *core.Error) *reply {
	if e == nil {
		return nil
	}
	r := errorReply(e)
	return &r
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
	r.ToolsError = maybeReply(list.Err)
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
	printTools(&b, list)
	_, err := io.WriteString(w, b.String())
	return err
}

func printTools(b *strings.Builder, list core.ToolList) {
	n := fmt.Sprint(len(list.Tools))
	if list.Err != nil {
		n += ", then the list ended with an error"
	}
	fmt.Fprintf(b, "Tools         %s\n", n)
	wide := 0
	for _, t := range list.Tools {
		wide = max(wide, min(utf8.RuneCountInString(word(t.Name)), 40))
	}
	for _, t := range list.Tools {
		fmt.Fprintf(b, "  %-*s  %s\n", wide, word(t.Name), word(t.Summary))
		for _, p := range []string{t.Excluded, t.Problem} {
			if p != "" {
				fmt.Fprintf(b, "  %-*s  ! %s\n", wide, "", word(p))
			}
		}
	}
	for _, f := range list.Findings {
		fmt.Fprintf(b, "! %s\n", word(f))
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// word is a server's words on one line: a name cannot make a line of its own.
func word(s string) string { return clean(oneLine(s)) }

func micros(us int64) string {
	return (time.Duration(us) * time.Microsecond).Round(10 * time.Microsecond).String()
}

func traffic(ctx context.Context, s streams, args []string) error {
	f := newFlags("traffic", "traffic TARGET [flags]", s)
	f.traffic = true
	return connected(ctx, s, f, args, noWords("traffic"), func(c *core.Core, v core.Connection) error {
		list, err := c.Tools(ctx, v.Profile, true)
		if err != nil {
			return f.fail(s, err)
		}
		_ = hangUp(c, v.Profile) // every refusal is among the entries
		if err := printTraffic(s, c, f.json); err != nil || list.Err == nil {
			return err
		}
		return f.fail(s, list.Err)
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
