package core

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/auth"
	"github.com/sightglass-dev/sightglass/app/challenge"
)

// Steps quote what servers say, and a server may repeat what it knows of us: a token, a key in its own URL. Secrets
// are replaced where a reader gets the steps; the flow itself works with the true texts.

func (s *signin) shown(text string) string { return string(s.core.masker().Text("", []byte(text))) }

// maskSteps replaces secrets in what [auth.Flow.Steps] gave. Lists that the flow shares are copied.
func (s *signin) maskSteps(steps []auth.Step) {
	for i := range steps {
		st := &steps[i]
		s.mask(&st.Verdict, &st.Fix)
		s.maskFacts(st.Facts)
		for k := range st.Messages {
			m := &st.Messages[k]
			m.Sent, m.Got = slices.Clone(m.Sent), slices.Clone(m.Got)
			s.mask(&m.Label, &m.URL, &m.Text)
			s.maskFacts(m.Sent)
			s.maskFacts(m.Got)
		}
		for k := range st.Findings {
			s.mask(&st.Findings[k].Text, &st.Findings[k].Fix)
		}
		for k := range st.Inputs {
			in := &st.Inputs[k]
			s.mask(&in.Value, &in.Default, &in.Help)
			in.Options = slices.Clone(in.Options)
			for o := range in.Options {
				s.mask(&in.Options[o].Value, &in.Options[o].Label)
			}
		}
	}
}

func (s *signin) maskFacts(facts []auth.Fact) {
	for i := range facts {
		s.mask(&facts[i].Name, &facts[i].Value, &facts[i].Note)
	}
}

func (s *signin) mask(texts ...*string) {
	for _, p := range texts {
		*p = s.shown(*p)
	}
}

// trueChallenge puts a key in the server's own URL back into the URL of its metadata: the refusal was masked when it was
// recorded. Nothing else is put back, and only where it goes to the server's own origin: what a placeholder stands for
// must not be had by writing one.
func (s *signin) trueChallenge(ch *challenge.Challenge, server string) *challenge.Challenge {
	u, err := url.Parse(server)
	if ch == nil || err != nil || !strings.HasPrefix(ch.ResourceMetadata, u.Scheme+"://"+u.Host+"/") {
		return ch
	}
	own := *ch
	for _, part := range []string{u.EscapedPath(), u.RawQuery} {
		if hidden := s.shown(part); hidden != part {
			own.ResourceMetadata = strings.ReplaceAll(own.ResourceMetadata, hidden, part)
		}
	}
	return &own
}

// trueInputs puts back what maskSteps replaced in inputs that come back as they were shown.
func (s *signin) trueInputs(f *auth.Flow, id auth.StepID, inputs map[string]string) map[string]string {
	out := maps.Clone(inputs)
	for _, st := range f.Steps() {
		for _, in := range st.Inputs {
			v, there := out[in.Name]
			if st.ID != id || !there {
				continue
			}
			for _, o := range in.Options {
				if v == s.shown(o.Value) {
					out[in.Name] = o.Value
				}
			}
			if v == s.shown(in.Value) {
				out[in.Name] = in.Value
			}
		}
	}
	return out
}
