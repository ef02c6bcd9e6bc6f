package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// rawWait is for how long what comes after a frame is read when --wait is not given.
const rawWait = 2 * time.Second

// requested is what request prints for machines when it sent a request.
type requested struct {
	Result   json.RawMessage `json:"result"`
	TookMS   float64         `json:"tookMs"`
	Findings []string        `json:"findings"`
	Banner   *reply          `json:"banner,omitempty"`
}

// sentFrame is what it prints when it sent a frame or a notification.
type sentFrame struct {
	Frame    string      `json:"frame"` // as it was sent
	Status   int         `json:"status,omitempty"`
	Ended    string      `json:"ended"` // answered, response, waited, stopped
	TookMS   float64     `json:"tookMs"`
	Came     []cameFrame `json:"came"`
	Findings []string    `json:"findings"`
	Banner   *reply      `json:"banner,omitempty"`
}

// cameFrame is one thing that came after it.
type cameFrame struct {
	Kind    string `json:"kind"`    // frame, stderr, body
	Message string `json:"message"` // response, error, request, notification, batch, invalid
	Own     bool   `json:"own"`     // it repeats the id of the frame
	Text    string `json:"text"`
}

func request(ctx context.Context, s streams, args []string) error {
	f := newFlags("request", "request TARGET METHOD [PARAMS] [flags]\n       sightglass request TARGET --frame FRAME [flags]\n       sightglass request -- COMMAND ARGS… :: METHOD [PARAMS] [flags]", s)
	frame := f.set.String("frame", "", "send these `bytes` as they are, sound or broken, instead of a request")
	notify := f.set.Bool("notify", false, "send a notification: no id, no answer is awaited")
	set := f.set.StringArray("set-header", nil, "`'Name: value'` for this one message over HTTP, over what the protocol sets; 'Name:' leaves it out; may be repeated")
	wait := f.set.Duration("wait", rawWait, "with --frame over stdio or sse: `time` to wait for what has no id that tells")
	f.call = true
	var method, params string
	var headers []core.RawHeader
	check := func(more []string) (err error) {
		if headers, err = setHeaders(*set); err != nil {
			return err
		}
		byFrame := f.set.Changed("frame")
		switch {
		case byFrame && (len(more) > 0 || *notify):
			return usagef("--frame is the whole message: METHOD, PARAMS and --notify go without it")
		case byFrame:
			return nil
		case len(more) == 0:
			return usagef("the METHOD is missing: it comes behind the target, for a command behind ::")
		case len(more) > 2:
			return usagef("request takes METHOD and PARAMS: %q is too much; quote the params", more[2])
		}
		if method = more[0]; len(more) == 2 {
			params = more[1]
		}
		if params != "" && !json.Valid([]byte(params)) {
			return usagef("PARAMS are no JSON; --frame sends what is none")
		}
		return nil
	}
	return connected(ctx, s, f, args, check, func(c *core.Core, v core.Connection) error {
		if f.set.Changed("frame") || *notify {
			text := *frame
			if *notify {
				d := c.RawDraft(core.RawDraftInput{Profile: v.Profile, Method: method, Params: params, Notification: true})
				if d.Err != nil {
					return f.fail(s, d.Err)
				}
				text, *wait = d.Frame, 0
			}
			out := c.SendRaw(ctx, core.RawInput{Call: "cli-1", Profile: v.Profile, Frame: text, Headers: headers, Wait: wait.Milliseconds()})
			return f.printFrame(s, c, v.Profile, text, out)
		}
		out, err := c.Request(ctx, core.RequestInput{Call: "cli-1", Profile: v.Profile, Method: method, Params: params, Headers: headers})
		if err != nil {
			return f.fail(s, err)
		}
		return f.printRequest(s, c, v.Profile, out)
	})
}

func setHeaders(in []string) ([]core.RawHeader, error) {
	var out []core.RawHeader
	for _, h := range in {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" {
			// The value is not quoted: it may be a credential.
			return nil, usagef("--set-header wants 'Name: value', or 'Name:' to leave it out")
		}
		value = strings.TrimSpace(value)
		out = append(out, core.RawHeader{Name: strings.TrimSpace(name), Value: value, Leave: value == ""})
	}
	return out, nil
}

func (f *flags) printRequest(s streams, c *core.Core, id string, out core.RunOutput) error {
	banner := hangUp(c, id)
	if out.Err != nil {
		return f.fail(s, out.Err)
	}
	result := c.ResultOf(out)
	if f.json {
		return printJSON(s.out, requested{Result: result, TookMS: float64(out.Took) / 1000, Findings: out.Findings, Banner: maybeReply(banner)})
	}
	var b strings.Builder
	fmt.Fprintln(&b, clean(string(result)))
	for _, one := range out.Findings {
		fmt.Fprintf(&b, "! %s\n", clean(one))
	}
	_, err := io.WriteString(s.out, b.String())
	printBanner(s, banner)
	return err
}

// printFrame prints what a frame brought. An answer that is a JSON-RPC error, and an HTTP status that is no success,
// are answers that break the protocol for the exit code, as they are for a request.
func (f *flags) printFrame(s streams, c *core.Core, id, frame string, out core.RawOutput) error {
	r := sentFrame{Frame: frame, Status: out.Status, Ended: out.Ended, TookMS: float64(out.Took) / 1000, Came: []cameFrame{}, Findings: out.Findings}
	failed := out.Status >= 300
	for _, e := range out.Came {
		r.Came = append(r.Came, cameFrame{Kind: e.Kind, Message: e.Message, Own: e.Own, Text: wholeBody(c, e.Seq, wire.PartMessage)})
		failed = failed || e.Message == string(wire.MsgError)
	}
	if out.Exchange != 0 && len(r.Came) == 0 {
		if body := wholeBody(c, out.Exchange, wire.PartResponse); body != "" {
			r.Came = append(r.Came, cameFrame{Kind: "body", Text: body})
		}
	}
	banner := hangUp(c, id)
	if out.Err != nil {
		return f.fail(s, out.Err)
	}
	r.Banner = maybeReply(banner)
	err := f.writeFrame(s, r, banner)
	if err == nil && failed {
		return outcome{codeOf(&fault.CallError{Kind: fault.RPC})}
	}
	return err
}

func (f *flags) writeFrame(s streams, r sentFrame, banner *core.Error) error {
	if f.json {
		return printJSON(s.out, r)
	}
	var b strings.Builder
	if r.Status != 0 {
		fmt.Fprintf(&b, "HTTP %d\n", r.Status)
	}
	for _, e := range r.Came {
		fmt.Fprintln(&b, clean(e.Text))
	}
	if len(r.Came) == 0 {
		fmt.Fprintln(&b, "nothing came")
	}
	for _, one := range r.Findings {
		fmt.Fprintf(&b, "! %s\n", clean(one))
	}
	_, err := io.WriteString(s.out, b.String())
	printBanner(s, banner)
	return err
}

func wholeBody(c *core.Core, seq uint64, part wire.Part) string {
	var text []byte
	for {
		b, err := c.Body(seq, part, int64(len(text)), 0)
		if err != nil || len(b.Bytes) == 0 {
			return string(text)
		}
		text = append(text, b.Bytes...)
	}
}
