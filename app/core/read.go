package core

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/session"
)

// maxReads bounds the reads that later ones of the same resource are compared with.
const maxReads = 1000

// lastRead is what a resource held when it was read last.
type lastRead struct {
	seq uint64
	sum [sha256.Size]byte // of contents
}

// Read reads a resource and waits for it. The outcome, good or bad, is in the output.
func (c *Core) Read(ctx context.Context, in ReadInput) ReadOutput {
	out := ReadOutput{Call: in.Call, URI: in.URI, Findings: []string{}}
	cn, s, err := c.live(in.Profile)
	switch {
	case err != nil:
		out.Err = AsError(err)
		return out
	case in.URI == "":
		out.Err = AsError(input("read resource", "the URI is missing", "Write one, or choose a resource."))
		return out
	}
	uri := in.URI
	if in.Index >= 0 {
		if _, r := resourceCatalog().find(c, in.Profile, in.Index, in.URI); r != nil {
			uri = r.URI // a URI that was masked in the list is whole again
		}
	}
	call, err := in.Extra.withExtras(session.CallInput{Call: in.Call})
	if err != nil {
		out.Err = AsError(err)
		return out
	}
	token := cn.token()
	cn.begin(in.Call, uri)
	res, err := s.ReadWith(ctx, call, uri)
	cn.finish(in.Call)
	var mu sync.Mutex
	take := func(res *session.Result, err error) {
		mu.Lock()
		defer mu.Unlock()
		out = cn.readOutput(s, in.Call, uri, token, res, err)
	}
	take(res, err)
	failed := c.sentAgainBy(ctx, cn, err, "resources/read "+uri, in.Call, take, func(ctx context.Context, s *session.Session) (*session.Result, error) {
		return s.ReadAgain(ctx, in.Call, uri)
	})
	mu.Lock()
	defer mu.Unlock()
	if failed != nil {
		out.Err = AsError(failed)
	}
	return out
}

// readOutput says what came of a read.
func (cn *connection) readOutput(s *session.Session, call, uri, token string, res *session.Result, err error) ReadOutput {
	out := ReadOutput{Call: call, URI: cn.text(uri), Findings: []string{}, Offer: offered(s, "resources"), At: time.Now().UnixMicro()}
	if err = out.Offer.answered("resources", "resources/read", err); err != nil {
		out.Err = cn.callError(err)
	}
	if res == nil {
		return out
	}
	out.Seq, out.Request, out.Took, out.Rounds, out.Bytes = res.Response, res.Request, res.Took.Microseconds(), res.Rounds, int64(len(res.Raw))
	out.Findings = cn.texts(res.Findings)
	cn.keepRounds(res)
	if res.Result == nil {
		return out
	}
	cache, finding := session.CacheOf(res.Result, time.Now())
	if res.Rounds > 0 { // 2026-07-28/basic/patterns/mrtr: what was answered with inputs is not to be cached
		cache = nil
	}
	if out.Cache = cn.hint(cache, token, false); finding != "" {
		out.Findings = append(out.Findings, cn.text(finding))
	}
	list := session.ReadContents("resources/read", res.Result, false)
	out.Count, out.Findings = list.Total, append(out.Findings, cn.texts(list.Findings)...)
	if err == nil {
		out.Previous, out.Changed = cn.compare(uri, res.Response, list.Raw)
	}
	return out
}

// compare keeps what was read and says whether it differs from what was read before.
func (cn *connection) compare(uri string, seq uint64, contents []byte) (previous uint64, changed bool) {
	now := lastRead{seq: seq, sum: sha256.Sum256(contents)}
	cn.mu.Lock()
	defer cn.mu.Unlock()
	before, known := cn.reads[uri]
	if cn.reads == nil || len(cn.reads) >= maxReads && !known {
		cn.reads = map[string]lastRead{}
	}
	cn.reads[uri] = now
	return before.seq, known && before.sum != now.sum
}

// callError is the error of a call as the window sees it. A refusal concerns the connection, not this call alone.
func (cn *connection) callError(err error) *Error {
	e := AsError(cn.masked(err))
	if e != nil && e.Challenge != nil {
		cn.onFault(err)
	}
	return e
}

// sentAgain is sentAgainBy for a call that needs nothing but to be sent again.
func (c *Core) sentAgain(ctx context.Context, cn *connection, err error, what, call string, take func(*session.Result, error)) error {
	return c.sentAgainBy(ctx, cn, err, what, call, take, func(ctx context.Context, s *session.Session) (*session.Result, error) {
		return s.Replay(ctx, call)
	})
}

// sentAgainBy takes a refused call, as signedIn does that of a tool: after the sign-in it is sent again, and take gets
// what came of it. Where the user wants no questions that is waited for; the error is then that of the sign-in.
func (c *Core) sentAgainBy(
	ctx context.Context, cn *connection, err error, what, call string,
	take func(*session.Result, error), send func(context.Context, *session.Session) (*session.Result, error),
) error {
	f := fault.As(err)
	if f == nil || f.Challenge == nil {
		return nil
	}
	again := callAgain(call, what, func(ctx context.Context, out *RunOutput) error {
		s, err := cn.live()
		if err != nil {
			return err
		}
		cn.begin(call, what)
		res, err := send(ctx, s)
		cn.finish(call)
		take(res, err)
		c.fill(out, cn, &session.Tool{}, res, err)
		return nil
	})
	c.refusedAt(cn.profile, f, again)
	if !c.autoSignIn(cn.profile) {
		return nil
	}
	s := c.signIn(cn.profile.ID)
	if err := s.wait(ctx); err != nil {
		return err
	}
	switch v := s.snapshot(); {
	case v.Replay != nil && v.Replay.Call == call && v.Replay.Output != nil: // take has it
	case v.Err != nil:
		return v.Err
	case v.Phase == SignInDone: // another refused call brought the sign-in about: this one shares its token
		_, _ = again.again(ctx) // take has what came of it
	}
	return nil
}
