package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/rules"
	"github.com/sightglass-dev/sightglass/app/session"
)

// script plays what a scenario wants a client to do.
func (d *driver) script(ctx context.Context, scenario string) error {
	if strings.HasPrefix(scenario, "sep-2640-client-") {
		return d.skills(ctx, scenario != "sep-2640-client-no-prefetch")
	}
	tools, err := d.session.Tools(ctx)
	if err != nil && scenario != "elicitation-sep1034-client-defaults" {
		return err
	}
	switch scenario {
	case "initialize", "request-metadata", "json-schema-ref-no-deref":
		return nil // the tools were listed; nothing is called
	case "tools_call":
		return d.call(ctx, "add_numbers", `{"a":5,"b":3}`)
	case "elicitation-sep1034-client-defaults":
		return d.call(ctx, "test_client_elicitation_defaults", `{}`)
	case "sse-retry":
		return d.call(ctx, "test_reconnection", `{}`)
	case "sep-2322-client-request-state":
		return d.rounds(ctx)
	case "http-standard-headers":
		return d.everything(ctx, tools)
	case "http-custom-headers":
		return d.handedOver(ctx)
	case "http-invalid-tool-headers":
		return d.valid(ctx, tools)
	case "json-schema-2020-12-preservation":
		return d.echoSchema(ctx, tools)
	}
	return d.call(ctx, "test-tool", `{}`) // what every auth scenario offers
}

func (d *driver) call(ctx context.Context, tool, args string) error {
	params := fmt.Appendf(nil, `{"name":%s,"arguments":%s}`, quote(tool), args)
	_, err := d.session.Call(ctx, session.CallInput{Method: "tools/call", Params: params})
	return err
}

// rounds calls an unrelated tool while another one waits for its answers: nothing of the one may reach the other.
func (d *driver) rounds(ctx context.Context) error {
	echoed := make(chan error, 1)
	go func() { echoed <- d.call(ctx, byHand, `{}`) }()
	err := d.answerByHand(ctx, func() error { return d.call(ctx, "test_mrtr_unrelated", `{}`) })
	if err != nil {
		return err
	}
	return errors.Join(
		<-echoed,
		d.call(ctx, "test_mrtr_no_state", `{}`),
		d.call(ctx, "test_mrtr_no_result_type", `{}`),
	)
}

// answerByHand waits for a question, does something else, then answers it as the window does: with what is offered.
func (d *driver) answerByHand(ctx context.Context, between func() error) error {
	for ctx.Err() == nil {
		for _, q := range d.core.Inbox().Questions {
			if q.State != "pending" || q.Rule != nil {
				continue
			}
			err := between()
			asked, e := d.core.Question(q.ID)
			if err = errors.Join(err, e); err != nil {
				return err
			}
			out, err := d.core.Reply(ctx, core.Reply{ID: q.ID, Kind: rules.KindResult, Content: asked.Template})
			if err == nil && !out.Sent {
				err = fmt.Errorf("the answer was not sent: %+v", out.Problems)
			}
			return err
		}
		time.Sleep(pollEvery)
	}
	return fmt.Errorf("wait for a question: %w", ctx.Err())
}

// pollEvery is how often the inbox is looked at: the window is told instead.
const pollEvery = 10 * time.Millisecond

// everything uses each method that has standard headers.
func (d *driver) everything(ctx context.Context, tools *session.ToolList) error {
	for _, t := range tools.Decoded {
		if err := d.call(ctx, t.Name, `{}`); err != nil {
			return err
		}
	}
	for _, one := range []struct{ list, member, get, key string }{
		{"resources/list", "resources", "resources/read", "uri"},
		{"prompts/list", "prompts", "prompts/get", "name"},
	} {
		l, err := d.session.ListAll(ctx, one.list, one.member)
		if err != nil {
			return err
		}
		for _, item := range l.Items {
			var named map[string]any
			if err := json.Unmarshal(item, &named); err != nil {
				return err
			}
			name, _ := named[one.key].(string)
			params := fmt.Appendf(nil, `{%s:%s}`, quote(one.key), quote(name))
			if _, err := d.session.Call(ctx, session.CallInput{Method: one.get, Params: params}); err != nil {
				return err
			}
		}
	}
	return nil
}

// handedOver makes the calls that the suite hands over, verbatim.
func (d *driver) handedOver(ctx context.Context) error {
	var errs []error
	for _, c := range d.given.ToolCalls {
		errs = append(errs, d.call(ctx, c.Name, string(c.Arguments)))
	}
	return errors.Join(errs...)
}

// valid calls the tools that are not excluded.
func (d *driver) valid(ctx context.Context, tools *session.ToolList) error {
	for _, t := range tools.Decoded {
		if t.Excluded != "" {
			continue
		}
		if err := d.call(ctx, t.Name, `{"region":"us-west1"}`); err != nil {
			return err
		}
	}
	return nil
}

// echoSchema hands a tool's inputSchema back as it came.
func (d *driver) echoSchema(ctx context.Context, tools *session.ToolList) error {
	const echo = "json_schema_echo"
	for _, t := range tools.Decoded {
		if t.Name != echo {
			return d.call(ctx, echo, `{"schema":`+string(t.InputSchema)+`}`)
		}
	}
	return errors.New("there is no tool to echo the schema of")
}

// skills lists the skills and, with load, loads each: its supporting files are read when SKILL.md is what the entry
// says, and not before.
func (d *driver) skills(ctx context.Context, load bool) error {
	list, err := d.session.Skills(ctx, nil, 0)
	if err != nil || !load {
		return err
	}
	for i := range list.Decoded {
		k := &list.Decoded[i]
		if ok, err := d.verified(ctx, k, k.URI); err != nil || !ok {
			return err
		}
		for _, f := range k.Files {
			if f.URI == k.URI {
				continue
			}
			if _, err := d.verified(ctx, k, f.URI); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *driver) verified(ctx context.Context, k *session.Skill, uri string) (bool, error) {
	r, err := d.session.Read(ctx, "", uri)
	if err != nil {
		return false, err
	}
	v := session.VerifySkill(k, uri, r.Result)
	for _, c := range v.Checks {
		fmt.Fprintf(os.Stderr, "%s: %s %s: %s\n", uri, c.What, c.State, c.Text)
	}
	return v.OK, nil
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil { // cannot happen for a string
		return `""`
	}
	return string(b)
}
