package auth

import (
	"net/http"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/challenge"
)

// maxFacts bounds what a step or a message lists: peers send what they like.
const maxFacts = 100

// draft is a step that runs: a working copy, shown at each change. One goroutine uses it.
type draft struct {
	f   *Flow
	s   Step
	cfg Config // of the flow, with the settings as edited
	set *Settings
}

func (f *Flow) begin(id StepID) *draft {
	f.mu.Lock()
	d := &draft{f: f, s: *emptyStep(id), cfg: f.cfg}
	d.cfg.Settings = f.settings()
	f.mu.Unlock()
	d.set = &d.cfg.Settings
	d.s.State, d.s.Started = Running, clock(&f.cfg).UnixMicro()
	d.show()
	return d
}

// show makes the working copy what readers see.
func (d *draft) show() {
	s := d.s
	s.Messages, s.Facts, s.Findings = slices.Clone(s.Messages), slices.Clone(s.Facts), slices.Clone(s.Findings)
	d.f.update(func() { d.f.steps[s.ID] = &s })
}

// finish shows the step for the last time and writes its line.
func (d *draft) finish() {
	d.s.Took = clock(&d.f.cfg).UnixMicro() - d.s.Started
	d.show()
	if note := d.f.cfg.Note; note != nil && d.s.Verdict != "" {
		note(d.s.ID, d.s.Title+": "+d.s.Verdict)
	}
}

// outcome is the state of a step that ended well.
func (d *draft) outcome() StepState {
	switch {
	case d.s.State == Skipped:
		return Skipped
	case slices.ContainsFunc(d.s.Findings, func(f challenge.Finding) bool { return f.Severity != severityInfo }):
		return Warned
	}
	return Done
}

// The severities of findings.
const (
	severityError   = "error"
	severityWarning = "warning"
	severityInfo    = "info"
)

func (d *draft) warn(text, source, fix string) {
	d.s.Findings = append(d.s.Findings, challenge.Finding{Severity: severityWarning, Text: text, Source: source, Fix: fix})
}

func (d *draft) info(text, source, fix string) {
	d.s.Findings = append(d.s.Findings, challenge.Finding{Severity: severityInfo, Text: text, Source: source, Fix: fix})
}

func (d *draft) told(text string) bool {
	return slices.ContainsFunc(d.s.Findings, func(f challenge.Finding) bool { return f.Text == text })
}

func (d *draft) fact(name, value, note string) { d.judged(name, value, note, "") }

func (d *draft) judged(name, value, note, state string) {
	if len(d.s.Facts) < maxFacts {
		d.s.Facts = append(d.s.Facts, Fact{Name: cutText(name, 100), Value: cutText(value, 1000), Note: note, State: state})
	}
}

// secret lists a secret by its placeholder.
func (d *draft) secret(name, kind, value, note string) {
	if value != "" && len(d.s.Facts) < maxFacts {
		d.s.Facts = append(d.s.Facts, Fact{Name: name, Value: hide(&d.f.cfg, kind, value), Secret: true, Note: note})
	}
}

// arrow adds a message to the picture and shows it.
func (d *draft) arrow(m Message) {
	if m.Entries == nil {
		m.Entries = []uint64{}
	}
	if m.Sent == nil {
		m.Sent = []Fact{}
	}
	if m.Got == nil {
		m.Got = []Fact{}
	}
	m.Text = cutText(m.Text, 500)
	d.s.Messages = append(d.s.Messages, m)
	d.show()
}

// lastArrow is the newest message, to be completed.
func (d *draft) lastArrow() *Message { return &d.s.Messages[len(d.s.Messages)-1] }

func (d *draft) entries() []uint64 {
	var all []uint64
	for _, m := range d.s.Messages {
		all = append(all, m.Entries...)
	}
	return all
}

// edited is the user's value of an input; ok is false when the rule decides.
func (d *draft) edited(name string) (value string, ok bool) {
	d.f.mu.Lock()
	defer d.f.mu.Unlock()
	value, ok = d.f.edits[d.s.ID][name]
	return value, ok
}

// secretText is a peer's text with the flow's own secrets replaced, in one short line.
func (d *draft) secretText(text string, limit int, secrets ...[2]string) string {
	for _, s := range secrets {
		if len(s[1]) >= minHidden {
			text = strings.ReplaceAll(text, s[1], hide(&d.f.cfg, s[0], s[1]))
		}
	}
	return cutText(text, limit)
}

// shownHeader is what of an answer's head explains a failure and holds no credential.
func shownHeader(from http.Header) http.Header {
	h := http.Header{}
	for _, name := range append([]string{"Location"}, shownHeaders...) {
		for _, v := range from.Values(name) {
			if name == "Location" {
				v, _, _ = strings.Cut(v, "?")
			}
			h.Add(name, cutText(v, 500))
		}
	}
	return h
}
