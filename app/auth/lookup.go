package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// lookup is one GET of metadata.
type lookup struct {
	to      Actor
	url     string
	purpose string
	why     string // why this URL: shown with it
	what    string // "protected resource metadata"
	source  string
	guess   bool // a well-known address: a web page there means that nothing is there
}

// document is metadata that were found.
type document struct {
	resp *Response
	m    map[string]json.RawMessage
}

// nothing is what a lookup found instead of a document: 4xx, or a web page at a guessed address.
type nothing struct {
	status int
	page   bool
}

// look GETs one URL. A document, or nothing there, or an error that must not be taken for nothing: 5xx, a broken or
// huge answer, an answer that is not JSON, no answer.
func (d *draft) look(ctx context.Context, l lookup) (*document, *nothing, error) {
	h := http.Header{"Accept": {"application/json"}}
	version := d.cfg.Version
	if version == "" && d.s.ID == StepServer && d.f.noPRM {
		version = fallbackVersion
	}
	if version != "" && l.to != ActorIdentity { // it knows nothing of MCP
		h.Set("MCP-Protocol-Version", version)
	}
	m := Message{
		From: ActorClient, To: l.to, Label: "GET " + targetOf(l.url), Method: http.MethodGet, URL: l.url, State: Running, Text: l.why,
		Sent: []Fact{{Name: "why here", Value: l.why}},
	}
	d.arrow(m)
	resp, err := d.cfg.HTTP.Do(ctx, Request{Method: http.MethodGet, URL: l.url, Header: h, Purpose: l.purpose, Follow: true})
	last := d.lastArrow()
	if err != nil {
		f := *fault.From(err)
		last.State, last.Text = Failed, cutText(f.Message, 500)
		last.Entries = append(last.Entries, f.Entries...)
		d.show()
		return nil, nil, &f
	}
	last.Status = resp.Status
	last.Entries = append(last.Entries, resp.Entries...)
	last.Got = lookupFacts(l.url, resp)
	if resp.Unchecked {
		d.info("A request went through a proxy: where the name leads could not be checked here.", "RFC 9728 section 7.7", "")
	}
	doc, none, err := d.judge(l, resp)
	switch {
	case err != nil:
		last.State, last.Text = Failed, err.Error()
	case none != nil && none.page:
		last.State, last.Text = Warned, "A web page (HTML) instead of JSON: not the metadata."
	case none != nil:
		last.State, last.Text = Skipped, fmt.Sprintf("%d: not here.", none.status)
	default:
		last.State, last.Text = Done, "Found."
	}
	d.show()
	return doc, none, err
}

func lookupFacts(asked string, resp *Response) []Fact {
	facts := []Fact{}
	if t := resp.Header.Get("Content-Type"); t != "" {
		facts = append(facts, Fact{Name: "Content-Type", Value: cutText(t, 100)})
	}
	if resp.URL != "" && resp.URL != asked {
		facts = append(facts, Fact{Name: "answered by", Value: cutText(resp.URL, 300), Note: "after redirects"})
	}
	return facts
}

func targetOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return cutText(raw, 100)
	}
	return cutText(u.RequestURI(), 200)
}

// judge reads an answer. RFC 9728 section 3.2 and RFC 8414 section 3.2: "A successful response MUST use the 200 OK HTTP
// status code and return a JSON object using the application/json content type".
func (d *draft) judge(l lookup, resp *Response) (*document, *nothing, error) {
	switch {
	case resp.Status == http.StatusTooManyRequests || resp.Status == http.StatusRequestTimeout:
		return nil, nil, explainStatus(l, resp)
	case resp.Status >= 400 && resp.Status < 500:
		return nil, &nothing{status: resp.Status}, nil
	case resp.Status >= 300 && resp.Status < 400:
		return nil, nil, explainRedirect(l, resp)
	case resp.Status != http.StatusOK:
		return nil, nil, explainStatus(l, resp)
	case resp.Cut:
		return nil, nil, explainHuge(l, resp)
	case isPage(resp):
		if l.guess {
			return nil, &nothing{status: resp.Status, page: true}, nil
		}
		return nil, nil, explainPage(l, resp)
	}
	var m map[string]json.RawMessage
	body := trimBOM(resp.Body)
	if err := json.Unmarshal(body, &m); err != nil || m == nil {
		return nil, nil, explainNoJSON(l, resp, err)
	}
	if t := mediaTypeOf(resp.Header.Get("Content-Type")); t != "application/json" {
		d.warn(fmt.Sprintf("The %s came as %q, not as application/json.", l.what, cutText(t, 60)), l.source, "Send Content-Type: application/json.")
	}
	return &document{resp: resp, m: m}, nil, nil
}

// isPage says whether an answer is HTML, by its type or its beginning.
func isPage(resp *Response) bool {
	body := strings.ToLower(string(trimBOM(resp.Body[:min(len(resp.Body), 200)])))
	return strings.HasPrefix(body, "<!doctype html") || strings.HasPrefix(body, "<html") ||
		mediaTypeOf(resp.Header.Get("Content-Type")) == "text/html" && !strings.HasPrefix(body, "{")
}
