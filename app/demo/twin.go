package demo

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// A twin is the sample of another process of the same user: it has the same seed, and sits where this one wants to be.
// It is used instead of a second one, so that a sign-in in the window is good on the command line too.

const (
	twinPath = loginPath + "/twin"
	twinTime = time.Second // it is on this machine
	maxNonce = 64          // bytes
)

// prove answers who asks whether this is a twin: only somebody with the seed can. The address is part of the proof, so
// that nobody hands on another's.
func (p *Protected) prove(w http.ResponseWriter, r *http.Request) {
	nonce := r.URL.Query().Get("nonce")
	if nonce == "" || len(nonce) > maxNonce {
		oauthError(w, "invalid_request", "A nonce is needed.")
		return
	}
	noStore(w)
	writeJSON(w, http.StatusOK, map[string]string{"proof": p.login.keys.mark("twin", p.host+" "+nonce)})
}

// isTwin asks who listens on a port.
func isTwin(ctx context.Context, k *keys, host string) bool {
	ctx, cancel := context.WithTimeout(ctx, twinTime)
	defer cancel()
	nonce := rand.Text()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+twinPath+"?nonce="+nonce, nil)
	if err != nil {
		return false
	}
	t := &http.Transport{DisableKeepAlives: true} // and no proxy
	res, err := t.RoundTrip(r)
	if err != nil {
		return false
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Proof string `json:"proof"`
	}
	if json.NewDecoder(io.LimitReader(res.Body, 1<<10)).Decode(&answer) != nil {
		return false
	}
	return hmac.Equal([]byte(answer.Proof), []byte(k.mark("twin", host+" "+nonce)))
}

// place finds where to be: a port to listen on, or the address of a twin. The first port that is free is taken, else
// any.
func place(ctx context.Context, seed []byte, k *keys) (l net.Listener, twin string, err error) {
	for _, port := range ports(seed) {
		host := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		if l, err = new(net.ListenConfig).Listen(ctx, "tcp4", host); err == nil {
			return l, "", nil
		}
		if isTwin(ctx, k, host) {
			return nil, host, nil
		}
	}
	l, err = new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	return l, "", err
}

// Alive says whether the sample still answers: a twin ends with its process. A sample that is not is to be started
// again.
func (p *Protected) Alive(ctx context.Context) bool {
	return p.server != nil || isTwin(ctx, &p.login.keys, p.host)
}
