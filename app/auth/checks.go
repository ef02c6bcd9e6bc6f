package auth

import (
	"context"
	"slices"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// checkTime bounds one request of the checks: a refusal comes at once, and a stream that was opened never ends.
const checkTime = 8 * time.Second

// The states of a [Check].
const (
	checkPass    = "pass"
	checkFail    = "fail"
	checkWarning = "warning"
	checkSkipped = "skipped"
	checkRunning = "running"
)

// RunChecks asks a server for what a good one refuses, and once for what it has to accept: requests without a token by
// every method, with tokens that are garbage, expired, altered, unsigned, signed by somebody else or meant for somebody
// else, with a token in the query. It is for the user's own server. token may be nil: the checks that need one
// are skipped then. Without prm the metadata are looked up.
//
// The real token is sent in one request, to the server that it was got for, in the header (and once more when a DPoP
// nonce is asked for, or a session has to be ended). What else is sent is made up, or is that token altered so that it cannot be good. Sessions that a server
// opens on the way are ended.
//
// changed gets a copy of all checks after each step, the one under way with state "running"; it may be nil. The answer
// is the last of them. An end of ctx leaves the rest skipped.
func RunChecks(ctx context.Context, cfg Config, token *Token, prm *ResourceMetadata, changed func([]Check)) []Check {
	r := &checkRun{cfg: &cfg, prm: prm, token: token, changed: changed, list: []Check{}}
	if token != nil {
		s := Source{cfg: cfg, origin: originOf(cfg.Resource)}
		if r.unfit = s.misfit(token); r.unfit != "" {
			r.token = nil
		}
		if r.token != nil {
			r.jwt, _ = decodeJWT(token.AccessToken) // nil: it is opaque
		}
	}
	for _, c := range checkPlan() {
		r.one(ctx, c)
	}
	return r.list
}

// checkRun is one run.
type checkRun struct {
	cfg     *Config
	prm     *ResourceMetadata
	token   *Token     // nil: none that may be sent
	unfit   string     // why not
	jwt     *jwtParts  // of the token, nil when it is opaque
	probe   *checkCall // a request that the server refuses without a token, nil until one is found
	refusal *checkSeen // its refusal
	nonce   string     // the last DPoP nonce of the server
	post    *checkSeen // answer to the first message without a token
	changed func([]Check)
	list    []Check
}

// planned is a check to be run.
type planned struct {
	Check
	run func(*checkRun, context.Context, *Check)
}

func (r *checkRun) one(ctx context.Context, p planned) {
	c := p.Check
	c.Entries, c.State = []uint64{}, checkRunning
	r.list = append(r.list, c)
	r.tell()
	if ctx.Err() != nil {
		c.skip("The run was stopped before this check.")
	} else {
		p.run(r, ctx, &c)
		if ctx.Err() != nil {
			c.skip("The run was stopped during this check.")
		}
	}
	if c.State == checkPass || c.State == checkSkipped {
		c.Fix = ""
	}
	r.list[len(r.list)-1] = c
	r.tell()
}

func (r *checkRun) tell() {
	if r.changed == nil {
		return
	}
	copies := slices.Clone(r.list)
	for i := range copies {
		copies[i].Entries = slices.Clone(copies[i].Entries)
	}
	r.changed(copies)
}

func (c *Check) is(state, text string) { c.State, c.Text = state, text }
func (c *Check) skip(text string)      { c.is(checkSkipped, text) }
func (c *Check) add(more ...uint64)    { c.Entries = append(c.Entries, more...) }
func (c *Check) note(text string)      { c.Text += " " + text }

// warn adds what is wrong besides; a failed check stays failed.
func (c *Check) warn(text, source string) {
	if c.State == checkPass {
		c.State = checkWarning
	}
	c.note(text + " (" + source + ")")
}

const (
	sourceToken   = "MCP basic/authorization, token requirements"
	sourceHandle  = "MCP basic/authorization, token handling"
	sourceBearer  = "RFC 6750 section 3.1"
	sourcePointer = "RFC 9728 section 5.1"
)

// checkPlan are the checks in their order: the first ones find a request that the server refuses without a token, and
// the later ones send that with tokens.
func checkPlan() []planned {
	refused := "401, with error=\"invalid_token\" in WWW-Authenticate."
	plan := []planned{
		{Check{ID: "no-token", Title: "No token", Expected: "401 with a WWW-Authenticate header.", Source: sourceToken, Fix: "Answer every request without a valid token with 401, before anything else is looked at."}, (*checkRun).noToken},
		{Check{ID: "no-token-list", Title: "No token: tools/list", Expected: "401: authorization is part of every request, whatever was sent before.", Source: sourceToken, Fix: "Check the token on each request, not only on the first: a session id is no authentication."}, (*checkRun).noTokenList},
		{Check{ID: "no-token-get", Title: "No token: GET", Expected: "401, or 405 when the server has no GET stream.", Source: sourceToken, Fix: "Check the token before the stream is opened."}, (*checkRun).noTokenGet},
		{Check{ID: "no-token-delete", Title: "No token: DELETE", Expected: "401, or 405 when sessions cannot be ended by clients.", Source: sourceToken, Fix: "Check the token before a session is ended."}, (*checkRun).noTokenDelete},
		{Check{ID: "metadata", Title: "The refusal names the metadata", Expected: "WWW-Authenticate: Bearer resource_metadata=\"…\", which leads to metadata of this server.", Source: sourcePointer, Fix: "Add resource_metadata with the URL of the protected resource metadata to WWW-Authenticate."}, (*checkRun).pointer},
		{Check{ID: "valid", Title: "Your own token", Expected: "Anything but a refusal: the control for the checks below.", Source: sourceToken, Fix: "Look at how the server judges the token: the token view compares its claims with this server."}, (*checkRun).valid},
	}
	plan = append(plan, tokenChecks(refused)...)
	return append(plan,
		planned{Check{ID: "query", Title: "Token in the query string", Expected: "The same refusal as without a token: the query is not looked at.", Source: "MCP basic/authorization, access token usage; RFC 6750 section 2.3", Fix: "Take tokens from the Authorization header only: addresses end up in logs and histories."}, (*checkRun).query},
		planned{Check{ID: "cors", Title: "Cross-origin requests", Expected: "No Access-Control-Allow-Credentials for any origin; no CORS header is needed at all for programs.", Source: "Fetch standard, CORS protocol; MCP basic/transports, security warning", Fix: "Leave Access-Control-Allow-Credentials out, and name the origins that may call."}, (*checkRun).cors},
	)
}

// answered keeps an exchange's entries, and says that there was no answer when there was none.
func (c *Check) answered(seen *checkSeen, err error) bool {
	if err == nil {
		c.add(seen.entries...)
		return true
	}
	f := fault.From(err)
	c.add(f.Entries...)
	c.is(checkWarning, "There was no answer to judge: "+f.Message)
	c.Fix = f.Hint
	return false
}
