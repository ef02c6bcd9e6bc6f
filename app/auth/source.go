package auth

import (
	"context"
	"crypto"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/challenge"
	"github.com/sightglass-dev/sightglass/app/fault"
)

const (
	// refreshAhead is how long before its end a token is refreshed, or a tenth of its life when that is less.
	refreshAhead = 30 * time.Second
	// retryPause is how long a refresh that failed is not tried again by itself.
	retryPause = 10 * time.Second
	// reloadPause is how often a 401 without a token may look whether another window signed in.
	reloadPause = 2 * time.Second
	// maxPast bounds the replaced tokens that are told from foreign ones: those of requests still under way.
	maxPast = 16
)

// Source gives the requests of one server the token of the identity in use, and keeps it fresh. It is the
// Authorizer of package transport; its methods are safe for concurrent use.
//
// A token goes only to the origin of the server that it was got for, only when its resource covers that server, only
// in the Authorization header, and never where the profile has a header of its own.
type Source struct {
	cfg     Config
	vault   *Vault
	origin  string
	nonces  *nonces
	base    context.Context // ends with Close
	stop    context.CancelFunc
	running sync.WaitGroup

	mu       sync.Mutex
	loaded   bool
	rev      uint64 // of the vault, when loaded
	cur      *held  // nil: no identity
	past     []string
	flights  map[string]*flight
	lastLook time.Time
	told     string // the last problem noted, so that it is noted once
}

// held is the token in use.
type held struct {
	id       string
	token    Token
	key      crypto.Signer // of a DPoP token
	unsaved  bool          // the store failed: it lasts for this run
	reactive bool          // got because its predecessor was refused, and not accepted by the server since
	nextTry  time.Time     // no refresh by itself before
}

// flight is one load or refresh that several requests wait for.
type flight struct {
	done chan struct{}
	err  error
}

// NewSource makes the source of a server's tokens. vault must be the one that sign-ins are saved with.
func NewSource(cfg Config, vault *Vault) *Source {
	base, stop := context.WithCancel(context.Background())
	return &Source{
		cfg: cfg, vault: vault, origin: originOf(cfg.Resource), nonces: &nonces{}, base: base, stop: stop,
		flights: map[string]*flight{},
	}
}

// Close ends what the source has under way; a refresh whose token is being spent is brought to its end first. It may
// be called twice.
func (s *Source) Close() {
	s.stop()
	s.running.Wait()
}

