package core

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/keychain"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/question"
	"github.com/sightglass-dev/sightglass/app/rules"
	"github.com/sightglass-dev/sightglass/app/sampler"
	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/transport"
	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	samplerItem    = "sampler/key"
	samplerScope   = "sampler" // of its key in the masker, and of the test's exchange in the log
	samplerTimeout = 120 * time.Second
	samplerMost    = 3600 * 1000 // milliseconds that a timeout may be set to
	samplerStep    = "ask the sampler"
)

// Sampler returns the sampler as it is set.
func (c *Core) Sampler() SamplerState {
	settings, file, problem := c.book().Sampler()
	ctx, cancel := c.keyContext()
	defer cancel()
	out := SamplerState{Settings: settings, File: file, Key: string(c.keys.Where(ctx, samplerItem)), Problem: problem}
	if out.Problem == "" {
		if _, err := sampler.URL(settings.URL, settings.AllowHTTP); err != nil {
			out.Problem = sentence(err.Error())
		}
	}
	return out
}

// SetSampler changes the sampler. Its key goes to the keychain, or stays for this run without one.
func (c *Core) SetSampler(in SamplerInput) (SamplerState, error) {
	const step = "save the sampler"
	s := in.Settings
	s.URL, s.Model = strings.TrimSpace(s.URL), strings.TrimSpace(s.Model)
	if s.URL != "" {
		if _, err := sampler.URL(s.URL, s.AllowHTTP); err != nil {
			return c.Sampler(), input(step, err.Error(), "Nothing was saved.")
		}
	}
	if yes, why := profile.LooksSecret("", s.URL); yes {
		return c.Sampler(), input(step, "the URL looks as if it held a credential: "+why, "The key goes into the keychain instead.")
	}
	if s.Timeout < 0 || s.Timeout > samplerMost {
		return c.Sampler(), input(step, "the timeout is not between 0 and an hour", "Nothing was saved.")
	}
	if err := c.book().SetSampler(s); err != nil {
		return c.Sampler(), ruleError(step, err)
	}
	ctx, cancel := c.keyContext()
	defer cancel()
	var err error
	switch {
	case in.ClearKey:
		err = c.forget(ctx, samplerItem)
	case in.Key != "":
		_, err = c.keys.Set(ctx, samplerItem, in.Key)
	}
	c.nudge(NudgeQuestions)
	if err != nil {
		return c.Sampler(), keyError("keep the sampler's key", err)
	}
	return c.Sampler(), nil
}

// TestSampler asks the endpoint for a word.
func (c *Core) TestSampler(ctx context.Context) SamplerDraft {
	return c.draft(ctx, "", samplerScope, json.RawMessage(`{"messages":[{"role":"user","content":{"type":"text","text":"Answer with the word: ready"}}],"maxTokens":16}`))
}

// Draft asks the endpoint for an answer to a sampling question. Nothing is sent to the server.
func (c *Core) Draft(ctx context.Context, id string) SamplerDraft {
	cn, _, q, err := c.findQuestion(id)
	switch {
	case err != nil:
		return noDraft(err)
	case q.Method != question.MethodSample:
		return noDraft(input(samplerStep, "only sampling questions are put to the sampler", ""))
	}
	return c.draft(ctx, id, cn.id, q.Params)
}

func noDraft(err error) SamplerDraft {
	return SamplerDraft{Problems: []Problem{}, Findings: []string{}, Err: AsError(err)}
}

// draft asks the endpoint; conn is the connection in whose traffic the exchange stands.
func (c *Core) draft(ctx context.Context, id, conn string, params json.RawMessage) SamplerDraft {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.life, cancel)()
	c.mu.Lock()
	if old := c.drafts[id]; old != nil {
		(*old)()
	}
	if c.drafts == nil {
		c.drafts = map[string]*context.CancelFunc{}
	}
	mine := &cancel
	c.drafts[id] = mine
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		if c.drafts[id] == mine {
			delete(c.drafts, id)
		}
		c.mu.Unlock()
	}()
	out := SamplerDraft{Problems: []Problem{}, Findings: []string{}}
	began := time.Now()
	a, err := c.sampler(ctx, conn, params)
	out.Took = time.Since(began).Microseconds()
	out.Entry, out.Model, out.Findings = a.entry, a.model, append(out.Findings, a.findings...)
	if err != nil {
		out.Err = AsError(err)
		return out
	}
	out.Result = string(a.result)
	out.Problems = append(out.Problems, found(question.CheckSampled(params, a.result), "")...)
	return out
}