// Authorize implements transport.Authorizer. It may refresh the token first, for which the request waits. A request
// for which there is no token goes out as it is: the server's answer says what it wants.
func (s *Source) Authorize(req *http.Request) error {
	if originOfURL(req.URL) != s.origin || len(req.Header.Values("Authorization")) > 0 {
		return nil
	}
	ctx := req.Context()
	h := s.current(ctx)
	if h != nil && s.due(h) {
		_ = s.refresh(ctx, h.id, h.token.AccessToken, renewal{why: "it is about to expire"})
		h = s.current(ctx)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if h == nil {
		return nil
	}
	return s.stamp(req, h)
}

func (s *Source) stamp(req *http.Request, h *held) error {
	if h.key == nil {
		req.Header.Set("Authorization", "Bearer "+h.token.AccessToken)
		return nil
	}
	raw := req.URL.String()
	proof, err := dpopProof(h.key, nil, req.Method, raw, s.nonces.get(raw), h.token.AccessToken, clock(&s.cfg))
	if err != nil {
		return fmt.Errorf("make a DPoP proof: %w", err)
	}
	req.Header.Set("Authorization", "DPoP "+h.token.AccessToken)
	req.Header.Set("DPoP", proof)
	return nil
}

// Observe implements transport.Authorizer. It asks for one retry when the server wants a DPoP nonce, when the token
// was replaced meanwhile, and when a refused token could be refreshed. It reads headers only.
func (s *Source) Observe(resp *http.Response) bool {
	req := resp.Request
	if req == nil || originOfURL(req.URL) != s.origin {
		return false
	}
	raw := req.URL.String()
	s.nonces.put(raw, resp.Header.Get("DPoP-Nonce"))
	scheme, sent, _ := strings.Cut(req.Header.Get("Authorization"), " ")
	if resp.StatusCode != http.StatusUnauthorized {
		s.accepted(sent)
		return false
	}
	ctx := req.Context()
	if sent == "" {
		return req.Header.Get("Authorization") == "" && s.appeared(ctx)
	}
	s.mu.Lock()
	h, was := s.cur, slices.Contains(s.past, sent)
	s.mu.Unlock()
	refused := challenge.Parse(resp.Header.Values("WWW-Authenticate"))
	switch {
	case h == nil:
		return false
	case h.token.AccessToken != sent:
		return was
	case strings.EqualFold(scheme, "DPoP") && wantsProofNonce(refused) && s.otherNonce(req):
		return true
	case h.reactive:
		s.note("The server refuses the refreshed token too: it is not refreshed again.")
		return false
	}
	hint := ""
	for _, c := range refused {
		hint = firstOf(hint, paramOf(c, "resource_metadata"))
	}
	err := s.refresh(ctx, h.id, sent, renewal{why: "the server refused it", refused: true, hint: hint})
	if err != nil {
		return false
	}
	now := s.current(ctx)
	return now != nil && now.token.AccessToken != sent
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func paramOf(c challenge.Scheme, name string) string {
	for _, p := range c.Params {
		if strings.EqualFold(p.Name, name) {
			return p.Value
		}
	}
	return ""
}

// wantsProofNonce says whether the server refuses for want of a nonce (RFC 9449 section 9).
func wantsProofNonce(list []challenge.Scheme) bool {
	return slices.ContainsFunc(list, func(c challenge.Scheme) bool {
		return strings.EqualFold(c.Name, "DPoP") && paramOf(c, "error") == "use_dpop_nonce"
	})
}

// otherNonce says whether the proof sent has another nonce than the one to use now.
func (s *Source) otherNonce(req *http.Request) bool {
	j, err := decodeJWT(req.Header.Get("DPoP"))
	nonce := s.nonces.get(req.URL.String())
	return err == nil && nonce != "" && j.text("nonce") != nonce
}

// accepted marks that the server took the token.
func (s *Source) accepted(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cur != nil && s.cur.reactive && s.cur.token.AccessToken == token {
		h := *s.cur
		h.reactive = false
		s.cur = &h
	}
}

// appeared looks, after a 401 to a request without a token, whether another window signed in since.
func (s *Source) appeared(ctx context.Context) bool {
	now := clock(&s.cfg)
	s.mu.Lock()
	if s.cur != nil || now.Sub(s.lastLook) < reloadPause {
		h := s.cur
		s.mu.Unlock()
		return h != nil && s.misfit(&h.token) == ""
	}
	s.lastLook, s.loaded = now, false
	s.mu.Unlock()
	return s.current(ctx) != nil
}

// Current returns a copy of the token set in use; ok is false when there is none that may go to this server.
func (s *Source) Current(ctx context.Context) (t *Token, ok bool) {
	h := s.current(ctx)
	if h == nil {
		return nil, false
	}
	c := h.token
	return &c, true
}

// HasToken tells whether there is a token that may go to this server.
func (s *Source) HasToken(ctx context.Context) bool { return s.current(ctx) != nil }

// current is the token in use, read from the vault when that has changed. nil: none, or none that fits.
func (s *Source) current(ctx context.Context) *held {
	s.mu.Lock()
	known := s.loaded && s.rev == s.vault.Rev()
	h := s.cur
	s.mu.Unlock()
	if !known {
		if err := s.once(ctx, "load", s.load); err != nil {
			s.noteOnce("The stored tokens cannot be used: " + fault.From(err).Message)
		}
		s.mu.Lock()
		h = s.cur
		s.mu.Unlock()
	}
	if h == nil {
		return nil
	}
	if why := s.misfit(&h.token); why != "" {
		s.noteOnce(why)
		return nil
	}
	return h
}

// due says whether to refresh before use.
func (s *Source) due(h *held) bool {
	now := clock(&s.cfg)
	return expiring(&h.token, now) && renewable(&s.cfg, &h.token) && !now.Before(h.nextTry)
}

// load reads the identity in use from the vault.
func (s *Source) load(ctx context.Context) error {
	rev := s.vault.Rev()
	var t *Token
	id, err := s.vault.Active(ctx)
	if err == nil && id != "" {
		t, err = s.vault.fresh(ctx, id)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loaded, s.rev = true, rev
	switch {
	case err != nil:
		return err // what is held stays good
	case t == nil:
		s.replace(nil)
	case s.cur != nil && s.cur.id == id && (s.cur.token.AccessToken == t.AccessToken || s.cur.unsaved && slices.Contains(s.past, t.AccessToken)):
		// The same, or older than what could not be stored.
	default:
		h, err := s.hold(id, *t)
		if err != nil {
			return err
		}
		s.replace(h)
	}
	return nil
}

// hold makes a token ready for use; its secrets become known ones.
func (s *Source) hold(id string, t Token) (*held, error) {
	for kind, values := range map[string][]string{
		"token": {t.AccessToken, t.RefreshToken, t.IDToken}, "secret": {t.Client.Secret}, "key": {t.DPoPKey},
	} {
		for _, v := range values {
			hide(&s.cfg, kind, v)
		}
	}
	h := &held{id: id, token: t}
	if strings.EqualFold(t.TokenType, "DPoP") {
		key, err := parseKey(t.DPoPKey)
		if err != nil {
			return nil, &fault.CallError{Server: s.cfg.Server, Kind: fault.Internal, Step: "read the stored tokens", Message: "The key that the token is bound to is damaged.", Hint: "Sign in again."}
		}
		h.key = key
	}
	return h, nil
}

// replace changes the token in use, s.mu held.
func (s *Source) replace(h *held) {
	if s.cur != nil {
		s.past = append(s.past, s.cur.token.AccessToken)
		s.past = s.past[max(0, len(s.past)-maxPast):]
	}
	s.cur = h
}

// once runs f for all who ask at the same time. f ends with the source, not with the first of them.
func (s *Source) once(ctx context.Context, key string, f func(context.Context) error) error {
	s.mu.Lock()
	x := s.flights[key]
	if x == nil {
		if err := s.base.Err(); err != nil {
			s.mu.Unlock()
			return err
		}
		x = &flight{done: make(chan struct{})}
		s.flights[key] = x
		s.running.Go(func() {
			err := f(s.base)
			s.mu.Lock()
			delete(s.flights, key)
			s.mu.Unlock()
			x.err = err
			close(x.done)
		})
	}
	s.mu.Unlock()
	select {
	case <-x.done:
		return x.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Source) note(text string) {
	if s.cfg.Note != nil {
		s.cfg.Note(StepToken, text)
	}
	if s.cfg.Changed != nil {
		s.cfg.Changed()
	}
}

func (s *Source) noteOnce(text string) {
	s.mu.Lock()
	same := s.told == text
	s.told = text
	s.mu.Unlock()
	if !same {
		s.note(text)
	}
}