// CancelDraft ends a Draft under way, or the test with an empty id.
func (c *Core) CancelDraft(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cancel := c.drafts[id]; cancel != nil {
		(*cancel)()
	}
}

// sampleAnswer is what the endpoint said.
type sampleAnswer struct {
	result   json.RawMessage
	model    string
	entry    uint64
	findings []string
}

// sampler puts a sampling question to the endpoint. Only the user asks for that, or a rule of the user's.
func (c *Core) sampler(ctx context.Context, conn string, params json.RawMessage) (a sampleAnswer, err error) {
	settings, _, problem := c.book().Sampler()
	if problem != "" {
		return a, input(samplerStep, problem, "")
	}
	to, err := sampler.URL(settings.URL, settings.AllowHTTP)
	if err != nil {
		return a, input(samplerStep, err.Error(), "Set the endpoint in the sampler's settings.")
	}
	body, findings, err := sampler.Request(params, settings.Model)
	a.findings = findings
	if err != nil {
		return a, input(samplerStep, err.Error(), "Look at the sampler's settings and at the question.")
	}
	header := http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}
	key, err := c.keys.Get(ctx, samplerItem)
	switch {
	case err == nil && key != "":
		c.masker().Add(samplerScope, "key", key)
		header.Set("Authorization", "Bearer "+key)
	case err != nil && !errors.Is(err, keychain.ErrNotFound) && !errors.Is(err, keychain.ErrUnavailable):
		return a, keyError("read the sampler's key", err)
	}
	client := c.samplerClient(conn, to, settings)
	defer client.Close()
	answer, err := client.Do(ctx, transport.SignInRequest{Method: http.MethodPost, URL: to, Header: header, Body: body, Purpose: wire.PurposeSampler})
	if answer != nil && len(answer.Entries) > 0 {
		a.entry = answer.Entries[len(answer.Entries)-1]
	}
	if err != nil {
		return a, err
	}
	if answer.Cut {
		return a, &fault.CallError{Server: "sampler", Kind: fault.HTTP, Step: samplerStep, Message: "the endpoint's answer is longer than 1 MiB", Status: answer.Status, Entries: answer.Entries}
	}
	a.result, a.model, err = sampler.Result(answer.Status, c.masker().Text(samplerScope, answer.Body))
	if err != nil {
		return a, &fault.CallError{
			Server: "sampler", Kind: fault.HTTP, Step: samplerStep, Message: err.Error(), Status: answer.Status, Entries: answer.Entries,
			Hint: "Look at the exchange in the traffic, and at the sampler's settings.",
		}
	}
	return a, nil
}

func (c *Core) samplerClient(conn, to string, settings rules.Sampler) *transport.SignInClient {
	limit := samplerTimeout
	if settings.Timeout > 0 {
		limit = ms(settings.Timeout)
	}
	// The user chose the address, not a server: it may be inside the user's own network.
	guard := transport.Guard{AllowPrivate: true}
	if u, err := url.Parse(to); err == nil && settings.AllowHTTP {
		guard.AllowHTTP = []string{u.Host}
	}
	return transport.NewSamplerClient(
		transport.Target{Server: "sampler", Conn: conn, URL: to},
		transport.Options{Log: c.log, Mask: c.masker(), MaskScope: samplerScope}, guard, limit)
}

// sampled is the answer of a rule that asks the sampler. When the endpoint fails, the question is the user's.
func (cn *connection) sampled(ctx context.Context, q *session.Question, r rules.Rule) (session.Reply, bool) {
	a, err := cn.core.sampler(ctx, cn.id, q.Params)
	if err != nil {
		if ctx.Err() == nil {
			cn.note(fmt.Sprintf("The sampler did not answer the question in entry %d (rule %q): %s", q.Entry, r.Name, text(err)))
		}
		return session.Reply{}, false
	}
	return session.Reply{Result: a.result, Reason: "answered by the sampler, model " + a.model}, true
}
